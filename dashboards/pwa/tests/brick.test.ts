import { expect, test } from "vitest";
import { countSizes, holdOf, parseBrick, parseBricks, partOf, sizeOf, stepsOf } from "../src/bricks/brick";

const TEXT = "2x4 (0,0,0)\n2x2 (0,4,0)\n4x2 (0,2,1)\n1x1 (9,9,2)\n";

test("a line of brick text is a brick, anything else is none", () => {
  expect(parseBrick("2x4 (0,1,3)")).toEqual({ h: 2, w: 4, x: 0, y: 1, z: 3 });
  for (const line of ["", "2x4", "2x4 (0,1)", "2x4 (0,1,-3)", "a 2x4 (0,1,3)"]) {
    expect(parseBrick(line)).toBeNull();
  }
});

test("sizes are said short side first, parts are LDraw's", () => {
  const turned = { h: 6, w: 2, x: 0, y: 0, z: 0 };
  expect([sizeOf(turned), partOf(turned)]).toEqual(["2x6", "2456"]);
  expect(countSizes(parseBricks(TEXT))).toEqual([["2x4", 2], ["1x1", 1], ["2x2", 1]]);
});

test("a step is a run of bricks of one layer", () => {
  expect(stepsOf(parseBricks(TEXT))).toEqual([2, 3, 4]);
  expect(stepsOf(parseBricks("2x4 (0,0,0)\n2x4 (0,0,1)\n2x4 (5,5,0)"))).toEqual([1, 2, 3]);
  expect(stepsOf([])).toEqual([]);
});

test("what holds a brick: the ground, bricks below, bricks above", () => {
  const bricks = parseBricks(TEXT);
  expect(holdOf(bricks, 0)).toMatchObject({ onGround: true, above: [2] });
  expect(holdOf(bricks, 2)).toEqual({ below: [0], above: [], studs: 4, onGround: false });
  expect(holdOf(bricks, 3)).toEqual({ below: [], above: [], studs: 0, onGround: false });
});
