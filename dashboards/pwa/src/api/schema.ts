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
  /** What is to be other than in `start`: make the back higher. */
  change?: string;
  /** Draw it at most so many times; the one closest to the words is kept. */
  drafts?: number;
  /** Fields of the description set by hand, over what the prompt says. */
  fields?: Record<string, number | string>;
  /** The bricks there are, with a colour if it matters; never more are used. */
  inventory?: Record<string, number>;
  /** Stop after that many. */
  max_bricks?: number;
  /** Part, or whole -> colour by name or LDraw code, over what the prompt says. */
  paint?: Record<string, number | string>;
  /** What to build, in English. */
  prompt: string;
  /** Same seed, same bricks. */
  seed?: number | null;
  /** Brick text to go on from; with `change`, what was built before. */
  start?: string;
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
  /** finished: first bricks that are those of `start` */
  kept?: number | null;
  /** finished: the model; the link expires */
  ldr_url?: string | null;
  /** finished: bricks that the inventory lacks */
  missing?: Record<string, number> | null;
  /** finished: how the words were understood */
  notes?: (string)[] | null;
  /** finished: part, or whole -> LDraw colour code */
  paint?: Record<string, number> | null;
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
  "change": {
    "default": "",
    "maxLength": 1000
  },
  "drafts": {
    "default": 5,
    "minimum": 1,
    "maximum": 5
  },
  "fields": {
    "default": {},
    "maxProperties": 100
  },
  "inventory": {
    "default": {},
    "maxProperties": 100
  },
  "max_bricks": {
    "default": 400,
    "minimum": 1,
    "maximum": 1000
  },
  "paint": {
    "default": {},
    "maxProperties": 100
  },
  "prompt": {
    "maxLength": 1000
  },
  "seed": {
    "minimum": 0,
    "exclusiveMaximum": 4294967296
  },
  "start": {
    "default": "",
    "maxLength": 10000
  },
  "temperature": {
    "default": 0.3,
    "maximum": 10,
    "exclusiveMinimum": 0
  }
} as const;
