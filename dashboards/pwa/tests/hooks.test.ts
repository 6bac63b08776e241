// @vitest-environment jsdom
import "fake-indexeddb/auto";
import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { listCards } from "../src/history/database";
import { useHistory } from "../src/hooks/useHistory";
import { useOrderForm } from "../src/hooks/useOrderForm";
import { useSteps } from "../src/hooks/useSteps";
import { useToken } from "../src/hooks/useToken";
import { tokenIn } from "../src/hooks/useTokenForm";
import { parseBricks } from "../src/bricks/brick";
import { model } from "./fakes";

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
  expect(result.current.order()).toEqual({
    prompt: "a chair",
    seed: null,
    temperature: 0.3,
    max_bricks: 200,
  });
  act(() => result.current.setSeed("7"));
  expect(result.current.order()?.seed).toBe(7);
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
