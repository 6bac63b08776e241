// @vitest-environment jsdom
import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { useOrderForm } from "../src/hooks/useOrderForm";
import { parseBricks } from "../src/bricks/brick";
import { AskBar } from "../src/components/AskBar";
import { BrickCard } from "../src/components/BrickCard";
import { ChangeLine } from "../src/components/ChangeLine";
import { HistoryPanel } from "../src/components/HistoryPanel";
import { LineCard } from "../src/components/LineCard";
import { PartsList } from "../src/components/PartsList";
import { SignInCard } from "../src/components/SignInCard";
import { StartCard } from "../src/components/StartCard";
import { StepBar } from "../src/components/StepBar";
import { TroubleCard } from "../src/components/TroubleCard";
import { Understood } from "../src/components/Understood";
import { VerdictChip } from "../src/components/VerdictChip";
import { IDLE } from "../src/work/state";
import { VOCABULARY, model } from "./fakes";

test("what is not verified is said, and looks otherwise than what stands", () => {
  const { container } = render(
    <VerdictChip report={{ verdict: "UNVERIFIED", summary: "UNVERIFIED: no solver looked at it" }} />,
  );
  expect(screen.getByText("Not verified")).toBeTruthy();
  expect(container.querySelector(".chip.unverified")).toBeTruthy();
});

test("a brick's card has its number, size, part, position, score and what holds it", () => {
  const select = vi.fn();
  const bricks = parseBricks("2x4 (0,0,0)\n4x2 (0,2,1)");
  const { container } = render(
    <BrickCard bricks={bricks} index={1} score={0.333} onSelect={select} />,
  );
  const text = container.textContent;
  for (const fact of ["Brick 2", "2x4", "3001", "x 0, y 2, z 1", "0.33", "Held by brick 1"]) {
    expect(text).toContain(fact);
  }
  fireEvent.click(screen.getByLabelText("Brick before"));
  expect(select).toHaveBeenCalledWith(0);
  expect(screen.getByLabelText<HTMLButtonElement>("Brick after").disabled).toBe(true);
});

test("a score that nobody computed is not shown as a figure", () => {
  const bricks = parseBricks("2x4 (0,0,0)");
  const { container } = render(
    <BrickCard bricks={bricks} index={0} score={null} onSelect={() => undefined} />,
  );
  expect(container.textContent).toContain("not verified");
  expect(container.querySelector(".meter")).toBeNull();
});

test("the row of bricks is a slider", () => {
  const go = vi.fn();
  render(<StepBar steps={{ step: 2, count: 3, visible: 5, added: 2, go }} />);
  const slider = screen.getByLabelText("Building step");
  expect(slider.getAttribute("aria-valuetext")).toBe("Step 2 of 3, 2 new");
  fireEvent.change(slider, { target: { value: "1" } });
  expect(go).toHaveBeenCalledWith(1);
});

test("six examples, each asked for with the seed of its picture", () => {
  const pick = vi.fn();
  render(<StartCard onPick={pick} />);
  const examples = screen.getAllByRole("button");
  expect(examples).toHaveLength(6);
  fireEvent.click(examples[3] as HTMLElement);
  expect(pick).toHaveBeenCalledWith("a steam train", 7);
});

test("away: the request is said to go when the server is back", () => {
  render(<LineCard prompt="a chair" change="" position={null} sent={false} away />);
  expect(screen.getByText("The server is away; your request will go when it is back.")).toBeTruthy();
});

test("a refused caption shows the service's words and what can be built", () => {
  const trouble = { title: "No", detail: "I cannot build a zebra yet.", again: false };
  render(
    <TroubleCard
      prompt="a zebra"
      trouble={trouble}
      onBack={null}
      onAgain={() => undefined}
      onPick={() => undefined}
    />,
  );
  expect(screen.getByRole("alert").textContent).toContain("I cannot build a zebra yet.");
  expect(screen.queryByText("Try again")).toBeNull();
  expect(screen.getAllByRole("button")).toHaveLength(6);
});

test("an expired token is told, and what waits for a new one", () => {
  const save = vi.fn();
  render(
    <SignInCard refusal="the token has expired" waiting="a chair" onToken={save} />,
  );
  expect(screen.getByText(/the token has expired/)).toBeTruthy();
  expect(screen.getByText(/“a chair” is kept/)).toBeTruthy();
  fireEvent.change(screen.getByLabelText("Your token"), { target: { value: "abc" } });
  fireEvent.click(screen.getByText("Sign in"));
  expect(save).toHaveBeenCalledWith("abc");
});

const CHAIR = {
  ...model("a", 1),
  description: "chair, back high, seat 6",
  paint: { whole: 4, legs: 0 },
  differences: [{ field: "back", wanted: "high", seen: "low" }],
};

