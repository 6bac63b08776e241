/** A finished model as the app keeps it: everything that is shown, and its files. */

import type { Client, Job } from "../api/client";
import type { Difference, Outcome, Report } from "../api/events";
import { type Brick, parseBricks } from "../bricks/brick";
import type { Errand, Order } from "../work/state";

export interface Model {
  /** Of the job. */
  id: string;
  caption: string;
  description: string;
  notes: string[];
  differences: Difference[];
  seed: number | null;
  /** Part, or "whole" -> LDraw colour code. */
  paint: Record<string, number>;
  /** Size -> how many more the person would need for all of it. */
  missing: Record<string, number>;
  /** What is other than in the model before it, in a few words; empty when it began by itself. */
  change: string;
  /** What it was built with, and is built with again. */
  options: Pick<Order, "temperature" | "max_bricks" | "drafts">;
  /** Milliseconds since 1970. */
  made: number;
  bricks: Brick[];
  colors: number[];
  report: Report;
  files: Record<string, Blob>;
  /** All files that there are have come. */
  complete: boolean;
}

const UNKNOWN: Report = {
  verdict: "UNVERIFIED",
  summary: "UNVERIFIED: no report came with it",
  scores: [],
  first_unstable: null,
  floating: [],
  backend: "none",
};

/**
 * The model of a finished job, without files.
 *
 * The last event tells most of it; where that is lost, the job's document and its brick text do.
 */
export async function modelOf(
  job: Job,
  outcome: Partial<Outcome>,
  errand: Errand,
  client: Client,
): Promise<Model> {
  const text = outcome.structure ?? (await brickText(job, client));
  const bricks = parseBricks(text);
  const { order, origin } = errand;
  const { temperature, max_bricks, drafts } = order;
  return {
    id: job.job_id,
    caption: outcome.caption ?? order.prompt,
    description: outcome.description ?? job.description ?? "",
    notes: outcome.notes ?? job.notes ?? [],
    differences: outcome.differences ?? (job.differences as Difference[] | null) ?? [],
    seed: outcome.seed ?? job.seed ?? null,
    paint: outcome.paint ?? job.paint ?? {},
    missing: outcome.missing ?? job.missing ?? {},
    change: origin?.change ?? "",
    options: { temperature, max_bricks, drafts },
    made: Date.now(),
    bricks,
    colors: outcome.colors ?? [],
    report: { ...UNKNOWN, ...(outcome.report ?? (job.report as Partial<Report> | null)) },
    files: {},
    complete: false,
  };
}

async function brickText(job: Job, client: Client): Promise<string> {
  const url = job.files?.["model.txt"];
  return url ? (await client.file(url)).text() : "";
}

/** The model with one more file. */
export function withFile(model: Model, name: string, file: Blob): Model {
  return { ...model, files: { ...model.files, [name]: file } };
}
