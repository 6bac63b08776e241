import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import {
  forget,
  keep,
  keepVocabulary,
  listCards,
  load,
  loadVocabulary,
} from "../src/history/database";
import { VOCABULARY, model } from "./fakes";

/** A store as the first version of the app left it. */
function firstVersion(): Promise<void> {
  const request = indexedDB.open("legolab", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("cards", { keyPath: "id" });
    request.result.createObjectStore("models", { keyPath: "id" });
  };
  return new Promise((resolve) => {
    request.onsuccess = () => {
      const { paint, missing, change, options, ...older } = model("old", 0);
      const transaction = request.result.transaction("models", "readwrite");
      transaction.objectStore("models").put(older);
      transaction.oncomplete = () => resolve(request.result.close());
    };
  });
}

test("what an older version kept is read, and there is room for more", async () => {
  await firstVersion();
  expect(await load("old")).toMatchObject({ caption: "model old", paint: {}, change: "" });
  expect(await loadVocabulary()).toBeNull();
  await keepVocabulary(VOCABULARY);
  expect(await loadVocabulary()).toEqual(VOCABULARY);
  await forget("old");
});

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
