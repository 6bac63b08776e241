import type { Difference } from "../api/events";
import { differenceInWords, partsOfDescription } from "../words";

interface UnderstoodProps {
  description: string;
  differences: Difference[];
}

/** What the words were taken for, and what came out otherwise. */
export function Understood({ description, differences }: UnderstoodProps) {
  const { subject, traits } = partsOfDescription(description);
  return (
    <section aria-labelledby="understood-title">
      <h3 id="understood-title">Understood as</h3>
      <ul className="tags">
        <li className="tag subject">{subject}</li>
        {traits.map((trait) => (
          <li key={trait} className="tag">
            {trait}
          </li>
        ))}
      </ul>
      {differences.length > 0 && (
        <>
          <h3>Came out otherwise</h3>
          <ul className="plain">
            {differences.map((difference) => (
              <li key={difference.field}>{differenceInWords(difference)}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
