import type { Steps } from "../hooks/useSteps";
import type { Model } from "../history/model";
import { ModelStage } from "./ModelStage";
import { StepBar } from "./StepBar";
import { VerdictChip } from "./VerdictChip";

interface ModelCardProps {
  model: Model;
  steps: Steps;
  selected: number | null;
  /** Colour by load instead of by colour. */
  byLoad: boolean;
  onSelect(brick: number | null): void;
}

/** The model is the hero: nothing over it but its caption, its verdict and its steps. */
export function ModelCard({ model, steps, selected, byLoad, onSelect }: ModelCardProps) {
  return (
    <section className="card stage" aria-label="Model">
      <div className="stage-top">
        <div>
          <h2 className="caption">{model.caption}</h2>
          {model.notes.map((note) => (
            <p key={note} className="second">
              {note}
            </p>
          ))}
        </div>
        <VerdictChip report={model.report} />
      </div>
      <ModelStage
        model={model}
        visible={steps.visible}
        selected={selected}
        byLoad={byLoad}
        onSelect={onSelect}
      />
      <StepBar steps={steps} />
    </section>
  );
}
