// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";
import type { JobEvent } from "../src/api/events";
import { Refused } from "../src/api/trouble";
import { filesOf, run } from "../src/work/run";
import * as waiting from "../src/work/waiting";
import * as fakes from "./fakes";
import { ERRAND, FINISHED, FINISHED_JOB, FakeSource, JOB, fakeClient, fakeListener } from "./fakes";

beforeEach(() => {
  FakeSource.all = [];
  vi.stubGlobal("EventSource", FakeSource);
  vi.spyOn(waiting, "pauseMs").mockReturnValue(0);
});

function begin(client = fakeClient(), errand = ERRAND) {
  const { told, listener } = fakeListener();
  const ending = new AbortController();
  const first = FakeSource.next();
  const done = run(client, errand, listener, ending.signal);
  return { told, ending, first, done };
}

const STARTED: JobEvent = {
  type: "started",
  caption: "a chair",
  description: "chair",
  seed: 7,
  notes: [],
};
const PLACED: JobEvent = { type: "brick_placed", index: 0, brick: "2x4 (0,0,0)" };

test("an order is sent, followed, and its files are fetched, the picture first", async () => {
  const { told, first, done } = begin();
  const source = await first;
  source.send("1-0", STARTED);
  source.send("2-0", PLACED);
  source.send("3-0", FINISHED);
  await done;
  expect(told.accepted).toEqual([JOB]);
  expect(source.closed).toBe(true);
  expect(Object.keys(told.models[0]?.files ?? {})).toEqual(["preview.png"]);
  const model = told.models.at(-1);
  expect(model).toMatchObject({ id: JOB, complete: true, caption: "a chair", seed: 7 });
  expect(model?.bricks).toHaveLength(2);
  expect(model).toMatchObject({ paint: { whole: 4 }, missing: { "2x4": 3 }, change: "" });
  expect(Object.keys(model?.files ?? {})).toHaveLength(4);
  expect(told.actions.at(-1)).toEqual({ type: "done" });
});

test("a model that changes another says what is other", async () => {
  const origin = { model: "before", change: "make the back higher" };
  const { told, first, done } = begin(fakeClient(), { ...ERRAND, origin });
  (await first).send("1-0", FINISHED);
  await done;
  expect(told.models.at(-1)).toMatchObject({ change: "make the back higher" });
});

test("a stream that breaks off is resumed after the last event, with a new ticket", async () => {
  const eventsUrl = vi.fn(async () => `/events?ticket=${eventsUrl.mock.calls.length}`);
  const look = async () => ({ ...FINISHED_JOB, status: "started" as const });
  const client = fakeClient({ eventsUrl, look });
  const { first, done, told, ending } = begin(client);
  const source = await first;
  source.send("1-0", STARTED);
  source.send("2-0", PLACED);
  const second = FakeSource.next();
  source.break();
  expect((await second).url).toBe("/events?ticket=2&after=2-0");
  client.look = async () => FINISHED_JOB;
  (await second).send("3-0", FINISHED);
  await done;
  expect(told.models.at(-1)?.complete).toBe(true);
  expect(ending.signal.aborted).toBe(false);
});

test("while the server is away it is said, and asked again with the same key", async () => {
  const submit = vi.fn(fakes.awayFirst(3, fakeClient().submit as never));
  const { told, first, done, ending } = begin(fakeClient({ submit: submit as never }));
  await first;
  expect(submit).toHaveBeenCalledTimes(4);
  expect(new Set(submit.mock.calls.map((call) => JSON.stringify(call)))).toHaveLength(1);
  const away = told.actions.filter((action) => action.type === "away");
  expect(away.slice(0, 4).map((action) => action.away)).toEqual([true, true, true, false]);
  ending.abort();
  await done;
});

test("a job that was known before is followed, not sent again", async () => {
  const submit = vi.fn(fakeClient().submit);
  const { first, done } = begin(fakeClient({ submit }), { ...ERRAND, jobId: JOB });
  (await first).send("1-0", FINISHED);
  await done;
  expect(submit).not.toHaveBeenCalled();
});

test("when the stream has nothing to tell, the job's document does", async () => {
  const { told, first, done } = begin();
  (await first).break();
  await done;
  expect(told.models.at(-1)?.complete).toBe(true);
  const failed = fakeClient({
    look: async () => ({ job_id: JOB, status: "failed", reason: "No table today." }),
  });
  const other = begin(failed);
  (await other.first).break();
  await other.done;
  expect(other.told.actions.at(-1)).toMatchObject({
    type: "failed",
    trouble: { detail: "No table today.", again: true },
  });
});

test("a refused caption is told in the service's words", async () => {
  const words = 'I cannot build "a zebra" yet.';
  const submit = async () => Promise.reject(new Refused(422, "caption", words, null));
  const { told, done } = begin(fakeClient({ submit }));
  await done;
  expect(told.actions).toEqual([
    { type: "failed", trouble: { title: expect.any(String), detail: words, again: false } },
  ]);
});

test("a token that does not hold is told of, and the order waits", async () => {
  const submit = async () => Promise.reject(new Refused(401, "unauthorized", "expired", null));
  const { told, done } = begin(fakeClient({ submit }));
  await done;
  expect(told.refused).toEqual(["expired"]);
  expect(told.actions).toEqual([{ type: "signed-out" }]);
});

test("a file that is gone is left out", async () => {
  const file = async (url: string) => {
    if (url === "/m") throw new Refused(403, "link", "The link has expired.", null);
    return new Blob([url]);
  };
  const { told, first, done } = begin(fakeClient({ file }));
  (await first).send("1-0", FINISHED);
  await done;
  expect(Object.keys(told.models.at(-1)?.files ?? {})).toEqual([
    "preview.png",
    "model.ldr",
    "model.txt",
  ]);
});

test("nothing is told any more once it was given up", async () => {
  const { told, first, done, ending } = begin();
  const source = await first;
  const before = told.actions.length;
  ending.abort();
  await done;
  source.send("1-0", STARTED);
  expect(source.closed).toBe(true);
  expect(told.actions.slice(before)).toEqual([]);
});

test("a service that names no files has at least its two links", () => {
  const job = { job_id: JOB, status: "finished", png_url: "/p", ldr_url: "/l" } as const;
  expect(filesOf(job)).toEqual([["preview.png", "/p"], ["model.ldr", "/l"]]);
  expect(filesOf({ ...job, ldr_url: null })).toEqual([["preview.png", "/p"]]);
});
