/** A newer version of the app: fetched in the background, taken when the person says so. */

import { useEffect, useRef, useState } from "react";
import { registerSW } from "virtual:pwa-register";

export function useUpdate(): { ready: boolean; take(): void } {
  const [ready, setReady] = useState(false);
  const update = useRef<(reload: boolean) => Promise<void>>(async () => undefined);
  useEffect(() => {
    if (import.meta.env.DEV) return;
    update.current = registerSW({ onNeedRefresh: () => setReady(true) });
  }, []);
  return { ready, take: () => void update.current(true) };
}
