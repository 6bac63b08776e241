import type { Steps } from "../hooks/useSteps";
import { BrickBar } from "./BrickBar";

interface StepBarProps {
  steps: Steps;
}

const SHOWN = 40;
const BRICK_PX = 44;

/** The steps as a row of little bricks that is a slider. */
export function StepBar({ steps }: StepBarProps) {
  const { step, count, added } = steps;
  const shown = Math.min(count, SHOWN);
  return (
    <div className="strip">
      <span className="figures">
        Step {step} of {count}
      </span>
      <span className="slider" style={{ maxWidth: shown * BRICK_PX }}>
        <BrickBar count={shown} filled={Math.round((step / count) * shown)} />
        <input
          type="range"
          min={1}
          max={count}
          value={step}
          onChange={(event) => steps.go(Number(event.target.value))}
          aria-label="Building step"
          aria-valuetext={`Step ${step} of ${count}, ${added} new`}
        />
      </span>
      <span className="figures">{added} new</span>
    </div>
  );
}
