import type { Model } from "../history/model";
import { BrickCard } from "./BrickCard";
import { Downloads } from "./Downloads";
import { PaintChoice } from "./PaintChoice";
import { PartsList } from "./PartsList";
import { Understood } from "./Understood";

interface ModelDetailProps {
  model: Model;
  selected: number | null;
  byLoad: boolean;
  onSelect(brick: number | null): void;
  onPaint(byLoad: boolean): void;
}

/** What there is to know and to do beside the model. */
export function ModelDetail({ model, selected, byLoad, onSelect, onPaint }: ModelDetailProps) {
  const { bricks, report, description, differences, seed } = model;
  const score = selected === null ? null : (report.scores[selected] ?? null);
  const verified = report.verdict !== "UNVERIFIED";
  return (
    <>
      {selected === null ? (
        <p className="second">Tap a brick to see what it is and what holds it.</p>
      ) : (
        <BrickCard
          bricks={bricks}
          index={selected}
          score={verified ? score : null}
          onSelect={onSelect}
        />
      )}
      <PaintChoice byLoad={byLoad} known={verified} onChoose={onPaint} />
      <Understood description={description} differences={differences} />
      <Downloads model={model} />
      <PartsList bricks={bricks} />
      {seed !== null && (
        <p className="second">
          Seed <span className="figures">{seed}</span>: same words, same seed, same bricks.
        </p>
      )}
    </>
  );
}
