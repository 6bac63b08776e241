/** A native dialog that follows a value. */

import { type MouseEvent, useEffect, useRef } from "react";

export function useDialog(open: boolean, close: () => void) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (!element || element.open === open) return;
    if (open) element.showModal();
    else element.close();
  }, [open]);
  // Whatever is in the dialog lies in its body: only its backdrop is the dialog itself.
  const onClick = (event: MouseEvent) => {
    if (event.target === dialog.current) close();
  };
  return { dialog, onClick };
}
