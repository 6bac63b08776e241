// @vitest-environment jsdom
import "fake-indexeddb/auto";
import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { listCards } from "../src/history/database";
import { useDescription } from "../src/hooks/useDescription";
import { useHistory } from "../src/hooks/useHistory";
import { useOrderForm } from "../src/hooks/useOrderForm";
import { useSteps } from "../src/hooks/useSteps";
import { useStock } from "../src/hooks/useStock";
import { useToken } from "../src/hooks/useToken";
import { tokenIn } from "../src/hooks/useTokenForm";
import { useVocabulary } from "../src/hooks/useVocabulary";
import { PLAIN } from "../src/work/order";
import { parseBricks } from "../src/bricks/brick";
import { VOCABULARY, model } from "./fakes";

test("a token in the address is kept and taken out of the address bar", () => {
  window.history.replaceState(null, "", "/?x=1#token=abc.def");
  const { result } = renderHook(() => useToken());
  expect(result.current.value).toBe("abc.def");
  expect(window.location.href).not.toContain("token");
  expect(window.location.search).toBe("?x=1");
  expect(renderHook(() => useToken()).result.current.value).toBe("abc.def");
});

test("an address pasted into the open app signs in as well", () => {
  window.history.replaceState(null, "", "/");
  const { result } = renderHook(() => useToken());
  expect(result.current.value).toBeNull();
  act(() => {
    window.history.replaceState(null, "", "/#token=xyz");
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  });
  expect(result.current.value).toBe("xyz");
});

test("a refused token is forgotten with its reason, and a new one takes its place", () => {
  localStorage.setItem("legolab.token", "old");
  const { result } = renderHook(() => useToken());
  act(() => result.current.refuse("the token has expired"));
  expect([result.current.value, result.current.refusal]).toEqual([null, "the token has expired"]);
  act(() => result.current.save(" new "));
  expect([result.current.value, result.current.refusal]).toEqual(["new", null]);
});

test("a token is found in a pasted address too", () => {
  expect(tokenIn(" abc ")).toBe("abc");
  expect(tokenIn("http://127.0.0.1:8000/#token=a%2Bb")).toBe("a+b");
});

test("the form makes an order of what is written", () => {
  const { result } = renderHook(() => useOrderForm());
  expect(result.current.order()).toBeNull();
  act(() => result.current.setPrompt("  a chair "));
  expect(result.current.order()).toEqual({ ...PLAIN, prompt: "a chair" });
  act(() => result.current.setSeed("7"));
  act(() => result.current.setDrafts(2));
  act(() => result.current.bricks.setText("2x4 red 3"));
  expect(result.current.order()).toMatchObject({
    seed: 7,
    drafts: 2,
    inventory: { "2x4 red": 3 },
  });
});

test("the bricks one has stay until they are cleared, and what cannot be read is not sent", () => {
  const { result } = renderHook(() => useOrderForm());
  act(() => result.current.setPrompt("a chair"));
  act(() => result.current.bricks.setText("2x4 10"));
  const { result: later } = renderHook(() => useStock());
  expect(later.current.stock.counts).toEqual({ "2x4": 10 });
  act(() => result.current.bricks.setText("2x4 ten"));
  expect(result.current.fault).toContain("Line 1: how many?");
  expect(result.current.order()).toBeNull();
  act(() => result.current.bricks.setText(""));
  expect(result.current.order()?.inventory).toEqual({});
  expect(renderHook(() => useStock()).result.current.text).toBe("");
});

test("a file takes the place of the text; one that cannot be read leaves it", async () => {
  const { result } = renderHook(() => useStock());
  const choose = (name: string, content: string) => {
    const target = { files: [new File([content], name)], value: name };
    act(() => result.current.chooseFile({ target } as never));
  };
  choose("parts.csv", "part,quantity,colour\n3001,4,red\n3023,9,\n");
  await waitFor(() => expect(result.current.text).toBe("2x4 red 4\n"));
  expect(result.current.passedOver).toEqual(["3023"]);
  choose("other.json", '{"9x9": 1}');
  await waitFor(() => expect(result.current.fileFault).toContain("other.json: “9x9”"));
  expect(result.current.stock.counts).toEqual({ "2x4 red": 4 });
});

test("the words of a service that is away are those that were kept", async () => {
  const answer = vi.fn(async () => new Response(JSON.stringify(VOCABULARY)));
  vi.stubGlobal("fetch", answer);
  const { result, rerender } = renderHook(({ wanted }) => useVocabulary(wanted, true), {
    initialProps: { wanted: false },
  });
  expect(answer).not.toHaveBeenCalled();
  rerender({ wanted: true });
  await waitFor(() => expect(result.current).toEqual(VOCABULARY));
  vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("Failed to fetch")));
  const { result: later } = renderHook(() => useVocabulary(true, false));
  await waitFor(() => expect(later.current).toEqual(VOCABULARY));
});

