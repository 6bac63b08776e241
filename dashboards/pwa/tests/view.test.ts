import { expect, test } from "vitest";
import { type Brick, parseBricks } from "../src/bricks/brick";
import { brickAt, facesOf, paintOrder, project } from "../src/bricks/view";

/** Bricks that fill random places of a small world, from a fixed seed. */
function heap(seed: number): Brick[] {
  let state = seed;
  const draw = (below: number) => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
  const taken = new Set<string>();
  const bricks: Brick[] = [];
  for (let tries = 0; tries < 120; tries++) {
    const brick = { h: 1 + draw(3), w: 1 + draw(3), x: draw(6), y: draw(6), z: draw(4) };
    const cells: string[] = [];
    for (let i = brick.x; i < brick.x + brick.h; i++) {
      for (let j = brick.y; j < brick.y + brick.w; j++) cells.push(`${i},${j},${brick.z}`);
    }
    if (cells.some((cell) => taken.has(cell))) continue;
    cells.forEach((cell) => taken.add(cell));
    bricks.push(brick);
  }
  return bricks;
}

/** How near to the eye a brick is at a point of the picture; null where it is not. */
function nearness(brick: Brick, [px, py]: readonly [number, number]): number | null {
  // Walk along the line of sight, in steps that are small beside a stud.
  let best: number | null = null;
  for (let depth = -40; depth < 40; depth += 0.1) {
    const at = { x: 0.5 * depth, y: -0.78 * depth, z: (0.47 * depth * 20) / 24 };
    const [ox, oy] = project(at.x, at.y, at.z);
    const inside = solve(px - ox, py - oy);
    const [x, y, z] = [inside.x + at.x, inside.y + at.y, at.z];
    const within =
      x > brick.x && x < brick.x + brick.h && y > brick.y && y < brick.y + brick.w;
    if (within && z > brick.z && z < brick.z + 1) best = depth;
  }
  return best;
}

/** The point of the ground plane that is seen at (px, py). */
function solve(px: number, py: number): { x: number; y: number } {
  const [ax, ay] = project(1, 0, 0);
  const [bx, by] = project(0, 1, 0);
  const det = ax * by - ay * bx;
  return { x: (px * by - py * bx) / det, y: (ax * py - ay * px) / det };
}

test("what is nearer to the eye is painted later", () => {
  let compared = 0;
  for (const seed of [1, 2, 3]) {
    const bricks = heap(seed);
    const place = new Map<number, number>();
    paintOrder(bricks).forEach((item, rank) => {
      if (!item.knob) place.set(item.brick, rank);
    });
    bricks.forEach((a, i) => {
      const center = project(a.x + a.h / 2, a.y + a.w / 2, a.z + 0.5);
      const own = nearness(a, center) as number;
      bricks.forEach((b, j) => {
        const other = i === j ? null : nearness(b, center);
        if (other === null) return;
        compared += 1;
        expect((place.get(j) as number) > (place.get(i) as number)).toBe(other > own);
      });
    });
  }
  expect(compared).toBeGreaterThan(100);
});

test("a knob under another brick is not painted", () => {
  const knobs = (text: string) => paintOrder(parseBricks(text)).filter(({ knob }) => knob).length;
  expect(knobs("2x4 (0,0,0)")).toBe(8);
  expect(knobs("2x4 (0,0,0)\n2x2 (0,1,1)")).toBe(8 - 4 + 4);
});

test("a tap finds the brick in front", () => {
  const bricks = parseBricks("2x2 (0,0,0)\n2x2 (0,0,1)\n2x2 (0,2,0)");
  const order = paintOrder(bricks);
  const middle = (points: readonly (readonly [number, number])[]) =>
    [0, 1].map((axis) => points.reduce((sum, point) => sum + (point[axis] as number), 0) / 4);
  const [x, y] = middle(facesOf(bricks[1] as Brick).front) as [number, number];
  expect(brickAt(bricks, order, [x, y])).toBe(1);
  expect(brickAt(bricks, order, [1e4, 1e4])).toBeNull();
});
