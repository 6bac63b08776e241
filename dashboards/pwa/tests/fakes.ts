/** A service that answers from a script, and the browser's EventSource at its other end. */

import type { Client, Job } from "../src/api/client";
import type { JobEvent, Report } from "../src/api/events";
import type { Model } from "../src/history/model";
import { Away } from "../src/api/trouble";
import type { Listener } from "../src/work/run";
import { PLAIN } from "../src/work/order";
import type { Action, Errand, Order } from "../src/work/state";

export const JOB = "6f1c34a2-0d3f-5a52-9f0e-2f0c4a1b7d11";

export const ORDER: Order = { ...PLAIN, prompt: "a chair", seed: 7 };

/** The words of two subjects, as the service tells them. */
export const VOCABULARY = {
  chair: { back: ["high", "low", "none"], legs: ["four", "pedestal"], seat: null, width: null },
  bowl: { shape: ["round", "square"], width: null },
};

export const ERRAND: Errand = {
  order: ORDER,
  origin: null,
  key: "k",
  jobId: null,
  asked: 0,
};

export const REPORT: Report = {
  verdict: "stable",
  summary: "Stands",
  scores: [0, 0.5],
  first_unstable: null,
  floating: [],
  backend: "highs",
};

export function model(id: string, made: number): Model {
  return {
    id,
    caption: `model ${id}`,
    description: "chair",
    notes: [],
    differences: [],
    seed: 7,
    paint: {},
    missing: {},
    change: "",
    options: { temperature: 0.3, max_bricks: 400, drafts: 5 },
    made,
    bricks: [{ h: 2, w: 4, x: 0, y: 0, z: 0 }],
    colors: [73],
    complete: true,
    report: REPORT,
    files: { "model.txt": new Blob(["2x4 (0,0,0)"]) },
  };
}

export const FINISHED: JobEvent = {
  type: "finished",
  caption: "a chair",
  description: "chair, back high",
  notes: [],
  seed: 7,
  structure: "2x4 (0,0,0)\n2x2 (0,1,1)\n",
  colors: [73, 73],
  report: REPORT,
  differences: [],
  paint: { whole: 4 },
  kept: 0,
  missing: { "2x4": 3 },
};

export const FINISHED_JOB: Job = {
  job_id: JOB,
  status: "finished",
  seed: 7,
  description: "chair, back high",
  files: { "model.ldr": "/l", "model.txt": "/t", "preview.png": "/p", "model.mpd": "/m" },
};

/** What a test drives: `FakeSource.all` are the connections, oldest first. */
export class FakeSource extends EventTarget {
  static all: FakeSource[] = [];
  static opened: () => void = () => undefined;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;

  constructor(readonly url: string) {
    super();
    FakeSource.all.push(this);
    queueMicrotask(() => FakeSource.opened());
  }

  /** The next connection, once there is one. */
  static next(): Promise<FakeSource> {
    return new Promise((resolve) => {
      FakeSource.opened = () => resolve(FakeSource.all.at(-1) as FakeSource);
    });
  }

  send(id: string, event: JobEvent): void {
    this.dispatchEvent(
      new MessageEvent(event.type, { data: JSON.stringify(event), lastEventId: id }),
    );
  }

  break(): void {
    this.onerror?.();
  }

  close(): void {
    this.closed = true;
  }
}

export function fakeClient(changes: Partial<Client> = {}): Client {
  return {
    submit: async () => ({ job_id: JOB, status: "queued", position: 1 }),
    look: async () => FINISHED_JOB,
    cancel: async () => undefined,
    eventsUrl: async (id) => `/generate/${id}/events?ticket=t`,
    file: async (url) => new Blob([url]),
    ...changes,
  };
}

/** Fails with Away the first `times`, then does as `then` does. */
export function awayFirst<T>(times: number, then: () => Promise<T>): () => Promise<T> {
  let left = times;
  return async () => {
    if (left-- > 0) throw new Away();
    return then();
  };
}

export function fakeListener() {
  const told = {
    actions: [] as Action[],
    models: [] as Model[],
    accepted: [] as string[],
    refused: [] as string[],
  };
  const listener: Listener = {
    dispatch: (action) => told.actions.push(action),
    accepted: (id) => told.accepted.push(id),
    arrived: (model) => told.models.push(model),
    refusedToken: (reason) => told.refused.push(reason),
  };
  return { told, listener };
}
