import { expect, test } from "vitest";
import { parseBricks } from "../src/bricks/brick";
import { isChangeable, orderAgain, orderChange, readDescription } from "../src/work/order";
import { model } from "./fakes";

const CHAIR = {
  ...model("a", 1),
  caption: "a chair",
  description: "chair, back low, seat 6",
  paint: { whole: 4 },
  bricks: parseBricks("2x4 (0,0,0)\n1x2 (1,2,1)"),
  options: { temperature: 0.7, max_bricks: 90, drafts: 2 },
};

test("a description comes apart into words and numbers", () => {
  expect(readDescription(CHAIR.description)).toEqual({
    subject: "chair",
    fields: { back: "low", seat: 6 },
  });
  expect(readDescription("piano")).toEqual({ subject: "piano", fields: {} });
});

test("built again: the same words, seed and options, with fields, colours and bricks by hand", () => {
  expect(orderAgain(CHAIR, { back: "high", seat: 6 }, { whole: 0 }, { "2x4": 9 })).toEqual({
    prompt: "a chair",
    seed: 7,
    temperature: 0.7,
    max_bricks: 90,
    drafts: 2,
    fields: { back: "high", seat: 6 },
    paint: { whole: 0 },
    inventory: { "2x4": 9 },
    start: "",
    change: "",
  });
});

test("changed by words: what was built goes with them, all of it", () => {
  expect(orderChange(CHAIR, " make the back higher ", {})).toMatchObject({
    prompt: "a chair",
    seed: 7,
    fields: { back: "low", seat: 6 },
    paint: { whole: 4 },
    inventory: {},
    start: "2x4 (0,0,0)\n1x2 (1,2,1)",
    change: "make the back higher",
  });
});

test("what the service would not take to start from cannot be changed", () => {
  expect(isChangeable(CHAIR)).toBe(true);
  expect(isChangeable({ ...CHAIR, bricks: [] })).toBe(false);
  const many = Array.from({ length: 900 }, () => ({ h: 2, w: 4, x: 0, y: 0, z: 0 }));
  expect(isChangeable({ ...CHAIR, bricks: many })).toBe(false);
});
