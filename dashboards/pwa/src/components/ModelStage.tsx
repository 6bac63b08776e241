import { Suspense } from "react";
import type { Model } from "../history/model";
import { Viewer3d, useStage } from "../hooks/useStage";
import { FlatViewer } from "./FlatViewer";

interface ModelStageProps {
  model: Model;
  /** Bricks that stand at the step shown. */
  visible: number;
  selected: number | null;
  byLoad: boolean;
  onSelect(brick: number | null): void;
}

/** The picture at once, the 3-D viewer over it when it is there; a drawing where there is none. */
export function ModelStage(props: ModelStageProps) {
  const { model, visible, selected, byLoad, onSelect } = props;
  const stage = useStage(model);
  return (
    <div className={`stage-middle ${stage.kind}`}>
      <div className="stage-room">
        {stage.kind === "drawing" && <FlatViewer {...props} />}
        {stage.picture && stage.kind !== "drawing" && !stage.drawn && (
          <img className="fill picture" src={stage.picture} alt={`Picture of ${model.caption}`} />
        )}
        {stage.kind === "solid" && (
          <Suspense fallback={null}>
            <Viewer3d
              key={model.id}
              packed={stage.packed}
              bricks={model.bricks}
              report={model.report}
              visible={visible}
              selected={selected}
              byLoad={byLoad}
              label={`${model.caption} in 3-D; arrow keys turn it`}
              onSelect={onSelect}
              onDrawn={stage.onDrawn}
              onMissing={stage.onMissing}
            />
          </Suspense>
        )}
        {model.report.verdict === "UNVERIFIED" && (
          <p className="watermark" aria-hidden="true">
            <span>NOT VERIFIED</span>
          </p>
        )}
      </div>
      {stage.reason && <p className="second stage-reason">{stage.reason}</p>}
    </div>
  );
}
