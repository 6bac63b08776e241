/** Which columns there is room for, and which of the others are open. */

import { useEffect, useState } from "react";
import { useMedia } from "./useMedia";

export function useLayout(selected: number | null) {
  const historyColumn = useMedia("(min-width: 1100px)");
  const detailColumn = useMedia("(min-width: 720px)");
  const [historyOpen, setHistoryOpen] = useState(false);
  const [sheetOpen, setSheetOpen] = useState(false);

  // A brick was tapped: its card is what one wants to see.
  useEffect(() => {
    if (selected !== null) setSheetOpen(true);
  }, [selected]);

  const closeHistory = () => setHistoryOpen(false);
  return {
    historyColumn,
    detailColumn,
    historyOpen,
    sheetOpen,
    closeHistory,
    openHistory: () => setHistoryOpen(true),
    toggleSheet: () => setSheetOpen((open) => !open),
    /** Close the list, then do what was chosen in it. */
    close: (then: () => void) => {
      closeHistory();
      then();
    },
  };
}
