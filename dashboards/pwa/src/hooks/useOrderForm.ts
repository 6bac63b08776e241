/** What is written in the form, and the order that comes of it. */

import { useState } from "react";
import { generateLimits } from "../api/schema";
import type { Order } from "../work/state";

export interface OrderForm {
  prompt: string;
  /** Digits, or nothing for a seed that the service draws. */
  seed: string;
  temperature: number;
  maxBricks: string;
  /** What keeps it from being sent, in words; null when nothing does. */
  fault: string | null;
  setPrompt(text: string): void;
  setSeed(text: string): void;
  setTemperature(value: number): void;
  setMaxBricks(text: string): void;
  /** The order, or null when there is a fault. */
  order(): Order | null;
}

const { prompt: promptLimits, seed: seedLimits, max_bricks: brickLimits, temperature } = generateLimits;
export const MAX_PROMPT = promptLimits.maxLength;

function isWhole(text: string, low: number, high: number): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) >= low && Number(text) <= high;
}

export function useOrderForm(): OrderForm {
  const [prompt, setPrompt] = useState("");
  const [seed, setSeed] = useState("");
  const [boldness, setTemperature] = useState<number>(temperature.default);
  const [maxBricks, setMaxBricks] = useState(String(brickLimits.default));

  const highestSeed = seedLimits.exclusiveMaximum - 1;
  let fault: string | null = null;
  if (seed !== "" && !isWhole(seed, seedLimits.minimum, highestSeed)) {
    fault = `The seed is a whole number from 0 to ${highestSeed}, or nothing.`;
  } else if (!isWhole(maxBricks, brickLimits.minimum, brickLimits.maximum)) {
    fault = `The number of bricks goes from ${brickLimits.minimum} to ${brickLimits.maximum}.`;
  }

  const order = (): Order | null => {
    if (fault || prompt.trim() === "") return null;
    return {
      prompt: prompt.trim(),
      seed: seed === "" ? null : Number(seed),
      temperature: boldness,
      max_bricks: Number(maxBricks),
    };
  };
  return {
    prompt,
    seed,
    temperature: boldness,
    maxBricks,
    fault,
    setPrompt,
    setSeed,
    setTemperature,
    setMaxBricks,
    order,
  };
}
