import { expect, test } from "vitest";
import * as words from "../src/words";
import { IDLE, reduce, type Work } from "../src/work/state";
import { ORDER as order } from "./fakes";

test.each([
  ["stable", "Stands, holds 6.6 times its own load", "Stands", "holds 6.6 times its own load"],
  ["stable", "Stands", "Stands", ""],
  ["unstable", "Falls at brick 17", "Falls at brick 17", ""],
  ["UNVERIFIED", "UNVERIFIED: no solver looked at it", "Not verified", "no solver looked at it"],
] as const)("a verdict is said in words: %s, %s", (verdict, summary, loud, more) => {
  expect(words.verdictWords({ verdict, summary })).toEqual({ loud, more });
});

test("what is not verified never reads as standing", () => {
  const report = { verdict: "UNVERIFIED", summary: "Stands" } as const;
  expect(words.verdictWords(report).loud).toBe("Not verified");
  expect(words.verdictInShort(report)).toBe("not verified");
});

test("the line: how many are before", () => {
  expect([null, 0, 1, 2, 5].map(words.lineInWords)).toEqual([
    "In line",
    "Next in line",
    "Next in line",
    "1 order is before yours",
    "4 orders are before yours",
  ]);
});

test("the list tells an order that waits from one that is being built", () => {
  const queued: Work = { phase: "queued", order, position: 3, away: false };
  const away: Work = { phase: "sending", order, away: true };
  const asked = reduce(IDLE, { type: "asked", order });
  expect([IDLE, away, asked, queued].map(words.progressInShort)).toEqual([
    null,
    "not sent yet",
    "being sent",
    "in line",
  ]);
  const fetching: Work = {
    phase: "fetching",
    order,
    bricks: [],
    description: "",
    began: 0,
    away: false,
  };
  expect(words.progressInShort(fetching)).toBe("being built");
});

test("a description comes apart into its subject and what is said of it", () => {
  const description = "chair, back high, slats none, legs four, height 14";
  expect(words.partsOfDescription(description)).toEqual({
    subject: "chair",
    traits: ["back high", "legs four", "height 14"],
  });
  expect(words.layersOfDescription(description)).toBe(14);
  expect(words.layersOfDescription("piano")).toBe(0);
});

test("an example of a change fits what is shown", () => {
  expect(words.changeExample({ back: "low" })).toBe("make the back higher");
  expect(words.changeExample({ back: "high" })).toBe("make the back lower");
  expect(words.changeExample({ back: "none", legs: "four" })).toBe("black legs");
  expect(words.changeExample({ width: 9 })).toBe("make it wider");
});

test("why a model cannot be built again, the first reason first", () => {
  expect(words.whyNot(true, true, false)).toBeNull();
  expect(words.whyNot(false, false, true)).toContain("offline");
  expect(words.whyNot(true, false, true)).toContain("Sign in");
  expect(words.whyNot(true, true, true)).toContain("One model at a time");
});

test("the bricks that there are, and parts that are none", () => {
  expect(words.stockInWords(0, [])).toBe("");
  expect(words.stockInWords(48, [])).toBe("Only your 48 bricks will be used.");
  expect(words.stockInWords(1, ["3023"])).toBe(
    "Only your 1 brick will be used. 1 part is no brick I use: 3023.",
  );
  expect(words.stockInWords(9, ["a", "b", "c", "d"])).toContain("4 parts are no bricks I use: a, b, c, …");
});

test("what came out otherwise, and what holds a brick", () => {
  expect(words.differenceInWords({ field: "back", wanted: "high", seen: "other" })).toBe(
    "back something else instead of high",
  );
  const hold = { below: [40, 43], above: [], studs: 4, onGround: false };
  expect(words.holdInWords(hold)).toBe("Held by bricks 41 and 44, 4 studs.");
  expect(words.holdInWords({ ...hold, below: [], above: [1] })).toBe("Hangs on brick 2.");
});

test("days and file names", () => {
  const now = new Date(2026, 4, 10, 0, 5).getTime();
  expect(words.dayInWords(now, now)).toBe("Today");
  expect(words.dayInWords(now - 10 * 60_000, now)).toBe("Yesterday");
  expect(words.dayInWords(new Date(2026, 4, 2).getTime(), now)).toBe("May 2");
  expect(words.fileNameOf("A Chair, please!", "model.ldr")).toBe("a-chair-please.ldr");
  expect(words.fileNameOf("椅子", "preview.png")).toBe("model.png");
});
