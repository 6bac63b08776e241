/** What can go wrong between here and the service, in words for a person. */

import type { ProblemDetails } from "./schema";

/** The service answered, and the answer is no. */
export class Refused extends Error {
  readonly status: number;
  readonly kind: string;
  /** Seconds after which asking again may help; null when it will not. */
  readonly again: number | null;

  constructor(status: number, kind: string, detail: string, again: number | null) {
    super(detail);
    this.status = status;
    this.kind = kind;
    this.again = again;
  }
}

/** The service did not answer: no network, or nobody there. */
export class Away extends Error {}

/** The problem document of an answer that is not fine (RFC 9457). */
export async function refusal(answer: Response): Promise<Refused | Away> {
  const retry = Number(answer.headers.get("Retry-After"));
  const again = Number.isFinite(retry) && retry > 0 ? retry : null;
  const isProblem = answer.headers.get("Content-Type")?.startsWith("application/problem+json");
  if (!isProblem) {
    // A gateway speaks for a service that is not there.
    if (answer.status >= 502) return new Away();
    return new Refused(answer.status, "", `The service answered ${answer.status}.`, again);
  }
  const problem = (await answer.json()) as ProblemDetails;
  const kind = problem.type.split(":").pop() ?? "";
  return new Refused(answer.status, kind, problem.detail, again);
}
