/** Bricks drop in over 120 ms as they arrive; at once for who prefers less motion. */

import { useEffect, useRef, useState } from "react";
import { useMedia } from "./useMedia";

const DROP_MS = 120;
const HEIGHT = 3; // layers

/** Bricks that are still in the air: index -> layers above their place. */
export function useDropIn(count: number): ReadonlyMap<number, number> {
  const still = useMedia("(prefers-reduced-motion: reduce)");
  const before = useRef(count);
  const landing = useRef(new Map<number, number>()); // index -> when it began to fall
  const [lifted, setLifted] = useState<ReadonlyMap<number, number>>(new Map());

  useEffect(() => {
    const now = performance.now();
    for (let index = before.current; index < count; index++) landing.current.set(index, now);
    for (const index of landing.current.keys()) if (index >= count) landing.current.delete(index);
    before.current = count;
    if (still || landing.current.size === 0) return;
    let frame = 0;
    const fall = (at: number) => {
      const next = new Map<number, number>();
      for (const [index, began] of landing.current) {
        const part = Math.max(0, 1 - (at - began) / DROP_MS);
        if (part === 0) landing.current.delete(index);
        else next.set(index, HEIGHT * part * part);
      }
      setLifted(next);
      if (next.size > 0) frame = requestAnimationFrame(fall);
    };
    frame = requestAnimationFrame(fall);
    return () => cancelAnimationFrame(frame);
  }, [count, still]);

  return lifted;
}
