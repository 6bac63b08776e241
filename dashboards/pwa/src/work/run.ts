/** Carry out an order: send it, follow it, fetch what came out; go on after every interruption. */

import type { Client, Job } from "../api/client";
import type { JobEvent } from "../api/events";
import { Away, Refused } from "../api/trouble";
import type { Model } from "../history/model";
import { modelOf, withFile } from "../history/model";
import type { Action, Errand, Trouble } from "./state";
import { connect } from "./stream";
import { pause, pauseMs } from "./waiting";

const LOOK_MS = 1500;

export interface Listener {
  dispatch(action: Action): void;
  /** The order has become a job. */
  accepted(jobId: string): void;
  /** A model is there, or more of its files. */
  arrived(model: Model): void;
  /** The token does not hold; the order is kept. */
  refusedToken(reason: string): void;
}

/** Work until the order has come to an end, or `signal` ends; throws nothing. */
export async function run(
  client: Client,
  errand: Errand,
  listener: Listener,
  signal: AbortSignal,
): Promise<void> {
  try {
    const jobId = errand.jobId ?? (await send(client, errand, listener, signal));
    if (jobId === null) return;
    const end = await follow(client, jobId, listener, signal);
    if (end === null || signal.aborted) return;
    await finish(client, jobId, errand, end, listener, signal);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) {
      listener.refusedToken(error.message);
      listener.dispatch({ type: "signed-out" });
    } else listener.dispatch({ type: "failed", trouble: troubleOf(error) });
  }
}

/** What `ask` gives, however long the service is away; null when `signal` ended before. */
async function persist<T>(
  ask: () => Promise<T>,
  listener: Listener,
  signal: AbortSignal,
): Promise<T | null> {
  for (let tries = 0; !signal.aborted; tries++) {
    try {
      const answer = await ask();
      if (signal.aborted) return null;
      listener.dispatch({ type: "away", away: false });
      return answer;
    } catch (error) {
      if (signal.aborted) return null;
      const absent =
        error instanceof Away || (error instanceof Refused && error.kind === "queue-unreachable");
      if (!absent) throw error;
      listener.dispatch({ type: "away", away: true });
      await pause(pauseMs(tries), signal);
    }
  }
  return null;
}

async function send(
  client: Client,
  errand: Errand,
  listener: Listener,
  signal: AbortSignal,
): Promise<string | null> {
  const job = await persist(() => client.submit(errand.order, errand.key), listener, signal);
  if (job === null) return null;
  listener.accepted(job.job_id);
  listener.dispatch({ type: "accepted", position: job.position ?? null });
  return job.job_id;
}

/** The last event of a job, made up from its document where the stream cannot give it. */
async function follow(
  client: Client,
  jobId: string,
  listener: Listener,
  signal: AbortSignal,
): Promise<JobEvent | null> {
  let last: string | null = null;
  for (let tries = 0; !signal.aborted; tries++) {
    const url = await persist(() => client.eventsUrl(jobId), listener, signal);
    if (url === null) return null;
    let heard = false;
    const resumed: string = last === null ? url : `${url}&after=${encodeURIComponent(last)}`;
    const connection = connect(
      resumed,
      (event, id) => {
        heard = true;
        tries = 0;
        last = id;
        if (!signal.aborted) listener.dispatch({ type: "event", event, now: Date.now() });
      },
      () => listener.dispatch({ type: "away", away: false }),
    );
    const close = () => connection.close();
    signal.addEventListener("abort", close);
    void watchTheLine(client, jobId, listener, signal, connection.ended, () => heard);
    const end = await connection.ended;
    signal.removeEventListener("abort", close);
    if (end !== null) return end;
    // Nothing more may be coming: then the job's document knows how it ended.
    const job = await persist(() => client.look(jobId), listener, signal);
    if (job === null) return null;
    if (!heard && isOver(job)) return endOf(job);
    await pause(pauseMs(tries), signal);
  }
  return null;
}

function isOver(job: Job): boolean {
  return job.status !== "queued" && job.status !== "started";
}

function endOf(job: Job): JobEvent {
  if (job.status === "failed") return { type: "failed", reason: job.reason ?? "" };
  return job.status === "cancelled" ? { type: "cancelled" } : { type: "finished" };
}

/** Tell the place in line until the first event; what cannot be told now is told next time. */
async function watchTheLine(
  client: Client,
  jobId: string,
  listener: Listener,
  signal: AbortSignal,
  ended: Promise<unknown>,
  heard: () => boolean,
): Promise<void> {
  let open = true;
  void ended.then(() => (open = false));
  while (open && !heard() && !signal.aborted) {
    try {
      const job = await client.look(jobId);
      if (open && !heard() && job.status === "queued") {
        listener.dispatch({ type: "accepted", position: job.position ?? null });
      }
    } catch (error) {
      if (!(error instanceof Away || error instanceof Refused)) throw error;
    }
    await pause(LOOK_MS, signal);
  }
}

async function finish(
  client: Client,
  jobId: string,
  errand: Errand,
  end: JobEvent,
  listener: Listener,
  signal: AbortSignal,
): Promise<void> {
  if (end.type === "cancelled") return listener.dispatch({ type: "cancelled" });
  if (end.type !== "finished") {
    const reason = end.type === "failed" ? end.reason : "";
    const detail = reason || "It broke off, and nobody could say why.";
    return listener.dispatch({
      type: "failed",
      trouble: { title: "This could not be built", detail, again: true },
    });
  }
  const job = await persist(() => client.look(jobId), listener, signal);
  if (job === null) return;
  let model = await persist(() => modelOf(job, end, errand, client), listener, signal);
  if (model === null) return;
  // The picture first: it is seen while the rest is on its way.
  for (const [name, url] of filesOf(job)) {
    const file = await persist(() => fileOrNothing(client, url), listener, signal);
    if (signal.aborted) return;
    if (file) model = withFile(model, name, file);
    listener.arrived(model);
  }
  listener.arrived({ ...model, complete: true });
  listener.dispatch({ type: "done" });
}

const ORDER = ["preview.png", "model.mpd"];

/** Name and link of each file, in the order in which they are wanted. */
export function filesOf(job: Job): [name: string, url: string][] {
  const named: Record<string, string | null | undefined> = job.files ?? {
    "preview.png": job.png_url,
    "model.ldr": job.ldr_url,
  };
  const rank = (name: string) => (ORDER.indexOf(name) + ORDER.length + 1) % (ORDER.length + 1);
  return Object.entries(named)
    .filter((entry): entry is [string, string] => typeof entry[1] === "string")
    .sort(([a], [b]) => rank(a) - rank(b));
}

/** A file, or null when it is no longer there: the model is shown without it. */
async function fileOrNothing(client: Client, url: string): Promise<Blob | null> {
  try {
    return await client.file(url);
  } catch (error) {
    if (error instanceof Refused && error.status < 500) return null;
    throw error;
  }
}

/** A refusal in words: the service's own, under a title that says whose turn it is. */
export function troubleOf(refused: Refused): Trouble {
  const detail = refused.message;
  if (refused.status === 422) {
    return { title: "That cannot be built as it is asked", detail, again: false };
  }
  if (refused.status === 404) {
    return {
      title: "The service no longer knows this order",
      detail: "Asking once more begins it anew.",
      again: true,
    };
  }
  const busy = refused.status === 429 || refused.kind === "queue-full";
  return { title: busy ? "Too much at once" : "The service could not do it", detail, again: true };
}
