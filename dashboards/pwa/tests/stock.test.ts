import { expect, test } from "vitest";
import { countOf, linesOf, readStock } from "../src/bricks/stock";

const counts = (text: string) => readStock(text).counts;

test.each([
  ["2x4 10\n2x4 red 3\n", { "2x4": 10, "2x4 red": 3 }],
  ["10 4x2\n 3  2X4 red", { "2x4": 10, "2x4 red": 3 }],
  ["2x4: 10\n1x2, dark blue, 4", { "2x4": 10, "1x2 dark blue": 4 }],
  ["3001 2\n3001.dat grey 1\n2×4 71 1", { "2x4": 2, "2x4 light bluish grey": 2 }],
  ["2x4 1\n\n2x4 2\n2x2 0", { "2x4": 3 }],
  ["2x4 9999 2", { "2x4 9999": 2 }],
  ['{"2x4": 10, "2x1 Red": 4}', { "2x4": 10, "1x2 red": 4 }],
  ["", {}],
  ["  \n", {}],
])("lines and JSON are read: %j", (text, expected) => {
  expect(counts(text)).toEqual(expected);
});

test("a table is read by its headings, and parts that are no bricks are passed over", () => {
  const table = '\uFEFFPart,Color,Quantity\r\n3001,"Light_Bluish_Grey",4\r\n3023,4,9\r\n3004,,2\r\n';
  const stock = readStock(table);
  expect(stock).toEqual({
    counts: { "2x4 light bluish grey": 4, "1x2": 2 },
    passedOver: ["3023"],
  });
  expect(countOf(stock)).toBe(6);
  expect(readStock(linesOf(stock)).counts).toEqual(stock.counts);
  expect(counts("part;quantity\n2x2;5")).toEqual({ "2x2": 5 });
});

test.each([
  ["2x4 10\n3x3 2", "Line 2: I know no brick “3x3”. There are 1x1, 1x2,"],
  ["2x4", "Line 1: how many? Write “2x4 10”"],
  ["2x4 many", "Line 1: how many?"],
  ["\n2x4 rde 3", "Line 2: I know no colour “rde”."],
  ["2x4 constructor 3", "Line 1: I know no colour “constructor”."],
  ["2x4 -3", "Line 1: how many?"],
  ["2x4 1000001", "Line 1: at most 1000000 of a kind, not 1000001."],
  ["part,colour\n2x4,red", "Line 1: a table has the headings part and quantity"],
  ["part,quantity\n2x4,some", "Line 2: how many of 2x4?"],
  ["part,quantity\n3023,4", "There is no brick in it that I use"],
  ["2x4 0", "There is no brick in it that I use"],
  ['{"2x4": -1}', "“2x4”: how many? I read -1."],
  ['{"2x4": 1', "This is no JSON that I can read"],
  ["[1]", "not a list"],
])("what cannot be read is said, and where: %j", (text, words) => {
  expect(() => readStock(text)).toThrow(words);
});

test("no more kinds than the service takes", () => {
  const lines = Array.from({ length: 101 }, (_, code) => `2x4 ${1000 + code} 1`);
  expect(() => readStock(lines.join("\n"))).toThrow("I can count 100 sizes and colours, not 101.");
});
