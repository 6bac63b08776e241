import type { Trouble } from "../work/state";
import { Examples } from "./Examples";
import { FallenBricks } from "./FallenBricks";

interface TroubleCardProps {
  prompt: string;
  trouble: Trouble;
  /** Back to the model that was to be changed; null when there is none. */
  onBack: (() => void) | null;
  onAgain(): void;
  onPick(caption: string, seed: number): void;
}

/** Nothing came of it: why, in the service's words, and the one thing to do next. */
export function TroubleCard({ prompt, trouble, onBack, onAgain, onPick }: TroubleCardProps) {
  return (
    <section className="card stage" aria-label="What came of it">
      <div className="stage-top">
        <h2 className="caption">{prompt}</h2>
      </div>
      <div className="line">
        {trouble.again && <FallenBricks />}
        <div role="alert">
          <p className="large">{trouble.title}</p>
          <p className="words">{trouble.detail}</p>
        </div>
        {onBack || trouble.again ? (
          <div className="buttons">
            {onBack && (
              <button className="go" onClick={onBack}>
                Back to the model
              </button>
            )}
            {trouble.again && (
              <button className={onBack ? undefined : "go"} onClick={onAgain}>
                Try again
              </button>
            )}
          </div>
        ) : (
          <Examples onPick={onPick} />
        )}
      </div>
    </section>
  );
}
