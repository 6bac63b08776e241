/** The token that speaks for the person: pasted once, or brought by the address' fragment. */

import { useCallback, useEffect, useState } from "react";

const KEY = "legolab.token";
const FRAGMENT = /^#token=(.+)$/;

export interface Token {
  value: string | null;
  /** Why the last one does not hold any more; null when nothing is known against it. */
  refusal: string | null;
  save(value: string): void;
  refuse(reason: string): void;
  signOut(): void;
}

/** A token in the fragment is taken out of the address bar, so that nobody copies it by chance. */
function takeFromAddress(): string | null {
  const found = FRAGMENT.exec(window.location.hash);
  if (!found?.[1]) return null;
  const token = decodeURIComponent(found[1]);
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
  localStorage.setItem(KEY, token);
  return token;
}

export function useToken(): Token {
  const [value, setValue] = useState(() => takeFromAddress() ?? localStorage.getItem(KEY));
  const [refusal, setRefusal] = useState<string | null>(null);

  const save = useCallback((next: string) => {
    const token = next.trim();
    localStorage.setItem(KEY, token);
    setValue(token);
    setRefusal(null);
  }, []);

  const drop = useCallback((reason: string | null) => {
    localStorage.removeItem(KEY);
    setValue(null);
    setRefusal(reason);
  }, []);

  useEffect(() => {
    const changed = () => {
      const token = takeFromAddress();
      if (token) save(token);
    };
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, [save]);

  const signOut = useCallback(() => drop(null), [drop]);
  return { value, refusal, save, refuse: drop, signOut };
}
