/** Bricks on a 2-D canvas: while they arrive, as examples, and where there is no WebGL. */

import type { Brick } from "./brick";
import type { Rgb } from "./colors";
import {
  type Bounds,
  type Item,
  type Point,
  FLATNESS,
  KNOB_HEIGHT,
  KNOB_RADIUS,
  boundsOf,
  facesOf,
  paintOrder,
  project,
} from "./view";

const TOP = 1.16;
const FRONT = 0.97;
const RIGHT = 0.78;
const SHADOW_PER_LAYER: Point = [-0.25, 0.6];
const MARGIN = 0.06;
/** A single brick is not blown up to fill the picture. */
const MAX_SCALE = 2.4;

export interface Paint {
  /** Colour of a brick by index. */
  color: (brick: number) => Rgb;
  /** Bricks that fail: hatched, never by colour alone. */
  failing?: ReadonlySet<number>;
  /** The brick that was tapped. */
  selected?: number | null;
  /** Bricks that are still dropping in: index -> how far up, in layers. */
  lifted?: ReadonlyMap<number, number>;
  /** Layers to leave room for, though they are not built yet. */
  minLayers?: number;
  /** Bricks that are not built yet, but will be: the picture is laid out for them too. */
  room?: readonly Brick[];
}

export interface Picture {
  order: Item[];
  /** From pixels of the canvas' box to the view's plane. */
  toPlane: (at: Point) => Point;
}

/** Draw bricks into a canvas; `width` and `height` are those of its box, in CSS pixels. */
export function paintBricks(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  bricks: readonly Brick[],
  paint: Paint,
): Picture {
  const order = paintOrder(bricks);
  const laidOut = paint.room ?? bricks;
  const frame = fit(boundsOf(laidOut, paint.minLayers), width, height);
  const pixels = Math.min(window.devicePixelRatio || 1, 2);
  canvas.width = Math.round(width * pixels);
  canvas.height = Math.round(height * pixels);
  // Painted without a GPU: on an accelerated canvas Chromium's software GL left bricks of earlier
  // frames behind a blurred shadow that is repainted quickly.
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context && laidOut.length > 0) {
    const scale = frame.scale * pixels;
    context.setTransform(scale, 0, 0, scale, frame.x * pixels, frame.y * pixels);
    paintShadow(context, bricks, scale);
    for (const item of order) {
      if (item.knob) paintKnob(context, item, paint);
      else paintBox(context, bricks, item, paint);
    }
    if (paint.selected != null) paintOutline(context, bricks[paint.selected], frame.scale);
  }
  return {
    order,
    toPlane: ([x, y]) => [(x - frame.x) / frame.scale, (y - frame.y) / frame.scale],
  };
}

function fit(bounds: Bounds, width: number, height: number) {
  const [wide, high] = [bounds.right - bounds.left, bounds.bottom - bounds.top];
  const room = 1 - 2 * MARGIN;
  const scale = Math.min((width * room) / wide, (height * room) / high, MAX_SCALE);
  return {
    scale,
    x: width / 2 - ((bounds.left + bounds.right) / 2) * scale,
    y: height / 2 - ((bounds.top + bounds.bottom) / 2) * scale,
  };
}

function shade(rgb: Rgb, factor: number): string {
  const [red, green, blue] = rgb.map((part) => Math.min(255, Math.round(part * factor)));
  return `rgb(${red} ${green} ${blue})`;
}

