/** Sentences that are put together from figures. */

import type { Difference, Report } from "./api/events";
import type { Hold } from "./bricks/brick";
import type { Work } from "./work/state";

export function bricksInWords(count: number): string {
  return count === 1 ? "1 brick" : `${count} bricks`;
}

/** The verdict as a chip has it: what is loud, and what follows. */
export function verdictWords(report: Pick<Report, "verdict" | "summary">): {
  loud: string;
  more: string;
} {
  if (report.verdict === "UNVERIFIED") {
    return { loud: "Not verified", more: report.summary.replace(/^UNVERIFIED:? */, "") };
  }
  const [loud, ...more] = report.summary.split(", ");
  return { loud: loud ?? "", more: more.join(", ") };
}

/** The verdict as a list has it, in a word or two. */
export function verdictInShort({ verdict, summary }: Pick<Report, "verdict" | "summary">): string {
  if (verdict === "UNVERIFIED") return "not verified";
  return verdict === "stable" ? "stands" : summary.charAt(0).toLowerCase() + summary.slice(1);
}

/** "back low instead of high" */
export function differenceInWords({ field, wanted, seen }: Difference): string {
  return `${field} ${seen === "other" ? "something else" : seen} instead of ${wanted}`;
}

/** The subject of a description, and what is said of it; "none" says nothing. */
export function partsOfDescription(description: string): { subject: string; traits: string[] } {
  const [subject = "", ...traits] = description.split(", ");
  return { subject, traits: traits.filter((trait) => !trait.endsWith(" none")) };
}

/** A change of a model that can be asked for, to show how it is said. */
export function changeExample(fields: Readonly<Record<string, string | number>>): string {
  if (fields.back === "low") return "make the back higher";
  if (fields.back === "high") return "make the back lower";
  return fields.legs === "four" ? "black legs" : "make it wider";
}

/** Why a model cannot be built again now; null when it can. */
export function whyNot(online: boolean, signedIn: boolean, busy: boolean): string | null {
  if (!online) return "You are offline; this can be built when the network is back.";
  if (!signedIn) return "Sign in first; then this can be built.";
  return busy ? "One model at a time: this can be built when the other is done." : null;
}

/** The bricks there are to build from, and what of a file was none; empty without any. */
export function stockInWords(count: number, passedOver: readonly string[]): string {
  if (count === 0) return "";
  const some = `Only your ${bricksInWords(count)} will be used.`;
  if (passedOver.length === 0) return some;
  const named = passedOver.slice(0, 3).join(", ");
  const rest = passedOver.length > 3 ? ", …" : "";
  const others =
    passedOver.length === 1 ? "1 part is no brick" : `${passedOver.length} parts are no bricks`;
  return `${some} ${others} I use: ${named}${rest}.`;
}

/** How many layers a description speaks of; 0 when it does not. */
export function layersOfDescription(description: string): number {
  return Number(/\bheight (\d+)/.exec(description)?.[1] ?? 0);
}

/** "1 and 4", "1, 4 and 7": bricks count from 1 for people. */
export function bricksByNumber(indices: readonly number[]): string {
  const numbers = indices.map((index) => String(index + 1));
  if (numbers.length < 2) return numbers.join("");
  return `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;
}

/** The line that an order waits in. */
export function lineInWords(position: number | null): string {
  if (position === null) return "In line";
  if (position <= 1) return "Next in line";
  return position === 2 ? "1 order is before yours" : `${position - 1} orders are before yours`;
}

/** How far an order is, as the list has it; null when nothing is under way. */
export function progressInShort(work: Work): string | null {
  switch (work.phase) {
    case "sending":
      return work.away ? "not sent yet" : "being sent";
    case "queued":
      return "in line";
    case "building":
    case "fetching":
      return "being built";
    default:
      return null;
  }
}

/** What a day is called in the list. */
export function dayInWords(moment: number, now: number): string {
  const midnight = (time: number) => new Date(time).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(now) - midnight(moment)) / 86_400_000);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  return new Date(moment).toLocaleDateString("en", { day: "numeric", month: "long" });
}

/** A file name that says what is in it. */
export function fileNameOf(caption: string, name: string): string {
  const words = caption.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  const ending = name.slice(name.indexOf("."));
  return `${words.slice(0, 60) || "model"}${ending}`;
}

/** "Held by bricks 41 and 44, 4 studs." */
export function holdInWords({ below, above, studs, onGround }: Hold): string {
  const named = (indices: number[]) =>
    `${indices.length === 1 ? "brick" : "bricks"} ${bricksByNumber(indices)}`;
  if (onGround) return "Stands on the ground.";
  if (below.length > 0) {
    return `Held by ${named(below)}, ${studs} ${studs === 1 ? "stud" : "studs"}.`;
  }
  return above.length > 0 ? `Hangs on ${named(above)}.` : "Nothing holds it.";
}

/** The highest temperature that the form offers; the service takes higher ones. */
export const BOLDEST = 2;

/** What a temperature does. */
export function boldnessInWords(temperature: number): string {
  if (temperature < 0.3) return "most usual";
  if (temperature < 0.7) return "usual";
  return temperature < 1.2 ? "bold" : "wild";
}
