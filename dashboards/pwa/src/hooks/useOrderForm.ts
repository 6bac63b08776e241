/** What is written in the form, and the order that comes of it. */

import { useState } from "react";
import { generateLimits } from "../api/schema";
import { PLAIN } from "../work/order";
import type { Order } from "../work/state";
import { type StockForm, useStock } from "./useStock";

export interface OrderForm {
  prompt: string;
  /** Digits, or nothing for a seed that the service draws. */
  seed: string;
  temperature: number;
  maxBricks: string;
  drafts: number;
  /** The bricks there are. */
  bricks: StockForm;
  /** The further options are open. */
  more: boolean;
  /** What keeps it from being sent, in words; null when nothing does. */
  fault: string | null;
  setPrompt(text: string): void;
  setSeed(text: string): void;
  setTemperature(value: number): void;
  setMaxBricks(text: string): void;
  setDrafts(count: number): void;
  setMore(open: boolean): void;
  /** The order, or null when there is a fault. */
  order(): Order | null;
}

const { seed: seedLimits, max_bricks: brickLimits } = generateLimits;
export const MAX_PROMPT = generateLimits.prompt.maxLength;
export const MAX_DRAFTS = generateLimits.drafts.maximum;

function isWhole(text: string, low: number, high: number): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) >= low && Number(text) <= high;
}

export function useOrderForm(): OrderForm {
  const [prompt, setPrompt] = useState("");
  const [seed, setSeed] = useState("");
  const [boldness, setTemperature] = useState(PLAIN.temperature);
  const [maxBricks, setMaxBricks] = useState(String(PLAIN.max_bricks));
  const [drafts, setDrafts] = useState(PLAIN.drafts);
  const [more, setMore] = useState(false);
  const bricks = useStock();

  const highestSeed = seedLimits.exclusiveMaximum - 1;
  let fault = bricks.fault;
  if (seed !== "" && !isWhole(seed, seedLimits.minimum, highestSeed)) {
    fault = `The seed is a whole number from 0 to ${highestSeed}, or nothing.`;
  } else if (!isWhole(maxBricks, brickLimits.minimum, brickLimits.maximum)) {
    fault = `The number of bricks goes from ${brickLimits.minimum} to ${brickLimits.maximum}.`;
  }

  const order = (): Order | null => {
    if (fault || prompt.trim() === "") return null;
    return {
      ...PLAIN,
      prompt: prompt.trim(),
      seed: seed === "" ? null : Number(seed),
      temperature: boldness,
      max_bricks: Number(maxBricks),
      drafts,
      inventory: { ...bricks.stock.counts },
    };
  };
  return {
    prompt,
    seed,
    temperature: boldness,
    maxBricks,
    drafts,
    bricks,
    more,
    fault,
    setPrompt,
    setSeed,
    setTemperature,
    setMaxBricks,
    setDrafts,
    setMore,
    order,
  };
}
