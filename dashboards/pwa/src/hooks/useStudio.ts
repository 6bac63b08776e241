/** Everything the app knows, put together: who is asking, what is under way, what is shown. */

import { useCallback, useEffect, useMemo, useState } from "react";
import { generateLimits } from "../api/schema";
import { makeClient } from "../api/client";
import type { Model } from "../history/model";
import { isBusy } from "../work/state";
import { useHistory } from "./useHistory";
import { useOrderForm } from "./useOrderForm";
import { useSteps } from "./useSteps";
import { useToken } from "./useToken";
import { useWork } from "./useWork";

export function useStudio() {
  const token = useToken();
  const history = useHistory();
  const form = useOrderForm();
  const [model, setModel] = useState<Model | null>(null);
  const [selected, setSelected] = useState<number | null>(null);
  const [byLoad, setByLoad] = useState(false);
  const steps = useSteps(model?.id ?? "", model?.bricks ?? NONE);

  const client = useMemo(() => (token.value ? makeClient(token.value) : null), [token.value]);
  const { keep } = history;
  const arrived = useCallback(
    (next: Model) => {
      // Whoever looks at an earlier model meanwhile is left in peace.
      setModel((shown) => (shown === null || shown.id === next.id ? next : shown));
      if (next.complete) keep(next);
    },
    [keep],
  );
  const { work, ask, cancel, dismiss } = useWork(client, arrived, token.refuse);

  const show = useCallback((next: Model | null) => {
    setModel(next);
    setSelected(null);
  }, []);

  const { setPrompt } = form;
  useEffect(() => {
    if (work.phase === "fetching") setPrompt("");
  }, [work.phase, setPrompt]);

  const askForm = () => {
    const order = form.order();
    if (!order) return;
    show(null);
    ask(order);
  };
  const askExample = (prompt: string, seed: number) => {
    form.setPrompt(prompt);
    show(null);
    ask({
      prompt,
      seed,
      temperature: generateLimits.temperature.default,
      max_bricks: generateLimits.max_bricks.default,
    });
  };
  const again = () => {
    if ("order" in work) ask(work.order);
  };
  const open = async (id: string) => {
    const found = await history.open(id);
    if (found) show(found);
  };
  const startAnew = () => {
    show(null);
    if (!isBusy(work)) dismiss();
  };
  const forget = (id: string) => {
    history.forget(id);
    if (model?.id === id) show(null);
  };
  return {
    token,
    history,
    form,
    work,
    model,
    steps,
    selected,
    // What nobody computed cannot be shown.
    byLoad: byLoad && model?.report.verdict !== "UNVERIFIED",
    ask: askForm,
    askExample,
    again,
    cancel,
    open,
    startAnew,
    forget,
    show,
    select: setSelected,
    setByLoad,
  };
}

const NONE: Model["bricks"] = [];
