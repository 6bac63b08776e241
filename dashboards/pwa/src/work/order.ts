/** Orders: a new one, and those that build a model again with something changed. */

import { generateLimits } from "../api/schema";
import { brickText } from "../bricks/brick";
import type { Model } from "../history/model";
import type { Order } from "./state";

/** A value of a description: a word of a choice, or a number of studs or layers. */
export type Value = string | number;
export type Fields = Readonly<Record<string, Value>>;
export type Paint = Readonly<Record<string, number>>;
export type Counts = Readonly<Record<string, number>>;

/** What holds for an order when nothing is said. */
export const PLAIN: Omit<Order, "prompt"> = {
  seed: null,
  temperature: generateLimits.temperature.default,
  max_bricks: generateLimits.max_bricks.default,
  drafts: generateLimits.drafts.default,
  fields: {},
  paint: {},
  inventory: {},
  start: "",
  change: "",
};

/** A canonical description, "chair, back high, seat 8": its subject, and what each field holds. */
export function readDescription(description: string): { subject: string; fields: Fields } {
  const [subject = "", ...parts] = description.split(", ");
  const fields = parts.map((part) => {
    const [name = "", value = ""] = part.split(" ");
    return [name, /^\d+$/.test(value) ? Number(value) : value] as const;
  });
  return { subject, fields: Object.fromEntries(fields) };
}

/** Build a model again, its description and colours set by hand. */
export function orderAgain(model: Model, fields: Fields, paint: Paint, inventory: Counts): Order {
  return { ...as(model), fields: { ...fields }, paint: { ...paint }, inventory: { ...inventory } };
}

/** Change a model by words; as many of its bricks as can stay do. */
export function orderChange(model: Model, words: string, inventory: Counts): Order {
  const { fields } = readDescription(model.description);
  const order = orderAgain(model, fields, model.paint, inventory);
  return { ...order, start: brickText(model.bricks), change: words.trim() };
}

/** Whether the service takes a model as what a change starts from. */
export function isChangeable({ bricks }: Model): boolean {
  return bricks.length > 0 && brickText(bricks).length <= generateLimits.start.maxLength;
}

/** What a model was asked for, by the same seed. */
function as({ caption, seed, options }: Model): Order {
  return { ...PLAIN, ...options, prompt: caption, seed };
}
