/** How a finished model is drawn without WebGL. */

import { useMemo } from "react";
import { DEFAULT_COLOR, rampOf, rgbOf } from "../bricks/colors";
import type { Paint } from "../bricks/painting";
import type { Model } from "../history/model";

export function useFlatPaint(
  model: Model,
  visible: number,
  selected: number | null,
  byLoad: boolean,
) {
  const bricks = useMemo(() => model.bricks.slice(0, visible), [model.bricks, visible]);
  const paint = useMemo<Paint>(() => {
    const { scores } = model.report;
    const failing = scores.flatMap((score, index) => (score >= 1 ? [index] : []));
    return {
      color: (index) =>
        byLoad ? rampOf(scores[index] ?? 0) : rgbOf(model.colors[index] ?? DEFAULT_COLOR),
      failing: new Set(failing),
      selected: selected !== null && selected < visible ? selected : null,
      room: model.bricks,
    };
  }, [model, visible, selected, byLoad]);
  return { bricks, paint };
}
