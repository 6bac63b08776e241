/** What descriptions are made of: the fields of every subject, and their words. */

import { ask } from "./client";

/** The words of a field; null where it is a number of studs or layers. */
export type Words = readonly string[] | null;

/** Subject -> field -> its words. */
export type Vocabulary = Readonly<Record<string, Readonly<Record<string, Words>>>>;

/** What the service knows; open to anybody, and throws as `ask` does. */
export async function fetchVocabulary(): Promise<Vocabulary> {
  return (await ask("/vocabulary")).json() as Promise<Vocabulary>;
}
