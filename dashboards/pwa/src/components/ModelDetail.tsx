import type { Vocabulary } from "../api/vocabulary";
import type { Model } from "../history/model";
import type { BuildAgain } from "../hooks/useDescription";
import { BrickCard } from "./BrickCard";
import { Downloads } from "./Downloads";
import { PaintChoice } from "./PaintChoice";
import { PartsList } from "./PartsList";
import { Understood } from "./Understood";

interface ModelDetailProps {
  model: Model;
  selected: number | null;
  byLoad: boolean;
  vocabulary: Vocabulary | null;
  /** Why it cannot be built again now, in words; null when it can. */
  blocked: string | null;
  onSelect(brick: number | null): void;
  onPaint(byLoad: boolean): void;
  onBuild: BuildAgain;
}

/** What there is to know and to do beside the model. */
export default function ModelDetail(props: ModelDetailProps) {
  const { model, selected, byLoad, onSelect, onPaint } = props;
  const { bricks, report, seed } = model;
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
      <Understood
        key={model.id}
        model={model}
        vocabulary={props.vocabulary}
        blocked={props.blocked}
        onBuild={props.onBuild}
      />
      <Downloads model={model} />
      <PartsList bricks={bricks} missing={model.missing} />
      {seed !== null && (
        <p className="second">
          Seed <span className="figures">{seed}</span>: same words, same seed, same bricks.
        </p>
      )}
    </>
  );
}
