import { type Entry, LARGEST } from "../hooks/useDescription";

interface DescriptionFieldProps {
  entry: Entry;
  onChange(value: string): void;
}

/** A field of the description: a choice among words, or a number of studs or layers. */
export function DescriptionField({ entry, onChange }: DescriptionFieldProps) {
  const { name, value, before, words } = entry;
  return (
    <label>
      <span>
        {name} {value !== before && <span className="second">was {before}</span>}
      </span>
      {words ? (
        <select value={value} onChange={(event) => onChange(event.target.value)}>
          {words.map((word) => (
            <option key={word}>{word}</option>
          ))}
        </select>
      ) : (
        <input
          className="figures"
          type="number"
          min={0}
          max={LARGEST}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </label>
  );
}
