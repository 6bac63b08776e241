import { useMemo } from "react";
import { parseBricks } from "../bricks/brick";
import { DEFAULT_COLOR, rgbOf } from "../bricks/colors";
import { Bricks } from "./Bricks";

interface ExampleCardProps {
  caption: string;
  /** Its bricks as text. */
  structure: string;
  onPick(): void;
}

/** Something one can ask for, with what comes of it. */
export function ExampleCard({ caption, structure, onPick }: ExampleCardProps) {
  const bricks = useMemo(() => parseBricks(structure), [structure]);
  return (
    <button className="example" onClick={onPick}>
      <span className="example-picture">
        <Bricks bricks={bricks} paint={PLAIN} />
      </span>
      <span>{caption}</span>
    </button>
  );
}

const PLAIN = { color: () => rgbOf(DEFAULT_COLOR) };
