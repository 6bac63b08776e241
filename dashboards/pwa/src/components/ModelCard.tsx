import type { Steps } from "../hooks/useSteps";
import type { Model } from "../history/model";
import { changeExample } from "../words";
import { readDescription } from "../work/order";
import { ChangeLine } from "./ChangeLine";
import { ModelStage } from "./ModelStage";
import { StepBar } from "./StepBar";
import { VerdictChip } from "./VerdictChip";

interface ModelCardProps {
  model: Model;
  steps: Steps;
  selected: number | null;
  /** Colour by load instead of by colour. */
  byLoad: boolean;
  /** What is to be other than in it, as far as it is written. */
  change: { words: string; blocked: string | null; write(words: string): void; ask(): void };
  onSelect(brick: number | null): void;
}

/** The model is the hero: nothing over it but its caption, its verdict and its steps. */
export function ModelCard({ model, steps, selected, byLoad, change, onSelect }: ModelCardProps) {
  const example = changeExample(readDescription(model.description).fields);
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
      <ChangeLine
        words={change.words}
        example={example}
        blocked={change.blocked}
        onWrite={change.write}
        onChange={change.ask}
      />
    </section>
  );
}
