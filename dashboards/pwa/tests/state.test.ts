import { expect, test } from "vitest";
import type { JobEvent } from "../src/api/events";
import { type Action, IDLE, type Work, isBusy, reduce } from "../src/work/state";
import { ORDER as order } from "./fakes";

const event = (event: JobEvent): Action => ({ type: "event", event, now: 1000 });
const placed = (index: number, brick: string) => event({ type: "brick_placed", index, brick });
const started = event({
  type: "started",
  caption: "a chair",
  description: "chair, height 4",
  seed: 7,
  notes: [],
});

function after(...actions: Action[]): Work {
  return actions.reduce(reduce, IDLE);
}

const asked: Action = { type: "asked", order };
const building = [asked, { type: "accepted", position: 1 } as const, started];

test("from asking to bricks", () => {
  expect(after(asked)).toEqual({ phase: "sending", order, away: false });
  expect(after(asked, { type: "accepted", position: 3 })).toMatchObject({
    phase: "queued",
    position: 3,
  });
  const work = after(...building, placed(0, "2x4 (0,0,0)"), placed(1, "2x2 (0,0,1)"));
  expect(work).toMatchObject({ phase: "building", began: 1000, bricks: [{ z: 0 }, { z: 1 }] });
  expect(after(...building, event({ type: "finished" })).phase).toBe("fetching");
});

test("what is taken back goes, and the reason is kept", () => {
  const bricks = [0, 1, 2].map((index) => placed(index, `2x4 (0,0,${index})`));
  const back = event({ type: "rolled_back", kept: 1, reason: "brick 2 would fall" });
  expect(after(...building, ...bricks, back)).toMatchObject({
    bricks: [{ z: 0 }],
    setback: "brick 2 would fall",
  });
  expect(after(...building, ...bricks, event({ type: "trimmed", kept: 2 }))).toMatchObject({
    bricks: [{ z: 0 }, { z: 1 }],
  });
});

test("a draft by another description is shown by that", () => {
  const again = { type: "rolled_back", kept: 0, reason: "drawn again" } as const;
  const other = event({ ...again, description: "chair, height 9" });
  expect(after(...building, other)).toMatchObject({ description: "chair, height 9" });
  const fell = event({ ...again, description: "" });
  expect(after(...building, other, fell)).toMatchObject({ description: "chair, height 9" });
});

test("a stream that is told again from its start gives the same bricks", () => {
  const told = [started, placed(0, "2x4 (0,0,0)"), placed(1, "2x2 (0,0,1)")];
  const once = after(asked, ...told);
  expect(after(asked, ...told, ...told)).toEqual(once);
  expect(after(asked, ...told, ...told.slice(1))).toEqual(once);
});

test("what comes too late changes nothing", () => {
  expect(after(placed(0, "2x4 (0,0,0)"))).toBe(IDLE);
  expect(after({ type: "away", away: true })).toBe(IDLE);
  const cancelled = after(...building, { type: "cancelled" });
  expect(reduce(cancelled, placed(0, "2x4 (0,0,0)"))).toBe(cancelled);
  expect(reduce(cancelled, { type: "accepted", position: 1 })).toBe(cancelled);
});

test("a place in line told late does not take a building back", () => {
  expect(after(...building, { type: "accepted", position: 1 }).phase).toBe("building");
});

test("away is remembered until something is heard", () => {
  const away = after(...building, { type: "away", away: true });
  expect(away).toMatchObject({ phase: "building", away: true });
  expect(reduce(away, placed(0, "2x4 (0,0,0)"))).toMatchObject({ away: false });
});

test("only what goes on can be cancelled", () => {
  expect(isBusy(after(asked))).toBe(true);
  expect(isBusy(after(...building))).toBe(true);
  expect(isBusy(after(asked, { type: "signed-out" }))).toBe(false);
  expect(isBusy(IDLE)).toBe(false);
});
