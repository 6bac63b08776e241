/** Models kept in this browser (IndexedDB): cards for the list, whole models for the view. */

import type { Report } from "../api/events";
import type { Model } from "./model";

/** What the list shows of a model. */
export interface Card {
  id: string;
  caption: string;
  made: number;
  bricks: number;
  verdict: Report["verdict"];
  summary: string;
  thumbnail: Blob | null;
}

const NAME = "legolab";
const VERSION = 1;

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, VERSION);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("cards", { keyPath: "id" });
    request.result.createObjectStore("models", { keyPath: "id" });
  };
  return answer(request);
}

/** Do something in one transaction, whole or not at all. */
async function within<T>(
  mode: IDBTransactionMode,
  use: (cards: IDBObjectStore, models: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  try {
    const transaction = database.transaction(["cards", "models"], mode);
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const result = answer(
      use(transaction.objectStore("cards"), transaction.objectStore("models")),
    );
    const [value] = await Promise.all([result, done]);
    return value;
  } finally {
    database.close();
  }
}

/** What the list shows of a model. */
export function cardOf(model: Model, thumbnail: Blob | null): Card {
  const { id, caption, made, bricks, report } = model;
  const { verdict, summary } = report;
  return { id, caption, made, bricks: bricks.length, verdict, summary, thumbnail };
}

/** Keep a model, in the place of an earlier one with its id. */
export async function keep(model: Model, thumbnail: Blob | null): Promise<void> {
  const card = cardOf(model, thumbnail);
  await within("readwrite", (cards, models) => {
    cards.put(card);
    return models.put(model);
  });
}

/** All cards, newest first. */
export async function listCards(): Promise<Card[]> {
  const cards = await within<Card[]>("readonly", (cards) => cards.getAll());
  return cards.sort((a, b) => b.made - a.made);
}

/** A whole model, or null when there is none with that id. */
export async function load(id: string): Promise<Model | null> {
  return (await within<Model | undefined>("readonly", (_, models) => models.get(id))) ?? null;
}

/** Forget a model; what is not there is no error. */
export async function forget(id: string): Promise<void> {
  await within("readwrite", (cards, models) => {
    cards.delete(id);
    return models.delete(id);
  });
}
