import type { Brick } from "../bricks/brick";
import { useBuildingPaint } from "../hooks/useBuildingPaint";
import { useClock } from "../hooks/useClock";
import { bricksInWords } from "../words";
import { BrickBar } from "./BrickBar";
import { Bricks } from "./Bricks";
import { Notice } from "./Notice";

interface BuildingCardProps {
  caption: string;
  bricks: Brick[];
  description: string;
  notes: string[];
  setback: string | null;
  /** Milliseconds since 1970. */
  began: number;
  away: boolean;
}

/** Bricks arriving one by one. */
export function BuildingCard(props: BuildingCardProps) {
  const { caption, bricks, notes, setback, away } = props;
  const { paint, layers, reached } = useBuildingPaint(bricks, props.description);
  const seconds = useClock(props.began);
  return (
    <section className="card stage" aria-label="Being built">
      <div className="stage-top">
        <div>
          <h2 className="caption">{caption}</h2>
          {notes.map((note) => (
            <p key={note} className="second">
              {note}
            </p>
          ))}
        </div>
        <p className="chip building" role="status">
          <strong>Building</strong>
        </p>
      </div>
      <div className="stage-room">
        <Bricks bricks={bricks} paint={paint} label={`${bricksInWords(bricks.length)} so far`} />
      </div>
      <div className="stage-notes">
        {away && (
          <Notice tone="away">The server is away; it goes on here when it is back.</Notice>
        )}
        {!away && setback && <p className="second">Taken back: {setback}.</p>}
      </div>
      <div className="strip">
        <span className="figures" data-testid="progress">
          {bricksInWords(bricks.length)}, layer {reached}, {seconds} s
        </span>
        <BrickBar count={layers} filled={reached} live />
      </div>
    </section>
  );
}
