import { Examples } from "./Examples";

interface StartCardProps {
  onPick(caption: string, seed: number): void;
}

/** The first thing one sees: what this is, and six things to tap. */
export function StartCard({ onPick }: StartCardProps) {
  return (
    <section className="card start" aria-labelledby="start-title">
      <h2 id="start-title">What shall we build?</h2>
      <p>Say it in your words. It is built brick by brick, and proved to stand.</p>
      <Examples onPick={onPick} />
    </section>
  );
}
