/** Events of a job (legolab.event/1), as the stream sends them. */

export interface Difference {
  field: string;
  wanted: string | number;
  seen: string | number;
}

/** The members of a report (legolab.report/1) that the app shows. */
export interface Report {
  verdict: "stable" | "unstable" | "UNVERIFIED";
  summary: string;
  /** Per brick: 0 unloaded to 1 fails. */
  scores: number[];
  first_unstable: number | null;
  floating: number[];
  backend: string;
}

export interface Outcome {
  caption: string;
  description: string;
  notes: string[];
  seed: number;
  structure: string;
  colors: number[];
  report: Report;
  differences: Difference[];
  /** Part, or "whole" -> LDraw colour code. */
  paint: Record<string, number>;
  /** How many of the first bricks are those that it was begun with. */
  kept: number;
  /** Size -> how many more the person would need. */
  missing: Record<string, number>;
}

export type JobEvent =
  | { type: "started"; caption: string; description: string; seed: number; notes: string[] }
  | { type: "brick_placed"; index: number; brick: string }
  /** The description is that of what comes next, empty where it is the same. */
  | { type: "rolled_back"; kept: number; reason: string; description?: string }
  | { type: "trimmed"; kept: number }
  /** No brick changes any more; the picture and the rest of the report come next. */
  | { type: "settled"; structure: string; verdict: Report["verdict"] }
  | ({ type: "finished" } & Partial<Outcome>)
  | { type: "failed"; reason?: string }
  | { type: "cancelled" };

export const EVENT_TYPES: readonly JobEvent["type"][] = [
  "started",
  "brick_placed",
  "rolled_back",
  "trimmed",
  "settled",
  "finished",
  "failed",
  "cancelled",
];
