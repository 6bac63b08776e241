/** A canvas that shows bricks, painted again when they or its size change. */

import { type MouseEvent, useEffect, useRef } from "react";
import type { Brick } from "../bricks/brick";
import { type Paint, type Picture, paintBricks } from "../bricks/painting";
import { brickAt } from "../bricks/view";
import { useSize } from "./useSize";

export function useBrickCanvas(bricks: readonly Brick[], paint: Paint) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useRef<Picture | null>(null);
  const { width, height } = useSize(frame);

  useEffect(() => {
    if (!canvas.current || width === 0 || height === 0) return;
    picture.current = paintBricks(canvas.current, width, height, bricks, paint);
  }, [bricks, paint, width, height]);

  const brickUnder = (event: MouseEvent): number | null => {
    if (!canvas.current || !picture.current) return null;
    const box = canvas.current.getBoundingClientRect();
    const at = picture.current.toPlane([event.clientX - box.left, event.clientY - box.top]);
    return brickAt(bricks, picture.current.order, at);
  };
  return { frame, canvas, brickUnder };
}
