/** Everything the app knows, put together: who is asking, what is under way, what is shown. */

import { useCallback, useEffect, useMemo, useState } from "react";
import { makeClient } from "../api/client";
import type { Model } from "../history/model";
import { whyNot } from "../words";
import { PLAIN, isChangeable, orderAgain, orderChange } from "../work/order";
import { isBusy } from "../work/state";
import type { BuildAgain } from "./useDescription";
import { useHistory } from "./useHistory";
import { useOnline } from "./useOnline";
import { useOrderForm } from "./useOrderForm";
import { useSteps } from "./useSteps";
import { useToken } from "./useToken";
import { useVocabulary } from "./useVocabulary";
import { useWork } from "./useWork";

export function useStudio() {
  const token = useToken();
  const history = useHistory();
  const form = useOrderForm();
  const online = useOnline();
  const [model, setModel] = useState<Model | null>(null);
  const [selected, setSelected] = useState<number | null>(null);
  const [byLoad, setByLoad] = useState(false);
  const [change, setChange] = useState(UNSAID);
  const vocabulary = useVocabulary(model !== null, online);
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
  const { work, origin, ask, cancel, dismiss } = useWork(client, arrived, token.refuse);

  const show = useCallback((next: Model | null) => {
    setModel(next);
    setSelected(null);
  }, []);

  const { prompt, setPrompt } = form;
  const built = work.phase === "fetching" ? work.order : null;
  useEffect(() => {
    // What was built is said; other words, written meanwhile, stay.
    if (built?.change) setChange((now) => (now.model === origin?.model ? UNSAID : now));
    else if (built?.prompt === prompt.trim()) setPrompt("");
  }, [built, origin, prompt, setPrompt]);

  const inventory = form.bricks.stock.counts;
  const askForm = () => {
    const order = form.order();
    if (!order) return;
    show(null);
    ask(order, null);
  };
  const askExample = (caption: string, seed: number) => {
    setPrompt(caption);
    if (form.bricks.fault) return form.setMore(true);
    show(null);
    ask({ ...PLAIN, prompt: caption, seed, inventory }, null);
  };
  const buildAgain: BuildAgain = (fields, paint, changed) => {
    if (!model) return;
    show(null);
    ask(orderAgain(model, fields, paint, inventory), { model: model.id, change: changed });
  };
  const askChange = () => {
    if (!model) return;
    show(null);
    const order = orderChange(model, change.words, inventory);
    ask(order, { model: model.id, change: order.change });
  };
  const again = () => {
    if ("order" in work) ask(work.order, origin);
  };
  const open = async (id: string) => {
    const found = await history.open(id);
    if (found) show(found);
  };
  const startAnew = () => {
    show(null);
    if (!isBusy(work)) dismiss();
  };
  const before = history.cards.find(({ id }) => id === origin?.model);
  const blocked =
    whyNot(online, token.value !== null, isBusy(work)) ??
    (form.bricks.fault && `The bricks you have cannot be read. ${form.bricks.fault}`);
  const forget = (id: string) => {
    history.forget(id);
    if (model?.id === id) show(null);
  };
  return {
    token,
    history,
    form,
    online,
    vocabulary,
    work,
    origin,
    model,
    steps,
    selected,
    // What nobody computed cannot be shown.
    byLoad: byLoad && model?.report.verdict !== "UNVERIFIED",
    ask: askForm,
    askExample,
    /** Why the model cannot be built again or changed now, in words; null when it can. */
    blocked,
    buildAgain,
    change: {
      words: change.model === model?.id ? change.words : "",
      blocked: model && !isChangeable(model) ? TOO_LARGE : blocked,
      write: (words: string) => setChange({ model: model?.id ?? "", words }),
      ask: askChange,
    },
    /** Back to the model that the last order was to change; null when it is not there. */
    back: before ? () => void open(before.id) : null,
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

const UNSAID = { model: "", words: "" };
const NONE: Model["bricks"] = [];
const TOO_LARGE = "This model is too large to be changed by words.";
