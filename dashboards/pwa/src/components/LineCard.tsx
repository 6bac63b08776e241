import { lineInWords } from "../words";
import { BrickBar } from "./BrickBar";
import { Notice } from "./Notice";

interface LineCardProps {
  prompt: string;
  /** What is to be other than in the model before it; empty for something new. */
  change: string;
  /** Place in line, 1 being next; null while it is not known. */
  position: number | null;
  sent: boolean;
  away: boolean;
}

const SHOWN = 12;

/** An order on its way to the service, or in line there. */
export function LineCard({ prompt, change, position, sent, away }: LineCardProps) {
  const before = Math.min(Math.max((position ?? 1) - 1, 0), SHOWN - 1);
  return (
    <section className="card stage" aria-label="Your order">
      <div className="stage-top">
        <div>
          <h2 className="caption">{prompt}</h2>
          {change && <p className="second">{change}</p>}
        </div>
      </div>
      <div className="line">
        <BrickBar count={before + 1} filled={before + 1} live />
        <p className="large" role="status">
          {sent ? lineInWords(position) : "Sending your request"}
        </p>
        {away && (
          <Notice tone="away">
            {sent
              ? "The server is away; your request is in its line, and goes on when it is back."
              : "The server is away; your request will go when it is back."}
          </Notice>
        )}
      </div>
    </section>
  );
}