test("how the words were interpreted can be changed and built again", () => {
  const build = vi.fn();
  render(<Understood model={CHAIR} vocabulary={VOCABULARY} blocked={null} onBuild={build} />);
  expect(screen.getByText("chair")).toBeTruthy();
  expect(screen.getByText("red, legs black")).toBeTruthy();
  expect(screen.getByText("back low instead of high")).toBeTruthy();
  expect(screen.queryByText("Build again")).toBeNull();
  fireEvent.change(screen.getByLabelText("seat"), { target: { value: "8" } });
  fireEvent.change(screen.getByLabelText("back"), { target: { value: "none" } });
  fireEvent.change(screen.getByLabelText("colour"), { target: { value: "1" } });
  expect(screen.getByText("was 6")).toBeTruthy();
  expect(screen.getByText("was red")).toBeTruthy();
  fireEvent.click(screen.getByText("Build again"));
  expect(build).toHaveBeenCalledWith(
    { back: "none", seat: 8 },
    { whole: 1, legs: 0 },
    "back none, seat 8, blue",
  );
  fireEvent.click(screen.getByText("As it was"));
  expect(screen.queryByText("Build again")).toBeNull();
});

test("what cannot be built now says why, and where words are missing they are only shown", () => {
  const { unmount } = render(
    <Understood model={CHAIR} vocabulary={VOCABULARY} blocked="Offline." onBuild={vi.fn()} />,
  );
  fireEvent.change(screen.getByLabelText("seat"), { target: { value: "8" } });
  expect(screen.getByText<HTMLButtonElement>("Build again").disabled).toBe(true);
  expect(screen.getByText("Offline.")).toBeTruthy();
  unmount();
  render(<Understood model={CHAIR} vocabulary={null} blocked={null} onBuild={vi.fn()} />);
  expect(screen.getByText("back high")).toBeTruthy();
  expect(screen.queryByLabelText("seat")).toBeNull();
});

test("a change by words is asked for, unless there is a reason", () => {
  const [write, change] = [vi.fn(), vi.fn()];
  const line = (words: string, blocked: string | null) => (
    <ChangeLine
      words={words}
      example="make it wider"
      blocked={blocked}
      onWrite={write}
      onChange={change}
    />
  );
  const { rerender } = render(line("", null));
  const input = screen.getByLabelText("Change it");
  expect(input.getAttribute("placeholder")).toBe("make it wider");
  fireEvent.change(input, { target: { value: "wider" } });
  expect(write).toHaveBeenCalledWith("wider");
  fireEvent.submit(input);
  rerender(line("wider", "Sign in first."));
  fireEvent.submit(input);
  expect(change).not.toHaveBeenCalled();
  expect(screen.getByText("Sign in first.").id).toBe(input.getAttribute("aria-describedby"));
  rerender(line("wider", null));
  fireEvent.click(screen.getByText("Change"));
  expect(change).toHaveBeenCalledOnce();
});

test("the parts that are missing stand among the parts", () => {
  const bricks = parseBricks("2x4 (0,0,0)");
  const { container, rerender } = render(<PartsList bricks={bricks} missing={{ "1x2": 3 }} />);
  expect(container.querySelector(".missing")?.textContent).toBe("1x23 more");
  rerender(<PartsList bricks={bricks} missing={{}} />);
  expect(container.textContent).not.toContain("Missing");
});

test("a change that came to nothing leads back to the model", () => {
  const back = vi.fn();
  const trouble = { title: "No", detail: "I cannot change that.", again: true };
  render(
    <TroubleCard
      prompt="a chair"
      trouble={trouble}
      onBack={back}
      onAgain={() => undefined}
      onPick={() => undefined}
    />,
  );
  fireEvent.click(screen.getByText("Back to the model"));
  expect(back).toHaveBeenCalledOnce();
});

test("the list says what each model is worth, opens and deletes", () => {
  const [open, forget] = [vi.fn(), vi.fn()];
  const card = {
    id: "a",
    caption: "bar stool",
    change: "longer legs",
    made: Date.now(),
    bricks: 41,
    thumbnail: null,
    verdict: "unstable" as const,
    summary: "Falls at brick 17",
  };
  render(
    <HistoryPanel
      cards={[card]}
      current={null}
      work={IDLE}
      change=""
      trouble={null}
      onOpen={open}
      onBusy={() => undefined}
      onForget={forget}
    />,
  );
  expect(screen.getByText("41 bricks, falls at brick 17")).toBeTruthy();
  expect(screen.getByText("longer legs")).toBeTruthy();
  fireEvent.click(screen.getByText("bar stool"));
  expect(open).toHaveBeenCalledWith("a");
  fireEvent.click(screen.getByLabelText("Delete bar stool"));
  expect(forget).toHaveBeenCalledWith("a");
});

test("while something is under way it can be cancelled, and nothing is asked", () => {
  const [ask, cancel] = [vi.fn(), vi.fn()];
  function Harness() {
    const [busy, setBusy] = useState(true);
    const form = useOrderForm();
    const stop = () => {
      cancel();
      setBusy(false);
    };
    return <AskBar form={{ ...form, prompt: "a chair" }} busy={busy} onAsk={ask} onCancel={stop} />;
  }
  render(<Harness />);
  fireEvent.click(screen.getByText("Cancel"));
  expect(cancel).toHaveBeenCalledOnce();
  expect(ask).not.toHaveBeenCalled();
  fireEvent.click(screen.getByText("Build"));
  expect(ask).toHaveBeenCalledOnce();
});
