/** An orthographic view of boxes from the front right and a little above, as the service's pictures. */

import type { Brick } from "./brick";

export type Point = readonly [x: number, y: number];

/** Towards the eye: x to the right, y away from it, z up. */
const EYE = unit([0.5, -0.78, 0.47]);
const RIGHT = unit([-EYE[1], EYE[0], 0]);
const UP = cross(EYE, RIGHT);

/** LDraw units: a stud's cell is 20 wide, a layer 24 high, a knob 12 across and 4 high. */
const STUD = 20;
const LAYER = 24;
export const KNOB_RADIUS = 6;
export const KNOB_HEIGHT = 4 / LAYER;
/** How round things lying flat look: height of their ellipse over its width. */
export const FLATNESS = EYE[2];

type Vector = readonly [number, number, number];

function unit([x, y, z]: Vector): Vector {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** Where a grid point (studs, studs, layers) goes, in LDraw units right and down. */
export function project(x: number, y: number, z: number): Point {
  const [a, b, c] = [x * STUD, y * STUD, z * LAYER];
  return [RIGHT[0] * a + RIGHT[1] * b, -(UP[0] * a + UP[1] * b + UP[2] * c)];
}

/** The three faces of a brick that can be seen: top, right (+x) and front (-y). */
export function facesOf({ h, w, x, y, z }: Brick): { top: Point[]; right: Point[]; front: Point[] } {
  const [x1, y1, z1] = [x + h, y + w, z + 1];
  return {
    top: [project(x, y, z1), project(x1, y, z1), project(x1, y1, z1), project(x, y1, z1)],
    right: [project(x1, y, z), project(x1, y1, z), project(x1, y1, z1), project(x1, y, z1)],
    front: [project(x, y, z), project(x1, y, z), project(x1, y, z1), project(x, y, z1)],
  };
}

/** A brick, or a knob on a brick that nothing covers. */
export interface Item {
  brick: number;
  /** Box seen from above: [x, x + h, y, y + w]. */
  span: readonly [number, number, number, number];
  z: number;
  knob: boolean;
}

/** Bricks and free knobs from back to front: what comes later may hide what came before. */
export function paintOrder(bricks: readonly Brick[]): Item[] {
  const taken = new Set<string>();
  for (const { h, w, x, y, z } of bricks) {
    for (let i = x; i < x + h; i++) for (let j = y; j < y + w; j++) taken.add(`${i},${j},${z}`);
  }
  const layers: Item[][] = [];
  const put = (item: Item) => (layers[item.z] ??= []).push(item);
  bricks.forEach(({ h, w, x, y, z }, brick) => {
    put({ brick, span: [x, x + h, y, y + w], z, knob: false });
    for (let i = x; i < x + h; i++) {
      for (let j = y; j < y + w; j++) {
        // A knob stands in the layer above its brick.
        if (taken.has(`${i},${j},${z + 1}`)) continue;
        put({ brick, span: [i, i + 1, j, j + 1], z: z + 1, knob: true });
      }
    }
  });
  return layers.flatMap((layer) => (layer ? backToFront(layer) : []));
}

/** Items of one layer, whose boxes do not overlap, in an order that hides nothing wrongly. */
function backToFront(items: Item[]): Item[] {
  const seen = new Set<Item>();
  const order: Item[] = [];
  const visit = (item: Item): void => {
    if (seen.has(item)) return;
    seen.add(item);
    for (const other of items) if (other !== item && isBehind(other, item)) visit(other);
    order.push(item);
  };
  items.forEach(visit);
  return order;
}

/** Whether `a` may be hidden by `b`, the eye being at +x and -y. */
function isBehind(a: Item, b: Item): boolean {
  const [ax0, ax1, ay0, ay1] = a.span;
  const [bx0, bx1, by0, by1] = b.span;
  const behind = ax1 <= bx0 || by1 <= ay0;
  const before = bx1 <= ax0 || ay1 <= by0;
  return behind && !before;
}

export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The box on the picture that holds bricks, their knobs and their shadow. */
export function boundsOf(bricks: readonly Brick[], minLayers = 0): Bounds {
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  const include = ([x, y]: Point) => {
    bounds.left = Math.min(bounds.left, x);
    bounds.right = Math.max(bounds.right, x);
    bounds.top = Math.min(bounds.top, y);
    bounds.bottom = Math.max(bounds.bottom, y);
  };
  for (const { h, w, x, y, z } of bricks) {
    for (const i of [x, x + h]) {
      for (const j of [y, y + w]) {
        include(project(i, j, z));
        include(project(i, j, Math.max(z + 1, minLayers) + KNOB_HEIGHT));
      }
    }
  }
  return bounds;
}

/** The brick at a point of the picture, the nearest to the eye; null when there is none. */
export function brickAt(bricks: readonly Brick[], order: readonly Item[], at: Point): number | null {
  for (let place = order.length - 1; place >= 0; place--) {
    const item = order[place] as Item;
    if (item.knob) continue;
    const faces = facesOf(bricks[item.brick] as Brick);
    if (Object.values(faces).some((face) => isInside(face, at))) return item.brick;
  }
  return null;
}

function isInside(polygon: readonly Point[], [x, y]: Point): boolean {
  let inside = false;
  polygon.forEach(([ax, ay], place) => {
    const [bx, by] = polygon[(place + 1) % polygon.length] as Point;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  });
  return inside;
}
