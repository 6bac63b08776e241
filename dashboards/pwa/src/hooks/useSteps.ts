/** Which step of the building is shown, and how many bricks that is. */

import { useEffect, useMemo, useState } from "react";
import { type Brick, stepsOf } from "../bricks/brick";

export interface Steps {
  /** From 1 to `count`. */
  step: number;
  count: number;
  /** Bricks that stand after this step. */
  visible: number;
  /** Bricks that this step adds. */
  added: number;
  go(step: number): void;
}

export function useSteps(id: string, bricks: readonly Brick[]): Steps {
  const ends = useMemo(() => stepsOf(bricks), [bricks]);
  const count = Math.max(ends.length, 1);
  const [step, setStep] = useState(count);
  useEffect(() => setStep(count), [id, count]);
  const shown = Math.min(step, count);
  const visible = ends[shown - 1] ?? bricks.length;
  const added = visible - (ends[shown - 2] ?? 0);
  return { step: shown, count, visible, added, go: setStep };
}
