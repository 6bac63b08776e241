import type { Vocabulary } from "../api/vocabulary";
import { paintInWords } from "../bricks/colors";
import type { Model } from "../history/model";
import { type BuildAgain, useDescription } from "../hooks/useDescription";
import { differenceInWords, partsOfDescription } from "../words";
import { ColorField } from "./ColorField";
import { DescriptionField } from "./DescriptionField";

interface UnderstoodProps {
  model: Model;
  /** Null while nobody knows which words a field may hold: then nothing can be changed. */
  vocabulary: Vocabulary | null;
  /** Why it cannot be built again now, in words; null when it can. */
  blocked: string | null;
  onBuild: BuildAgain;
}

/** What the words were taken for, to be changed and built again, and what came out otherwise. */
export function Understood({ model, vocabulary, blocked, onBuild }: UnderstoodProps) {
  const form = useDescription(model, vocabulary, blocked, onBuild);
  const paint = paintInWords(model.paint);
  const traits = form.entries.length > 0 ? [] : partsOfDescription(model.description).traits;
  return (
    <section aria-labelledby="understood-title">
      <h3 id="understood-title">Interpreted as</h3>
      <ul className="tags">
        <li className="tag subject">{form.subject}</li>
        {[...(paint ? [paint] : []), ...traits].map((trait) => (
          <li key={trait} className="tag">
            {trait}
          </li>
        ))}
      </ul>
      {form.entries.length > 0 && (
        <form className="description" aria-labelledby="understood-title" onSubmit={form.send}>
          {form.entries.map((entry) => (
            <DescriptionField
              key={entry.name}
              entry={entry}
              onChange={(value) => form.set(entry.name, value)}
            />
          ))}
          {form.coats.map((coat) => (
            <ColorField
              key={coat.part}
              coat={coat}
              onChange={(code) => form.paint(coat.part, code)}
            />
          ))}
          {form.changed && (
            <div className="buttons">
              <button className="go" disabled={form.fault !== null}>
                Build again
              </button>
              <button type="button" onClick={form.reset}>
                As it was
              </button>
              {form.fault && (
                <p className="second" role="status">
                  {form.fault}
                </p>
              )}
            </div>
          )}
        </form>
      )}
      {model.differences.length > 0 && (
        <>
          <h3>Came out otherwise</h3>
          <ul className="plain">
            {model.differences.map((difference) => (
              <li key={difference.field}>{differenceInWords(difference)}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
