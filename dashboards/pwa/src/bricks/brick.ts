/** Bricks as text and as boxes; what holds what. Knows nothing of how they are drawn. */

/** A one-layer brick: `h` studs along x, `w` along y, lowest corner at (x, y, z). */
export interface Brick {
  h: number;
  w: number;
  x: number;
  y: number;
  z: number;
}

const LINE = /^(\d+)x(\d+) \((\d+),(\d+),(\d+)\)$/;

const PARTS: Record<string, string> = {
  "1x1": "3005",
  "1x2": "3004",
  "1x4": "3010",
  "1x6": "3009",
  "1x8": "3008",
  "2x2": "3003",
  "2x4": "3001",
  "2x6": "2456",
};

/** A line of brick text, `2x4 (3,5,0)`; null when it is none. */
export function parseBrick(line: string): Brick | null {
  const found = LINE.exec(line.trim());
  if (!found) return null;
  const [h, w, x, y, z] = found.slice(1).map(Number) as [number, number, number, number, number];
  return { h, w, x, y, z };
}

/** Every size there is, short side first. */
export const SIZES: readonly string[] = Object.keys(PARTS);

/** The size that a word names, "4x2" or an LDraw part with or without ".dat"; null when none. */
export function sizeNamed(word: string): string | null {
  const name = word.toLowerCase().replace("×", "x").replace(/\.dat$/, "");
  const turned = name.split("x").reverse().join("x");
  return SIZES.find((size) => size === name || size === turned || PARTS[size] === name) ?? null;
}

/** Bricks of a text in building order; lines that are none are left out. */
export function parseBricks(text: string): Brick[] {
  return text.split("\n").map(parseBrick).filter((brick) => brick !== null);
}

/** Bricks as text, in building order. */
export function brickText(bricks: readonly Brick[]): string {
  return bricks.map(({ h, w, x, y, z }) => `${h}x${w} (${x},${y},${z})`).join("\n");
}

/** Size as people say it, short side first. */
export function sizeOf(brick: Brick): string {
  return `${Math.min(brick.h, brick.w)}x${Math.max(brick.h, brick.w)}`;
}

/** Number of its LDraw part. */
export function partOf(brick: Brick): string {
  return PARTS[sizeOf(brick)] ?? "none";
}

/** How often each size occurs, most frequent first. */
export function countSizes(bricks: readonly Brick[]): [size: string, count: number][] {
  const counts = new Map<string, number>();
  for (const brick of bricks) counts.set(sizeOf(brick), (counts.get(sizeOf(brick)) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

/** How many bricks stand after each step: a step is a run of bricks of one layer. */
export function stepsOf(bricks: readonly Brick[]): number[] {
  const ends: number[] = [];
  bricks.forEach((brick, index) => {
    if (brick.z !== bricks[index + 1]?.z) ends.push(index + 1);
  });
  return ends;
}

/** Studs that two bricks share seen from above. */
function sharedStuds(a: Brick, b: Brick): number {
  const along = Math.min(a.x + a.h, b.x + b.h) - Math.max(a.x, b.x);
  const across = Math.min(a.y + a.w, b.y + b.w) - Math.max(a.y, b.y);
  return Math.max(along, 0) * Math.max(across, 0);
}

export interface Hold {
  /** Bricks below that it sits on, by index. */
  below: number[];
  /** Bricks above that hang on it, by index. */
  above: number[];
  /** Knobs in it, from below. */
  studs: number;
  onGround: boolean;
}

/** What a brick sits on, and what sits on it. */
export function holdOf(bricks: readonly Brick[], index: number): Hold {
  const brick = bricks[index];
  const hold: Hold = { below: [], above: [], studs: 0, onGround: brick?.z === 0 };
  if (!brick) return hold;
  bricks.forEach((other, place) => {
    const studs = sharedStuds(brick, other);
    if (studs === 0) return;
    if (other.z === brick.z - 1) {
      hold.below.push(place);
      hold.studs += studs;
    } else if (other.z === brick.z + 1) hold.above.push(place);
  });
  return hold;
}
