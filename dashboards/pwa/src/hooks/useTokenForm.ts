/** A field for a token that is pasted: an address that brings one will do as well. */

import { type FormEvent, useState } from "react";

/** The token in what was pasted: as it is, or out of `…#token=…`. */
export function tokenIn(text: string): string {
  const trimmed = text.trim();
  const found = /#token=(\S+)$/.exec(trimmed);
  return found?.[1] ? decodeURIComponent(found[1]) : trimmed;
}

export function useTokenForm(save: (token: string) => void) {
  const [text, setText] = useState("");
  const send = (event: FormEvent) => {
    event.preventDefault();
    const token = tokenIn(text);
    if (token) save(token);
  };
  return { text, setText, send };
}
