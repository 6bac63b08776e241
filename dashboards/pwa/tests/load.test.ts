import { Box3, Matrix4, Vector3 } from "three";
import { expect, test } from "vitest";
import { loadModel } from "../src/viewer/load";
import TEXT from "./fixtures/three-bricks.mpd?raw";

test("bricks of one kind are one mesh, in building order", async () => {
  const { kinds, count } = await loadModel(TEXT);
  expect(count).toBe(3);
  expect(kinds.map(({ bricks }) => bricks)).toEqual([[0, 2], [1]]);
  expect(kinds.map(({ mesh }) => mesh.count)).toEqual([2, 1]);
});

test("bricks that fail are kept apart", async () => {
  const { kinds } = await loadModel(TEXT, new Set([2]));
  expect(kinds.map(({ bricks, failing }) => [bricks, failing])).toEqual([
    [[0], false],
    [[1], false],
    [[2], true],
  ]);
});

test("a brick stands where its text says, up being up", async () => {
  const { kinds } = await loadModel(TEXT);
  const place = new Matrix4();
  kinds[0]?.mesh.getMatrixAt(1, place); // brick 2 of "2x2 (0,0,2)"
  const box = new Box3().setFromBufferAttribute(
    kinds[0]?.mesh.geometry.getAttribute("position") as never,
  );
  const [low, high] = [box.min.clone(), box.max.clone()];
  const placed = new Box3().setFromPoints([low.applyMatrix4(place), high.applyMatrix4(place)]);
  // Knobs reach four units into the layer above.
  expect(placed.min.distanceTo(new Vector3(0, 24, -40))).toBeCloseTo(0);
  expect(placed.max.distanceTo(new Vector3(40, 52, 0))).toBeCloseTo(0);
});

test("edges end where their brick ends", async () => {
  const { edges } = await loadModel(TEXT);
  const ends = edges[0]?.ends ?? [];
  expect(ends).toHaveLength(3);
  const [first, second, third] = ends as [number, number, number];
  expect(first).toBeGreaterThan(0);
  expect(third - second).toBe(first);
  expect(edges[0]?.lines.geometry.getAttribute("position").count).toBe(third);
});