test("a description by hand: all but its details, what was changed as it is now", () => {
  const build = vi.fn();
  const send = { preventDefault: () => undefined } as never;
  const chair = {
    ...model("a", 1),
    description: "chair, back low, legs four, seat 6, slab 2, width 7",
    paint: { legs: 0 },
  };
  const { result } = renderHook(() => useDescription(chair, VOCABULARY, null, build));
  expect(result.current.entries.map(({ name, words }) => [name, words === null])).toEqual([
    ["back", false],
    ["legs", false],
    ["seat", true],
    ["width", true],
  ]);
  expect(result.current.coats.map(({ part }) => part)).toEqual(["whole", "legs"]);
  act(() => result.current.send(send));
  act(() => result.current.set("width", "21"));
  expect(result.current.fault).toBe("The width goes from 0 to 20.");
  act(() => result.current.send(send));
  expect(build).not.toHaveBeenCalled();
  act(() => result.current.set("width", "9"));
  act(() => result.current.set("back", "high"));
  act(() => result.current.paint("legs", 4));
  act(() => result.current.send(send));
  expect(build).toHaveBeenCalledExactlyOnceWith(
    { back: "high", legs: "four", seat: 6, width: 9 },
    { legs: 4 },
    "back high, width 9, legs red",
  );
  act(() => result.current.reset());
  expect(result.current.changed).toBe(false);
});

test("what is blocked is not built, and without its words nothing can be changed", () => {
  const build = vi.fn();
  const bowl = { ...model("a", 1), description: "bowl, shape oval, width 7" };
  const { result } = renderHook(() => useDescription(bowl, VOCABULARY, "Not now.", build));
  expect(result.current.entries[0]?.words).toEqual(["oval", "round", "square"]);
  act(() => result.current.set("shape", "round"));
  act(() => result.current.send({ preventDefault: () => undefined } as never));
  expect([result.current.fault, build.mock.calls]).toEqual(["Not now.", []]);
  const { result: unknown } = renderHook(() => useDescription(bowl, null, null, build));
  expect([unknown.current.entries, unknown.current.coats]).toEqual([[], []]);
});

test.each([
  ["setSeed", "-1"],
  ["setSeed", "4294967296"],
  ["setSeed", "seven"],
  ["setMaxBricks", "0"],
  ["setMaxBricks", "1001"],
  ["setMaxBricks", ""],
] as const)("what the service would refuse is not sent: %s %s", (set, text) => {
  const { result } = renderHook(() => useOrderForm());
  act(() => result.current.setPrompt("a chair"));
  act(() => result.current[set](text));
  expect(result.current.fault).toMatch(/from (0|1) to/);
  expect(result.current.order()).toBeNull();
});

test("steps begin whole, go back and forth, and begin whole for another model", () => {
  const first = parseBricks("2x4 (0,0,0)\n2x2 (0,4,0)\n4x2 (0,2,1)");
  const other = parseBricks("2x4 (0,0,0)\n2x4 (0,0,1)\n2x4 (0,0,2)");
  const { result, rerender } = renderHook(({ id, bricks }) => useSteps(id, bricks), {
    initialProps: { id: "a", bricks: first },
  });
  expect(result.current).toMatchObject({ step: 2, count: 2, visible: 3, added: 1 });
  act(() => result.current.go(1));
  expect(result.current).toMatchObject({ step: 1, visible: 2, added: 2 });
  rerender({ id: "b", bricks: other });
  expect(result.current).toMatchObject({ step: 3, visible: 3 });
});

test("a model is listed at once, and only as long as it can be kept", async () => {
  const { result } = renderHook(() => useHistory());
  await waitFor(() => expect(result.current.cards).toEqual([]));
  act(() => result.current.keep(model("a", 1)));
  expect(result.current.cards.map(({ id }) => id)).toEqual(["a"]);
  await waitFor(async () => expect(await listCards()).toHaveLength(1));
  const full = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  act(() => result.current.keep(model("b", 2)));
  expect(result.current.cards.map(({ id }) => id)).toEqual(["b", "a"]);
  await waitFor(() => expect(result.current.trouble).toContain("no room left"));
  await waitFor(() => expect(result.current.cards.map(({ id }) => id)).toEqual(["a"]));
  full.mockRestore();
});
