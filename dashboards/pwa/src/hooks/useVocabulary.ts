/** The words that descriptions are made of: asked of the service, kept for when it is away. */

import { useEffect, useState } from "react";
import { Away, Refused } from "../api/trouble";
import { type Vocabulary, fetchVocabulary } from "../api/vocabulary";
import { keepVocabulary, loadVocabulary } from "../history/database";

/** What was kept, or null: a browser that keeps nothing still shows what the service says. */
async function kept(): Promise<Vocabulary | null> {
  try {
    return await loadVocabulary();
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

/** What the service says, or null when it says nothing now. */
async function asked(): Promise<Vocabulary | null> {
  try {
    const vocabulary = await fetchVocabulary();
    await keepVocabulary(vocabulary).catch((error: unknown) => {
      if (!(error instanceof DOMException)) throw error;
    });
    return vocabulary;
  } catch (error) {
    if (error instanceof Away || error instanceof Refused) return null;
    throw error;
  }
}

/**
 * Args:
 *   wanted: there is something to describe.
 *   online: there is a network; the service is asked again when it comes back.
 */
export function useVocabulary(wanted: boolean, online: boolean): Vocabulary | null {
  const [words, setWords] = useState<Vocabulary | null>(null);
  const [fresh, setFresh] = useState(false);
  useEffect(() => {
    if (!wanted || fresh) return;
    let stale = false;
    void kept().then((found) => {
      if (found && !stale) setWords((now) => now ?? found);
    });
    void asked().then((found) => {
      if (!found || stale) return;
      setWords(found);
      setFresh(true);
    });
    return () => {
      stale = true;
    };
  }, [wanted, online, fresh]);
  return words;
}
