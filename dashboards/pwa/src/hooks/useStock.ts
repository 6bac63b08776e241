/** The bricks the person has, as written in the form; they stay there between orders and visits. */

import { type ChangeEvent, useMemo, useState } from "react";
import { NO_STOCK, type Stock, StockFault, linesOf, readStock } from "../bricks/stock";

const KEY = "legolab.bricks";
const LARGEST_FILE = 1_000_000; // bytes

export interface StockForm {
  text: string;
  /** What is read in the text; nothing when there is a fault. */
  stock: Stock;
  /** What cannot be read in the text, in words; null when all can. */
  fault: string | null;
  /** What cannot be read in the file that was chosen last; the text is then as it was. */
  fileFault: string | null;
  /** Parts of the file that are no bricks of ours. */
  passedOver: readonly string[];
  setText(text: string): void;
  /** Take the bricks of a CSV, of JSON or of lines in the place of the text. */
  chooseFile(event: ChangeEvent<HTMLInputElement>): void;
}

/** What is read, or what cannot be. */
function attempt(text: string): { stock: Stock; fault: string | null } {
  try {
    return { stock: readStock(text), fault: null };
  } catch (error) {
    if (!(error instanceof StockFault)) throw error;
    return { stock: NO_STOCK, fault: error.message };
  }
}

export function useStock(): StockForm {
  const [text, write] = useState(() => localStorage.getItem(KEY) ?? "");
  const [fileFault, setFileFault] = useState<string | null>(null);
  const [left, setLeft] = useState<readonly string[]>([]);
  const { stock, fault } = useMemo(() => attempt(text), [text]);

  const put = (next: string, passedOver: readonly string[]) => {
    if (next === "") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
    write(next);
    setLeft(passedOver);
    setFileFault(null);
  };
  const readFile = async (file: File) => {
    if (file.size > LARGEST_FILE) {
      return setFileFault(`${file.name} is too large for a list of bricks.`);
    }
    const found = attempt(await file.text());
    if (found.fault) setFileFault(`${file.name}: ${found.fault}`);
    else put(linesOf(found.stock), found.stock.passedOver);
  };
  const chooseFile = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [file] = target.files ?? [];
    if (!file) return;
    void readFile(file).then(() => {
      target.value = ""; // the same file can be chosen again
    });
  };
  return {
    text,
    stock,
    fault,
    fileFault,
    passedOver: [...left, ...stock.passedOver],
    setText: (next) => put(next, []),
    chooseFile,
  };
}
