/** Colours of bricks: LDraw's codes (values of LDConfig, LDraw.org), and the ramp of loads. */

export type Rgb = readonly [red: number, green: number, blue: number];

/** Code -> what people call it, and its sRGB value. */
const PALETTE: Readonly<Record<number, readonly [name: string, value: number]>> = {
  0: ["black", 0x1b2a34],
  1: ["blue", 0x1e5aa8],
  2: ["green", 0x00852b],
  3: ["dark turquoise", 0x069d9f],
  4: ["red", 0xb40000],
  5: ["dark pink", 0xd3359d],
  10: ["bright green", 0x58ab41],
  13: ["pink", 0xf6a9bb],
  14: ["yellow", 0xfac80a],
  15: ["white", 0xf4f4f4],
  19: ["tan", 0xb0a06f],
  22: ["purple", 0x671f81],
  25: ["orange", 0xd67923],
  70: ["reddish brown", 0x5f3109],
  71: ["light bluish grey", 0x969696],
  72: ["dark bluish grey", 0x646464],
  73: ["medium blue", 0x7396c8],
  115: ["medium lime", 0xb7d425],
  272: ["dark blue", 0x19325a],
  288: ["dark green", 0x00451a],
  320: ["dark red", 0x720012],
};

/** Other words for them, as the service reads them. */
const ALIASES: Readonly<Record<string, number>> = {
  grey: 71,
  gray: 71,
  "light grey": 71,
  "light gray": 71,
  silver: 71,
  "dark grey": 72,
  "dark gray": 72,
  brown: 70,
  "dark brown": 70,
  wooden: 70,
  beige: 19,
  cream: 19,
  sand: 19,
  golden: 14,
  gold: 14,
  "light blue": 73,
  "sky blue": 73,
  navy: 272,
  "navy blue": 272,
  lime: 115,
  "lime green": 115,
  "light green": 10,
  violet: 22,
  "light pink": 13,
  "hot pink": 5,
  magenta: 5,
  turquoise: 3,
  teal: 3,
  cyan: 73,
  ivory: 19,
  olive: 288,
  lavender: 22,
  burgundy: 320,
  mustard: 14,
  copper: 70,
  bronze: 70,
  wood: 70,
  maroon: 320,
  crimson: 320,
  scarlet: 4,
};

export const DEFAULT_COLOR = 73;

/** The part that every brick belongs to which no other part with a colour claims. */
export const WHOLE = "whole";

const DIRECT = 0x2000000;

/** sRGB of a colour code, 0 to 255 each. */
export function rgbOf(code: number): Rgb {
  const direct = code >= DIRECT && code <= DIRECT + 0xffffff;
  const value = direct ? code - DIRECT : (PALETTE[code]?.[1] ?? 0x7396c8);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Every colour that has a name here: its code. */
export const COLOR_CODES: readonly number[] = Object.keys(PALETTE).map(Number);

const CODES = new Map([
  ...Object.entries(ALIASES),
  ...COLOR_CODES.map((code) => [colorName(code), code] as const),
]);

/** What a colour is called; its code where it has no name here. */
export function colorName(code: number): string {
  return PALETTE[code]?.[0] ?? `colour ${code}`;
}

/** The code of a colour by its name or by the code itself; null when there is none. */
export function findColor(words: string): number | null {
  const name = words.toLowerCase().replace(/[_\s]+/g, " ").trim();
  if (/^\d{1,4}$/.test(name)) return Number(name);
  return CODES.get(name) ?? null;
}

/** "red, legs black": colours by part, "whole" being all of it. */
export function paintInWords(paint: Readonly<Record<string, number>>): string {
  return Object.entries(paint)
    .map(([part, code]) => (part === WHOLE ? colorName(code) : `${part} ${colorName(code)}`))
    .join(", ");
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
