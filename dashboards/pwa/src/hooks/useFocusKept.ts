/** Who works by keyboard stays in the page when what they pressed is there no longer. */

import { useEffect, useRef } from "react";

/** The element that takes the focus when `shown` changes and nothing else has it. */
export function useFocusKept(shown: string) {
  const element = useRef<HTMLElement>(null);
  const first = useRef(shown);
  useEffect(() => {
    if (shown === first.current) return;
    first.current = "";
    if (document.activeElement === document.body) element.current?.focus({ preventScroll: true });
  }, [shown]);
  return element;
}
