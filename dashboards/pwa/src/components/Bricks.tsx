import type { MouseEvent } from "react";
import type { Brick } from "../bricks/brick";
import type { Paint } from "../bricks/painting";
import { useBrickCanvas } from "../hooks/useBrickCanvas";

interface BricksProps {
  bricks: readonly Brick[];
  paint: Paint;
  /** What the picture shows, for who cannot see it; none for an ornament. */
  label?: string;
  onTap?: ((brick: number | null) => void) | undefined;
}

/** Bricks drawn on a 2-D canvas that fills its place. */
export function Bricks({ bricks, paint, label, onTap }: BricksProps) {
  const { frame, canvas, brickUnder } = useBrickCanvas(bricks, paint);
  const tap = onTap && ((event: MouseEvent) => onTap(brickUnder(event)));
  return (
    <div className="fill" ref={frame}>
      <canvas
        ref={canvas}
        role={label && "img"}
        aria-label={label}
        aria-hidden={!label}
        onClick={tap}
      />
    </div>
  );
}
