import type { Model } from "../history/model";
import { useFlatPaint } from "../hooks/useFlatPaint";
import { bricksInWords } from "../words";
import { Bricks } from "./Bricks";

interface FlatViewerProps {
  model: Model;
  visible: number;
  selected: number | null;
  byLoad: boolean;
  onSelect(brick: number | null): void;
}

/** The model as a drawing: steps and bricks to tap, without WebGL. */
export function FlatViewer({ model, visible, selected, byLoad, onSelect }: FlatViewerProps) {
  const { bricks, paint } = useFlatPaint(model, visible, selected, byLoad);
  const label = `Drawing of ${model.caption}, ${bricksInWords(bricks.length)}`;
  return <Bricks bricks={bricks} paint={paint} label={label} onTap={onSelect} />;
}
