/**
 * Kept in this browser (IndexedDB): cards for the list, whole models for the view, and the words
 * that models are described with.
 */

import type { Report } from "../api/events";
import type { Vocabulary } from "../api/vocabulary";
import { PLAIN } from "../work/order";
import type { Model } from "./model";

/** What the list shows of a model. */
export interface Card {
  id: string;
  caption: string;
  /** See `Model`; not there in what older versions kept. */
  change?: string;
  made: number;
  bricks: number;
  verdict: Report["verdict"];
  summary: string;
  thumbnail: Blob | null;
}

const NAME = "legolab";
const VERSION = 2;
const STORES = ["cards", "models", "words"] as const;
const VOCABULARY = "vocabulary"; // the one entry of "words"

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, VERSION);
  request.onupgradeneeded = () => {
    const { result } = request;
    const missing = STORES.filter((name) => !result.objectStoreNames.contains(name));
    for (const name of missing) {
      result.createObjectStore(name, name === "words" ? {} : { keyPath: "id" });
    }
  };
  return answer(request);
}

/** Do something in one transaction, whole or not at all. */
async function within<T>(
  mode: IDBTransactionMode,
  use: (stores: Record<(typeof STORES)[number], IDBObjectStore>) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  try {
    const transaction = database.transaction(STORES, mode);
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const [cards, models, words] = STORES.map((name) => transaction.objectStore(name)) as [
      IDBObjectStore,
      IDBObjectStore,
      IDBObjectStore,
    ];
    const [value] = await Promise.all([answer(use({ cards, models, words })), done]);
    return value;
  } finally {
    database.close();
  }
}

/** What older versions did not keep of a model. */
const UNTOLD: Pick<Model, "paint" | "missing" | "change" | "options"> = {
  paint: {},
  missing: {},
  change: "",
  options: { temperature: PLAIN.temperature, max_bricks: PLAIN.max_bricks, drafts: PLAIN.drafts },
};

/** What the list shows of a model. */
export function cardOf(model: Model, thumbnail: Blob | null): Card {
  const { id, caption, change, made, bricks, report } = model;
  const { verdict, summary } = report;
  return { id, caption, change, made, bricks: bricks.length, verdict, summary, thumbnail };
}

/** Keep a model, in the place of an earlier one with its id. */
export async function keep(model: Model, thumbnail: Blob | null): Promise<void> {
  const card = cardOf(model, thumbnail);
  await within("readwrite", ({ cards, models }) => {
    cards.put(card);
    return models.put(model);
  });
}

/** All cards, newest first. */
export async function listCards(): Promise<Card[]> {
  const cards = await within<Card[]>("readonly", ({ cards }) => cards.getAll());
  return cards.sort((a, b) => b.made - a.made);
}

/** A whole model, or null when there is none with that id. */
export async function load(id: string): Promise<Model | null> {
  const found = await within<Model | undefined>("readonly", ({ models }) => models.get(id));
  return found ? { ...UNTOLD, ...found } : null;
}

/** Forget a model; what is not there is no error. */
export async function forget(id: string): Promise<void> {
  await within("readwrite", ({ cards, models }) => {
    cards.delete(id);
    return models.delete(id);
  });
}

/** Keep the words of the service, for when it is away. */
export async function keepVocabulary(vocabulary: Vocabulary): Promise<void> {
  await within("readwrite", ({ words }) => words.put(vocabulary, VOCABULARY));
}

/** The words that were kept; null when none were. */
export async function loadVocabulary(): Promise<Vocabulary | null> {
  return (await within<Vocabulary | undefined>("readonly", (s) => s.words.get(VOCABULARY))) ?? null;
}
