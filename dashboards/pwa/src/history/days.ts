/** Cards by the day they were made on. */

import { dayInWords } from "../words";
import type { Card } from "./database";

/** Days in the order of their cards, each with its cards. */
export function groupByDay(cards: readonly Card[], now: number): [day: string, cards: Card[]][] {
  const days = new Map<string, Card[]>();
  for (const card of cards) {
    const day = dayInWords(card.made, now);
    days.set(day, [...(days.get(day) ?? []), card]);
  }
  return [...days];
}
