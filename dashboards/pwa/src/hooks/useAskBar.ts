/** When the form is sent, and whether its further options are open. */

import type { FormEvent } from "react";
import type { OrderForm } from "./useOrderForm";

export function useAskBar(form: OrderForm, busy: boolean, ask: () => void) {
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    if (form.fault) return form.setMore(true);
    ask();
  };
  return { toggleMore: () => form.setMore(!form.more), send };
}
