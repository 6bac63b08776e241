import { useMemo } from "react";
import { parseBricks } from "../bricks/brick";
import { DEFAULT_COLOR, rgbOf } from "../bricks/colors";
import { examples } from "../examples/examples";
import { Bricks } from "./Bricks";

/** A steam train, for where there is nothing of one's own yet. */
export function Ornament() {
  const bricks = useMemo(() => parseBricks(examples[3].structure), []);
  return (
    <div className="ornament" aria-hidden="true">
      <Bricks bricks={bricks} paint={PLAIN} />
    </div>
  );
}

const PLAIN = { color: () => rgbOf(DEFAULT_COLOR) };
