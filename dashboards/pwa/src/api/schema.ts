/** Made from openapi.json by `npm run types`; not edited by hand. */

/** The model to check. */
export type CheckRequest = {
  /** What `text` is; `auto` tells by its first line. */
  format?: "auto" | "txt" | "ldr";
  /** Ask every brick to be held exactly, and how safely. */
  strict?: boolean;
  /** Brick text, one `HxW (x,y,z)` a line, or the text of an LDraw file. */
  text: string;
  /** Studs along x, studs along y, layers. */
  world?: [number, number, number];
};

/** What to build. */
export type GenerateRequest = {
  /** Stop after that many. */
  max_bricks?: number;
  /** What to build, in English. */
  prompt: string;
  /** Same seed, same bricks. */
  seed?: number | null;
  /** Higher is bolder, lower more usual. */
  temperature?: number;
};

/** A job: which members it has depends on its status. */
export type JobDocument = {
  brick_counts?: Record<string, number> | null;
  /** started: bricks standing so far */
  bricks?: number | null;
  /** finished: what the model was asked for */
  description?: string | null;
  /** finished: what was asked for and came out differently */
  differences?: (Record<string, unknown>)[] | null;
  /** finished: a link to each file; null when its life is over */
  files?: Record<string, string | null> | null;
  job_id: string;
  /** finished: the model; the link expires */
  ldr_url?: string | null;
  /** finished: how the words were understood */
  notes?: (string)[] | null;
  /** finished: a picture; the link expires */
  png_url?: string | null;
  /** queued: 1 is next, 0 is being taken */
  position?: number | null;
  /** failed: why */
  reason?: string | null;
  /** finished: legolab.report/1 */
  report?: Record<string, unknown> | null;
  seed?: number | null;
  status: State;
  verdict?: string | null;
};

/** What an error looks like; members of its own may follow. */
export type ProblemDetails = {
  detail: string;
  status: number;
  title: string;
  type: string;
  [member: string]: unknown;
};

/** What a job is doing. */
export type State = "queued" | "started" | "finished" | "failed" | "cancelled";

/** What opens the events of one job for EventSource, which cannot send headers. */
export type TicketDocument = {
  events_url: string;
  /** seconds */
  expires_in: number;
  ticket: string;
};

/** Defaults and limits of GenerateRequest. */
export const generateLimits = {
  "max_bricks": {
    "default": 200,
    "minimum": 1,
    "maximum": 1000
  },
  "prompt": {
    "maxLength": 1000
  },
  "seed": {
    "minimum": 0,
    "exclusiveMaximum": 4294967296
  },
  "temperature": {
    "default": 0.3,
    "maximum": 10,
    "exclusiveMinimum": 0
  }
} as const;
