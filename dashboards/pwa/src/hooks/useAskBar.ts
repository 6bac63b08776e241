/** When the form is sent, and whether its further options are open. */

import { type FormEvent, useState } from "react";
import type { OrderForm } from "./useOrderForm";

export function useAskBar(form: OrderForm, busy: boolean, ask: () => void) {
  const [open, setOpen] = useState(false);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    if (form.fault) return setOpen(true);
    ask();
  };
  return { more: open, toggleMore: () => setOpen(!open), send };
}
