/** Colours of bricks: LDraw's codes (values of LDConfig, LDraw.org), and the ramp of loads. */

export type Rgb = readonly [red: number, green: number, blue: number];

const PALETTE: Record<number, number> = {
  0: 0x1b2a34,
  1: 0x1e5aa8,
  2: 0x00852b,
  4: 0xb40000,
  10: 0x58ab41,
  14: 0xfac80a,
  15: 0xf4f4f4,
  19: 0xb0a06f,
  25: 0xd67923,
  70: 0x5f3109,
  71: 0x969696,
  72: 0x646464,
  73: 0x7396c8,
  115: 0xb7d425,
};

export const DEFAULT_COLOR = 73;

const DIRECT = 0x2000000;

/** sRGB of a colour code, 0 to 255 each. */
export function rgbOf(code: number): Rgb {
  const direct = code >= DIRECT && code <= DIRECT + 0xffffff;
  const value = direct ? code - DIRECT : (PALETTE[code] ?? 0x7396c8);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Cividis, in nine stops: reads the same without colour sight. */
const RAMP: readonly Rgb[] = [
  [0, 34, 78],
  [18, 53, 112],
  [59, 73, 108],
  [87, 93, 109],
  [112, 113, 115],
  [138, 134, 120],
  [165, 156, 116],
  [195, 179, 105],
  [225, 204, 85],
];

/** Colour of a load: unloaded dark, loaded yellow. */
export function rampOf(score: number): Rgb {
  const place = Math.min(Math.max(score, 0), 1) * (RAMP.length - 1);
  const low = RAMP[Math.floor(place)] as Rgb;
  const high = RAMP[Math.ceil(place)] as Rgb;
  const part = place - Math.floor(place);
  const mix = (a: number, b: number) => Math.round(a + (b - a) * part);
  return [mix(low[0], high[0]), mix(low[1], high[1]), mix(low[2], high[2])];
}
