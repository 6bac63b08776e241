/** Models made before, kept in this browser. */

import { useCallback, useEffect, useState } from "react";
import { type Card, cardOf, forget, keep, listCards, load } from "../history/database";
import type { Model } from "../history/model";
import { thumbnailOf } from "../history/thumbnail";

export interface History {
  cards: Card[];
  /** Why a model could not be kept or read here, in words; null when all is well. */
  trouble: string | null;
  keep(model: Model): void;
  open(id: string): Promise<Model | null>;
  forget(id: string): void;
}

function words(error: unknown): string {
  if (error instanceof DOMException && error.name === "QuotaExceededError") {
    return "There is no room left in this browser; delete a model to keep new ones.";
  }
  if (error instanceof DOMException) return "This browser does not keep models at the moment.";
  throw error;
}

export function useHistory(): History {
  const [kept, setKept] = useState<Card[]>([]);
  // Listed at once: until they are drawn and kept they would be nowhere.
  const [pending, setPending] = useState<Card[]>([]);
  const [trouble, setTrouble] = useState<string | null>(null);

  const attempt = useCallback(async <T>(act: () => Promise<T>): Promise<T | null> => {
    try {
      const value = await act();
      setKept(await listCards());
      setTrouble(null);
      return value;
    } catch (error) {
      setTrouble(words(error));
      return null;
    }
  }, []);

  useEffect(() => void attempt(async () => undefined), [attempt]);

  const keepModel = useCallback(
    (model: Model) => {
      const others = (some: Card[]) => some.filter((card) => card.id !== model.id);
      setPending((some) => [cardOf(model, null), ...others(some)]);
      void attempt(async () => {
        const picture = model.files["preview.png"];
        await keep(model, picture ? await thumbnailOf(picture) : null);
      }).then(() => setPending(others));
    },
    [attempt],
  );
  const open = useCallback((id: string) => attempt(() => load(id)), [attempt]);
  const forgetModel = useCallback((id: string) => void attempt(() => forget(id)), [attempt]);
  const cards = [...pending, ...kept.filter(({ id }) => pending.every((card) => card.id !== id))];
  return { cards, trouble, keep: keepModel, open, forget: forgetModel };
}
