import { type Brick, holdOf, partOf, sizeOf } from "../bricks/brick";
import { holdInWords } from "../words";
import { Icon } from "./Icon";
import { LoadMeter } from "./LoadMeter";

interface BrickCardProps {
  bricks: readonly Brick[];
  index: number;
  /** 0 unloaded to 1 fails; null when nobody computed it. */
  score: number | null;
  onSelect(brick: number | null): void;
}

/** Everything about the brick that was tapped. */
export function BrickCard({ bricks, index, score, onSelect }: BrickCardProps) {
  const brick = bricks[index];
  if (!brick) return null;
  const hold = holdOf(bricks, index);
  return (
    <section className="brick-card" aria-labelledby="brick-title">
      <div className="row">
        <h3 id="brick-title">Brick {index + 1}</h3>
        <button
          className="quiet"
          aria-label="Brick before"
          disabled={index === 0}
          onClick={() => onSelect(index - 1)}
        >
          <Icon name="left" />
        </button>
        <button
          className="quiet"
          aria-label="Brick after"
          disabled={index === bricks.length - 1}
          onClick={() => onSelect(index + 1)}
        >
          <Icon name="right" />
        </button>
        <button className="quiet" aria-label="Close brick" onClick={() => onSelect(null)}>
          <Icon name="close" />
        </button>
      </div>
      <dl className="facts">
        <dt>Size</dt>
        <dd>{sizeOf(brick)}</dd>
        <dt>Part</dt>
        <dd>{partOf(brick)}</dd>
        <dt>Position</dt>
        <dd>
          x {brick.x}, y {brick.y}, z {brick.z}
        </dd>
        <dt>Score</dt>
        <dd>{score === null ? "not verified" : score.toFixed(2)}</dd>
      </dl>
      {score !== null && <LoadMeter score={score} />}
      <p className="second">{holdInWords(hold)}</p>
    </section>
  );
}
