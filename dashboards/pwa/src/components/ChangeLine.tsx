import { type FormEvent, useId } from "react";
import { MAX_PROMPT } from "../hooks/useOrderForm";

interface ChangeLineProps {
  words: string;
  /** What could be said, for this model. */
  example: string;
  /** Why it cannot be changed now, in words; null when it can. */
  blocked: string | null;
  onWrite(words: string): void;
  onChange(): void;
}

/** One line for what is to be other than in the model above. */
export function ChangeLine({ words, example, blocked, onWrite, onChange }: ChangeLineProps) {
  const id = useId();
  const disabled = blocked !== null || words.trim() === "";
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!disabled) onChange();
  };
  return (
    <form className="change" onSubmit={send}>
      <label htmlFor={id}>Change it</label>
      <input
        id={id}
        value={words}
        placeholder={example}
        maxLength={MAX_PROMPT}
        aria-describedby={blocked ? `${id}-reason` : undefined}
        onChange={(event) => onWrite(event.target.value)}
        enterKeyHint="go"
        autoComplete="off"
      />
      <button disabled={disabled}>Change</button>
      {blocked && (
        <p id={`${id}-reason`} className="second">
          {blocked}
        </p>
      )}
    </form>
  );
}
