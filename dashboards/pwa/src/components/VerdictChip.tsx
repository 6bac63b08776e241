import type { Report } from "../api/events";
import { verdictWords } from "../words";

interface VerdictChipProps {
  report: Pick<Report, "verdict" | "summary">;
}

/** Does it stand, in words; what nobody verified is loud. */
export function VerdictChip({ report }: VerdictChipProps) {
  const { loud, more } = verdictWords(report);
  return (
    <p className={`chip ${report.verdict.toLowerCase()}`}>
      <strong>{loud}</strong>
      {more && <span>{more}</span>}
    </p>
  );
}
