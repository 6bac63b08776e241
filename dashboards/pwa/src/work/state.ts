/** What the app is working on for the person: one order at a time, from asking to bricks. Pure. */

import type { JobEvent } from "../api/events";
import type { GenerateRequest } from "../api/schema";
import { type Brick, parseBrick } from "../bricks/brick";

export type Order = Required<GenerateRequest>;

/** The model that an order changes, and how. */
export interface Origin {
  /** Id of the model. */
  model: string;
  /** What is to be other than in it, in a few words. */
  change: string;
}

/** An order that is under way, kept so that it survives a reload. */
export interface Errand {
  order: Order;
  /** Null when it is for something new. */
  origin: Origin | null;
  /** Makes asking again harmless: the same key gives the same job. */
  key: string;
  jobId: string | null;
  /** Milliseconds since 1970. */
  asked: number;
}

/** Why nothing came of it, and what helps. */
export interface Trouble {
  title: string;
  detail: string;
  /** Whether the same order may work later. */
  again: boolean;
}

interface Ordered {
  order: Order;
  /** The service does not answer at the moment. */
  away: boolean;
}

export type Work =
  | { phase: "idle" }
  | ({ phase: "sending" } & Ordered)
  | ({ phase: "queued"; position: number | null } & Ordered)
  | ({
      phase: "building";
      bricks: Brick[];
      description: string;
      notes: string[];
      /** The last thing that was taken back, in words. */
      setback: string | null;
      /** Milliseconds since 1970. */
      began: number;
    } & Ordered)
  | ({ phase: "fetching"; bricks: Brick[]; description: string; began: number } & Ordered)
  | { phase: "failed"; order: Order; trouble: Trouble }
  | { phase: "cancelled"; order: Order }
  | { phase: "signed-out"; order: Order };

export type Action =
  | { type: "asked"; order: Order }
  | { type: "accepted"; position: number | null }
  | { type: "away"; away: boolean }
  | { type: "event"; event: JobEvent; now: number }
  | { type: "failed"; trouble: Trouble }
  | { type: "cancelled" }
  | { type: "signed-out" }
  | { type: "done" };

export const IDLE: Work = { phase: "idle" };

/** Whether something is under way that can be cancelled. */
export function isBusy(work: Work): boolean {
  return ["sending", "queued", "building", "fetching"].includes(work.phase);
}

/** What an action makes of the work; one that comes too late changes nothing. */
export function reduce(work: Work, action: Action): Work {
  switch (action.type) {
    case "asked":
      return { phase: "sending", order: action.order, away: false };
    case "done":
      return IDLE;
    default:
      return "order" in work ? progress(work, action) : work;
  }
}

type Ongoing = Extract<Work, { order: Order }>;

function progress(work: Ongoing, action: Exclude<Action, { type: "asked" | "done" }>): Work {
  const { order } = work;
  switch (action.type) {
    case "accepted": {
      const waits = work.phase === "sending" || work.phase === "queued";
      return waits ? { phase: "queued", order, position: action.position, away: false } : work;
    }
    case "away":
      return "away" in work && work.away !== action.away ? { ...work, away: action.away } : work;
    case "failed":
      return { phase: "failed", order, trouble: action.trouble };
    case "cancelled":
      return { phase: "cancelled", order };
    case "signed-out":
      return { phase: "signed-out", order };
    case "event":
      return happened(work, action.event, action.now);
  }
}

function happened(work: Ongoing, event: JobEvent, now: number): Work {
  const { order } = work;
  if (event.type === "started") {
    const { description, notes } = event;
    const bricks: Brick[] = [];
    return {
      phase: "building",
      order,
      bricks,
      description,
      notes,
      setback: null,
      began: now,
      away: false,
    };
  }
  if (event.type === "cancelled") return { phase: "cancelled", order };
  if (work.phase !== "building") return work;
  switch (event.type) {
    case "brick_placed": {
      const brick = parseBrick(event.brick);
      if (!brick) return work;
      return { ...work, bricks: [...work.bricks.slice(0, event.index), brick], away: false };
    }
    case "rolled_back":
      return {
        ...work,
        bricks: work.bricks.slice(0, event.kept),
        description: event.description || work.description,
        setback: event.reason,
      };
    case "trimmed":
      return {
        ...work,
        bricks: work.bricks.slice(0, event.kept),
        setback: "what would not stand was left out",
      };
    case "finished":
      return {
        phase: "fetching",
        order,
        bricks: work.bricks,
        description: work.description,
        began: work.began,
        away: false,
      };
    default:
      return work;
  }
}
