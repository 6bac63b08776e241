/** The order under way: asked, followed, cancelled, taken up again after a reload or a new token. */

import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "react";
import type { Client } from "../api/client";
import type { Model } from "../history/model";
import { run } from "../work/run";
import { PLAIN } from "../work/order";
import { type Errand, IDLE, type Order, type Origin, type Work, reduce } from "../work/state";

const KEY = "legolab.errand";

function kept(): Errand | null {
  const text = localStorage.getItem(KEY);
  if (!text) return null;
  // An older version may have kept it, whose orders had fewer members.
  const errand = JSON.parse(text) as Errand;
  return { ...errand, order: { ...PLAIN, ...errand.order }, origin: errand.origin ?? null };
}

function keep(errand: Errand | null): void {
  if (errand) localStorage.setItem(KEY, JSON.stringify(errand));
  else localStorage.removeItem(KEY);
}

export interface Working {
  work: Work;
  /** The model that the last order changes; null when it is for something new. */
  origin: Origin | null;
  ask(order: Order, origin: Origin | null): void;
  /** Cancel what is under way, here and at the service. */
  cancel(): void;
  /** Put away what failed or was cancelled. */
  dismiss(): void;
}

/**
 * Args:
 *   client: null while nobody is signed in; an order waits until somebody is.
 *   arrived: called for a model, and again as its files come.
 *   refused: called when the service refuses the token.
 */
export function useWork(
  client: Client | null,
  arrived: (model: Model) => void,
  refused: (reason: string) => void,
): Working {
  const [errand, setErrand] = useState<Errand | null>(kept);
  const [work, dispatch] = useReducer(reduce, errand, (begun) =>
    begun ? reduce(IDLE, { type: "asked", order: begun.order }) : IDLE,
  );
  const [origin, setOrigin] = useState(errand?.origin ?? null);
  const listeners = useRef({ arrived, refused });
  listeners.current = { arrived, refused };
  const jobId = useRef(errand?.jobId ?? null);

  useEffect(() => {
    if (!errand) return;
    if (!client) return dispatch({ type: "signed-out" });
    const ending = new AbortController();
    const listener = {
      dispatch,
      accepted: (id: string) => {
        jobId.current = id;
        keep({ ...errand, jobId: id });
      },
      arrived: (model: Model) => listeners.current.arrived(model),
      refusedToken: (reason: string) => listeners.current.refused(reason),
    };
    dispatch({ type: "asked", order: errand.order });
    void run(client, { ...errand, jobId: jobId.current }, listener, ending.signal);
    return () => ending.abort();
  }, [client, errand]);

  const over = work.phase === "idle" || work.phase === "failed" || work.phase === "cancelled";
  useEffect(() => {
    if (!over) return;
    keep(null);
    setErrand(null); // or a new token would begin it once more
  }, [over]);

  const ask = useCallback((order: Order, from: Origin | null) => {
    const next = {
      order,
      origin: from,
      key: crypto.randomUUID(),
      jobId: null,
      asked: Date.now(),
    };
    jobId.current = null;
    setOrigin(from);
    keep(next);
    dispatch({ type: "asked", order });
    setErrand(next);
  }, []);

  const cancel = useCallback(() => {
    const id = jobId.current;
    // Whether the service hears of it or not: here it is over. A job that is over already is fine.
    if (client && id) client.cancel(id).catch(() => undefined);
    setErrand(null);
    keep(null);
    dispatch({ type: "cancelled" });
  }, [client]);

  const dismiss = useCallback(() => {
    setErrand(null);
    keep(null);
    dispatch({ type: "done" });
  }, []);

  return useMemo(
    () => ({ work, origin, ask, cancel, dismiss }),
    [work, origin, ask, cancel, dismiss],
  );
}
