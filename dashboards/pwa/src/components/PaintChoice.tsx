interface PaintChoiceProps {
  byLoad: boolean;
  /** False when nobody computed the loads. */
  known: boolean;
  onChoose(byLoad: boolean): void;
}

/** Bricks in their colours, or by the load they carry. */
export function PaintChoice({ byLoad, known, onChoose }: PaintChoiceProps) {
  if (!known) return null;
  return (
    <section aria-labelledby="paint-title">
      <h3 id="paint-title">Show</h3>
      <div className="choice" role="group" aria-labelledby="paint-title">
        <button aria-pressed={!byLoad} onClick={() => onChoose(false)}>
          Colours
        </button>
        <button aria-pressed={byLoad} onClick={() => onChoose(true)}>
          Loads
        </button>
      </div>
      {byLoad && (
        <div className="legend second">
          <span>unloaded</span>
          <span className="ramp" aria-hidden="true" />
          <span>at its limit</span>
        </div>
      )}
    </section>
  );
}
