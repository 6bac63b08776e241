interface LoadMeterProps {
  /** 0 unloaded to 1 fails. */
  score: number;
}

/** Where a brick lies between unloaded and failing. */
export function LoadMeter({ score }: LoadMeterProps) {
  return (
    <div className="meter" aria-hidden="true">
      <i style={{ left: `${Math.min(Math.max(score, 0), 1) * 100}%` }} />
    </div>
  );
}
