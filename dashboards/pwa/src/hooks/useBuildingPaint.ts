/** How a model is painted while it grows: room for what was described, new bricks dropping in. */

import { useMemo } from "react";
import type { Brick } from "../bricks/brick";
import { DEFAULT_COLOR, rgbOf } from "../bricks/colors";
import type { Paint } from "../bricks/painting";
import { layersOfDescription } from "../words";
import { useDropIn } from "./useDropIn";

const WORLD_LAYERS = 20;

export function useBuildingPaint(bricks: readonly Brick[], description: string) {
  const lifted = useDropIn(bricks.length);
  const described = layersOfDescription(description);
  const reached = bricks.reduce((top, { z }) => Math.max(top, z + 1), 0);
  const layers = Math.max(described || WORLD_LAYERS, reached);
  const paint = useMemo<Paint>(
    () => ({ color: () => rgbOf(DEFAULT_COLOR), lifted, minLayers: described }),
    [lifted, described],
  );
  return { paint, layers, reached };
}
