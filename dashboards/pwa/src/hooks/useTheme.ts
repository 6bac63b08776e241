/** Light or dark: as the system has it, until the person chooses. */

import { useEffect, useState } from "react";
import { useMedia } from "./useMedia";

const KEY = "legolab.theme";

export function useTheme(): { dark: boolean; toggle(): void } {
  const systemDark = useMedia("(prefers-color-scheme: dark)");
  const [chosen, setChosen] = useState(() => localStorage.getItem(KEY));
  const dark = chosen ? chosen === "dark" : systemDark;

  useEffect(() => {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  }, [dark]);

  const toggle = () => {
    const next = dark ? "light" : "dark";
    localStorage.setItem(KEY, next);
    setChosen(next);
  };
  return { dark, toggle };
}
