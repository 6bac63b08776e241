import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { forget, keep, listCards, load } from "../src/history/database";
import { model } from "./fakes";

test("models are kept, listed newest first, opened whole, and forgotten", async () => {
  await keep(model("a", 1), null);
  await keep(model("b", 2), null);
  await keep(model("a", 3), new Blob(["png"]));
  const cards = await listCards();
  expect(cards.map(({ id, made }) => [id, made])).toEqual([["a", 3], ["b", 2]]);
  expect(cards[0]).toMatchObject({ bricks: 1, verdict: "stable", summary: "Stands" });
  expect(cards[0]).not.toHaveProperty("files");
  const opened = await load("a");
  expect(opened).toMatchObject({ caption: "model a", made: 3 });
  await forget("a");
  expect(await load("a")).toBeNull();
  expect((await listCards()).map(({ id }) => id)).toEqual(["b"]);
  await forget("a");
});
