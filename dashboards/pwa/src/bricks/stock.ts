/** The bricks somebody has: lines of text, a CSV or JSON, as the table that the service takes. */

import { generateLimits } from "../api/schema";
import { SIZES, sizeNamed } from "./brick";
import { colorName, findColor } from "./colors";

export interface Stock {
  /** Size, with a colour if it matters -> how many: `{"2x4": 10, "2x4 red": 3}`. */
  counts: Readonly<Record<string, number>>;
  /** Parts of a CSV that are no bricks of ours. */
  passedOver: readonly string[];
}

const MOST = 1_000_000; // of one kind, as the service has it
const MOST_ENTRIES = generateLimits.inventory.maxProperties;
const PART_HEADINGS = ["part", "part_num", "partnum", "kind", "brick", "size", "id"];
const COUNT_HEADINGS = ["quantity", "qty", "count", "number"];
const COLOR_HEADINGS = ["color", "colour", "color_id", "colour_id", "color_name"];

export const NO_STOCK: Stock = { counts: {}, passedOver: [] };

/** What cannot be read, and where, in words for the person. */
export class StockFault extends Error {}

/**
 * The bricks in a text; none in an empty one.
 *
 * Throws `StockFault`.
 */
export function readStock(text: string): Stock {
  const plain = text.replace(/^\uFEFF/, "");
  if (plain.trim() === "") return NO_STOCK;
  const stock = /^\s*[{[]/.test(plain) ? fromJson(plain) : fromLines(plain.split(/\r?\n/));
  const kinds = Object.keys(stock.counts).length;
  if (kinds === 0) throw new StockFault(`There is no brick in it that I use: ${SIZES.join(", ")}.`);
  if (kinds > MOST_ENTRIES) {
    throw new StockFault(`I can count ${MOST_ENTRIES} sizes and colours, not ${kinds}.`);
  }
  return stock;
}

/** A stock as lines that `readStock` reads. */
export function linesOf({ counts }: Stock): string {
  return Object.entries(counts)
    .map(([kind, count]) => `${kind} ${count}\n`)
    .join("");
}

/** How many bricks there are. */
export function countOf({ counts }: Stock): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Counts up what is found, size by size and colour by colour. */
class Tally {
  readonly counts: Record<string, number> = {};

  add(size: string, color: string, count: number, where: string): void {
    const kind = color === "" ? size : `${size} ${colorIn(color, where)}`;
    const sum = (this.counts[kind] ?? 0) + count;
    if (sum > MOST) throw new StockFault(`${where}: at most ${MOST} of a kind, not ${sum}.`);
    if (sum > 0) this.counts[kind] = sum;
  }
}

function colorIn(words: string, where: string): string {
  const code = findColor(words);
  if (code === null) throw new StockFault(`${where}: I know no colour “${words}”.`);
  const name = colorName(code);
  return findColor(name) === code ? name : String(code);
}

function sizeIn(word: string, where: string): string {
  const size = sizeNamed(word);
  if (size) return size;
  throw new StockFault(
    `${where}: I know no brick “${word}”. There are ${SIZES.join(", ")}.`,
  );
}

function isCount(word: string | undefined): word is string {
  return /^\d{1,9}$/.test(word ?? "");
}

function fromJson(text: string): Stock {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new StockFault('This is no JSON that I can read; it goes {"2x4": 10, "2x4 red": 3}.');
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new StockFault('I can read {"2x4": 10, "2x4 red": 3}, not a list.');
  }
  const tally = new Tally();
  for (const [kind, count] of Object.entries(document)) {
    const where = `“${kind}”`;
    const [word = "", ...color] = kind.trim().split(/\s+/);
    if (!isCount(String(count))) throw new StockFault(`${where}: how many? I read ${count}.`);
    tally.add(sizeIn(word, where), color.join(" "), Number(count), where);
  }
  return { counts: tally.counts, passedOver: [] };
}

function fromLines(lines: readonly string[]): Stock {
  const first = lines.findIndex((line) => line.trim() !== "");
  const headings = cellsOf(lines[first] ?? "").map((cell) => cell.toLowerCase());
  const [part, count, color] = [PART_HEADINGS, COUNT_HEADINGS, COLOR_HEADINGS].map((known) =>
    headings.findIndex((heading) => known.includes(heading)),
  ) as [number, number, number];
  const rows = lines.map((line, index) => ({ line, where: `Line ${index + 1}` })).slice(first);
  if (part >= 0 && count >= 0) return fromTable(rows.slice(1), part, count, color);
  if (part >= 0 || count >= 0) {
    throw new StockFault(
      `Line ${first + 1}: a table has the headings part and quantity, and colour if it matters.`,
    );
  }
  return fromWords(rows);
}

interface Row {
  line: string;
  where: string;
}

function fromTable(rows: readonly Row[], part: number, count: number, color: number): Stock {
  const tally = new Tally();
  const passedOver = new Set<string>();
  for (const { line, where } of rows) {
    if (line.trim() === "") continue;
    const cells = cellsOf(line);
    const [name = "", number] = [cells[part], cells[count]];
    const size = sizeNamed(name);
    if (size === null) passedOver.add(name);
    else if (!isCount(number)) throw new StockFault(`${where}: how many of ${name}?`);
    else tally.add(size, cells[color] ?? "", Number(number), where);
  }
  return { counts: tally.counts, passedOver: [...passedOver] };
}

/** `2x4 10`, `2x4 red 3`, `3 2x4 red`; commas and colons are as good as spaces. */
function fromWords(rows: readonly Row[]): Stock {
  const tally = new Tally();
  for (const { line, where } of rows) {
    const words = line.split(/[\s,;:]+/).filter((word) => word !== "");
    const ahead = isCount(words[0]) && sizeNamed(words[1] ?? "") !== null && !isCount(words.at(-1));
    const count = ahead ? words.shift() : words.length > 1 ? words.pop() : undefined;
    const [name, ...color] = words;
    if (name === undefined) continue;
    const size = sizeIn(name, where);
    if (!isCount(count)) {
      throw new StockFault(`${where}: how many? Write “2x4 10”, or “2x4 red 3”.`);
    }
    tally.add(size, color.join(" "), Number(count), where);
  }
  return { counts: tally.counts, passedOver: [] };
}

/** The cells of a line of a CSV, whichever of comma, semicolon and tab it uses. */
function cellsOf(line: string): string[] {
  const between = [",", ";", "\t"].find((mark) => line.includes(mark)) ?? ",";
  const cells: string[] = [];
  let cell = "";
  let quoted = false;
  for (const letter of line) {
    if (letter === '"') quoted = !quoted;
    else if (letter !== between || quoted) cell += letter;
    else {
      cells.push(cell.trim());
      cell = "";
    }
  }
  return [...cells, cell.trim()];
}
