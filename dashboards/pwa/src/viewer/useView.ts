/** The 3-D view of a model on a canvas, following what is chosen around it. */

import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import type { Report } from "../api/events";
import type { Brick } from "../bricks/brick";
import { useSize } from "../hooks/useSize";
import { loadModel } from "./load";
import { type View, showModel } from "./scene";

const STILL_PX = 6; // a finger that moves more than this is turning the model

const KEYS: Record<string, [across: number, up: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

const NO_WEBGL = "This browser shows no 3-D, so here is a drawing. Steps and bricks work all the same.";
const NOT_READ = "The 3-D file of this model could not be read, so here is a drawing.";

export interface ViewProps {
  /** The packed LDraw file. */
  packed: Blob;
  bricks: readonly Brick[];
  report: Report;
  visible: number;
  selected: number | null;
  byLoad: boolean;
  onSelect(brick: number | null): void;
  /** The first picture is on the screen. */
  onDrawn(): void;
  /** There can be no 3-D view, and why. */
  onMissing(reason: string): void;
}

export function useView(props: ViewProps) {
  const { packed, bricks, report, visible, selected, byLoad, onDrawn, onMissing } = props;
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const pressed = useRef<{ x: number; y: number } | null>(null);
  const [view, setView] = useState<View | null>(null);
  const { width, height } = useSize(frame);

  useEffect(() => {
    let made: View | null = null;
    let gone = false;
    const start = async () => {
      const scores = report.verdict === "UNVERIFIED" ? [] : report.scores;
      const failing = new Set(scores.flatMap((score, index) => (score >= 1 ? [index] : [])));
      const model = await loadModel(await packed.text(), failing);
      if (gone || !canvas.current) return;
      if (model.count !== bricks.length) return onMissing(NOT_READ);
      try {
        made = showModel(canvas.current, model, bricks, scores);
      } catch (error) {
        // What three.js throws where the browser gives it no context; anything else is a bug.
        if (error instanceof Error && /WebGL/.test(error.message)) return onMissing(NO_WEBGL);
        throw error;
      }
      setView(made);
    };
    void start();
    return () => {
      gone = true;
      made?.dispose();
    };
  }, [packed, bricks, report, onMissing]);

  useEffect(() => {
    if (!view || width === 0 || height === 0) return;
    view.resize(width, height);
    onDrawn();
  }, [view, width, height, onDrawn]);
  useEffect(() => view?.show(visible), [view, visible]);
  useEffect(() => view?.paint(byLoad), [view, byLoad]);
  useEffect(() => view?.select(selected), [view, selected, visible]);

  const onPointerDown = ({ clientX, clientY }: PointerEvent) => {
    pressed.current = { x: clientX, y: clientY };
  };
  const onPointerUp = ({ clientX, clientY }: PointerEvent) => {
    const from = pressed.current;
    pressed.current = null;
    if (!from || !canvas.current || !view) return;
    if (Math.hypot(clientX - from.x, clientY - from.y) > STILL_PX) return;
    const box = canvas.current.getBoundingClientRect();
    props.onSelect(view.brickAt(clientX - box.left, clientY - box.top));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const turn = KEYS[event.key];
    if (!turn) return;
    event.preventDefault();
    view?.turn(...turn);
  };
  return { frame, canvas, onPointerDown, onPointerUp, onKeyDown, drawn: view !== null };
}