function trace(context: CanvasRenderingContext2D, points: readonly Point[]): void {
  context.beginPath();
  points.forEach(([x, y], place) => (place ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
}

/** One soft shadow on the ground, by what stands between it and the light. */
function paintShadow(
  context: CanvasRenderingContext2D,
  bricks: readonly Brick[],
  scale: number,
): void {
  context.save();
  context.filter = `blur(${Math.max(1, 5 * scale)}px)`;
  context.fillStyle = "rgb(20 26 32 / 0.16)";
  context.beginPath();
  for (const { h, w, x, y, z } of bricks) {
    const [right, back] = [SHADOW_PER_LAYER[0] * z, SHADOW_PER_LAYER[1] * z];
    const corners = [
      project(x + right, y + back, 0),
      project(x + h + right, y + back, 0),
      project(x + h + right, y + w + back, 0),
      project(x + right, y + w + back, 0),
    ];
    corners.forEach(([a, b], place) => (place ? context.lineTo(a, b) : context.moveTo(a, b)));
    context.closePath();
  }
  context.fill();
  context.restore();
}

function raised(brick: Brick, lift: number): Brick {
  return lift ? { ...brick, z: brick.z + lift } : brick;
}

function paintBox(
  context: CanvasRenderingContext2D,
  bricks: readonly Brick[],
  item: Item,
  paint: Paint,
): void {
  const lift = paint.lifted?.get(item.brick) ?? 0;
  const faces = facesOf(raised(bricks[item.brick] as Brick, lift));
  const rgb = paint.color(item.brick);
  context.strokeStyle = shade(rgb, 0.6);
  context.lineWidth = 0.8;
  context.lineJoin = "round";
  for (const [face, factor] of [
    [faces.front, FRONT],
    [faces.right, RIGHT],
    [faces.top, TOP],
  ] as const) {
    trace(context, face);
    context.fillStyle = shade(rgb, factor);
    context.fill();
    if (paint.failing?.has(item.brick)) hatch(context, face);
    trace(context, face);
    context.stroke();
  }
}

/** Red stripes over a face. */
function hatch(context: CanvasRenderingContext2D, face: readonly Point[]): void {
  const [left, right] = [Math.min(...face.map(([x]) => x)), Math.max(...face.map(([x]) => x))];
  const [top, bottom] = [Math.min(...face.map(([, y]) => y)), Math.max(...face.map(([, y]) => y))];
  context.save();
  context.clip();
  context.fillStyle = "rgb(250 235 230)";
  context.fill();
  context.strokeStyle = "rgb(180 0 0)";
  context.lineWidth = 4;
  context.beginPath();
  for (let x = left - (bottom - top); x < right; x += 9) {
    context.moveTo(x, bottom);
    context.lineTo(x + (bottom - top), top);
  }
  context.stroke();
  context.restore();
}

function paintKnob(context: CanvasRenderingContext2D, item: Item, paint: Paint): void {
  const lift = paint.lifted?.get(item.brick) ?? 0;
  const [x, , y] = item.span;
  const base = project(x + 0.5, y + 0.5, item.z + lift);
  const top = project(x + 0.5, y + 0.5, item.z + lift + KNOB_HEIGHT);
  const rgb = paint.color(item.brick);
  const failing = paint.failing?.has(item.brick);
  const flat = KNOB_RADIUS * FLATNESS;
  context.beginPath();
  context.ellipse(base[0], base[1], KNOB_RADIUS, flat, 0, 0, Math.PI);
  context.ellipse(top[0], top[1], KNOB_RADIUS, flat, 0, Math.PI, 2 * Math.PI);
  context.closePath();
  context.fillStyle = failing ? "rgb(180 0 0)" : shade(rgb, 0.86);
  context.fill();
  context.beginPath();
  context.ellipse(top[0], top[1], KNOB_RADIUS, flat, 0, 0, 2 * Math.PI);
  context.fillStyle = failing ? "rgb(250 235 230)" : shade(rgb, TOP);
  context.fill();
  context.strokeStyle = shade(rgb, 0.74);
  context.lineWidth = 0.6;
  context.stroke();
}

/** A line around the tapped brick, also where others hide it. */
function paintOutline(
  context: CanvasRenderingContext2D,
  brick: Brick | undefined,
  scale: number,
): void {
  if (!brick) return;
  for (const [color, width] of [
    ["#ffffff", 5],
    ["#1e5aa8", 2.5],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = width / scale;
    for (const face of Object.values(facesOf(brick))) {
      trace(context, face);
      context.stroke();
    }
  }
}
