/** The description of a model as a form: what each field and colour is, and what it was. */

import { type FormEvent, useState } from "react";
import type { Vocabulary, Words } from "../api/vocabulary";
import { COLOR_CODES, DEFAULT_COLOR, WHOLE, paintInWords } from "../bricks/colors";
import type { Model } from "../history/model";
import { type Fields, type Paint, readDescription } from "../work/order";

export const LARGEST = 20; // studs or layers

/** A field of the description: one of a few words, or a number. */
export interface Entry {
  name: string;
  value: string;
  before: string;
  /** Null for a number. */
  words: Words;
}

/** A part that has a colour of its own, or the whole. */
export interface Coat {
  part: string;
  code: number;
  before: number;
  /** Codes to choose from. */
  codes: readonly number[];
}

export interface DescriptionForm {
  subject: string;
  /** Empty while nobody knows which words a field may hold. */
  entries: Entry[];
  coats: Coat[];
  /** Something was changed. */
  changed: boolean;
  /** What keeps it from being built, in words; null when nothing does. */
  fault: string | null;
  set(name: string, value: string): void;
  paint(part: string, code: number): void;
  reset(): void;
  send(event: FormEvent): void;
}

/** What a model is to be built with: its description, and what of it was changed, in words. */
export type BuildAgain = (fields: Fields, paint: Paint, changed: string) => void;

function isSize(text: string): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) <= LARGEST;
}

/**
 * Args:
 *   vocabulary: null while nobody knows which words a field may hold.
 *   blocked: why it cannot be built now, in words; null when it can.
 */
export function useDescription(
  model: Model,
  vocabulary: Vocabulary | null,
  blocked: string | null,
  build: BuildAgain,
): DescriptionForm {
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [codes, setCodes] = useState<Paint>({});
  const { subject, fields: described } = readDescription(model.description);
  const known = vocabulary?.[subject];
  // What the vocabulary does not name are details, which follow from the rest.
  const fields = Object.fromEntries(
    Object.entries(described).filter(([name]) => known !== undefined && name in known),
  );

  const entries = Object.entries(fields).map(([name, held]): Entry => {
    const before = String(held);
    const words = known?.[name] ?? null;
    const value = values[name] ?? before;
    // What an older service built may hold a word that is not among today's.
    const own = words && !words.includes(before) ? [before, ...words] : words;
    return { name, value, before, words: own };
  });
  const painted = known ? [...new Set([WHOLE, ...Object.keys(model.paint)])] : [];
  const coats = painted.map((part): Coat => {
    const before = model.paint[part] ?? DEFAULT_COLOR;
    const own = COLOR_CODES.includes(before) ? COLOR_CODES : [before, ...COLOR_CODES];
    return { part, code: codes[part] ?? before, before, codes: own };
  });
  const changedEntries = entries.filter(({ value, before }) => value !== before);
  const changedCoats = coats.filter(({ code, before }) => code !== before);
  const wrong = changedEntries.find(({ words, value }) => words === null && !isSize(value));
  const fault = wrong ? `The ${wrong.name} goes from 0 to ${LARGEST}.` : blocked;
  const changed = changedEntries.length + changedCoats.length > 0;

  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!changed || fault !== null) return;
    const values = changedEntries.map(
      ({ name, value, words }) => [name, words ? value : Number(value)] as const,
    );
    const colors = changedCoats.map(({ part, code }) => [part, code] as const);
    build(
      { ...fields, ...Object.fromEntries(values) },
      { ...model.paint, ...Object.fromEntries(colors) },
      [
        ...values.map(([name, value]) => `${name} ${value}`),
        ...colors.map(([part, code]) => paintInWords({ [part]: code })),
      ].join(", "),
    );
  };
  return {
    subject,
    entries,
    coats,
    changed,
    fault,
    set: (name, value) => setValues((now) => ({ ...now, [name]: value })),
    paint: (part, code) => setCodes((now) => ({ ...now, [part]: code })),
    reset: () => {
      setValues({});
      setCodes({});
    },
    send,
  };
}
