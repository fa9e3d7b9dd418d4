/** A plan as sections of lines, for the terminal and for a comment on a pull request alike. */

import type { Grant } from "./grants.ts";
import type { Plan } from "./plan.ts";
import { type PriceName, prices } from "./prices.ts";
import { type Change, labelOf, type Operation } from "./stacks.ts";
import { shownValue } from "./values.ts";

export type Tone = "bad" | "good" | "warn" | "plain";

export interface Line {
  text: string;
  tone: Tone;
  /** How deep it is in the section. Default 0. */
  depth?: number;
}

export interface Section {
  title: string;
  lines: Line[];
  /** Whether nobody has to read it: it is folded in a comment. */
  detail?: boolean;
}

const signs: Record<Operation, string> = { create: "+", update: "~", replace: "±", delete: "-" };
const tones: Record<Operation, Tone> = { create: "good", update: "warn", replace: "bad", delete: "bad" };

export function sectionsOf(plan: Plan): Section[] {
  return [losses(plan), access(plan), exposure(plan), cost(plan), changes(plan), costLines(plan)].filter(
    ({ lines }) => lines.length > 0,
  );
}

/** `2 to create, 1 to replace`; `nothing changes`. */
export function summaryOf({ components }: Plan): string {
  const counts = Map.groupBy(
    components.flatMap((one) => one.changes),
    ({ operation }) => operation,
  );
  const parts = (Object.keys(signs) as Operation[])
    .filter((operation) => counts.has(operation))
    .map((operation) => `${counts.get(operation)!.length} to ${operation}`);
  return parts.length > 0 ? parts.join(", ") : "nothing changes";
}

const nameOf = ({ resource }: Change): string => labelOf(resource);

const losses = (plan: Plan): Section => ({
  title: "Data is lost",
  lines: plan.losses.map((change) => ({
    text: `${signs[change.operation]} ${nameOf(change)}: ${change.operation === "delete" ? "deleted" : "replaced by an empty one"}${because(change)}`,
    tone: "bad",
  })),
});

const because = ({ operation, properties }: Change): string =>
  operation === "replace" && properties.length > 0 ? `, for ${properties.map(({ name }) => name).join(", ")}` : "";

const changes = (plan: Plan): Section => ({
  title: "Resources",
  detail: true,
  lines: plan.components.flatMap(({ name, changes: group }): Line[] => [
    { text: name, tone: "plain" },
    ...group.flatMap((change): Line[] => [
      { text: `${signs[change.operation]} ${nameOf(change)}`, tone: tones[change.operation], depth: 1 },
      ...change.properties.map(
        ({ name: property, before, after }): Line => ({
          text: `${property}: ${shownValue(before)} → ${shownValue(after)}`,
          tone: "plain",
          depth: 2,
        }),
      ),
    ]),
  ]),
});

function access({ access: { gained, lost, unknown } }: Plan): Section {
  const lines = [...shown(gained, "gained"), ...shown(lost, "lost")];
  if (unknown > 0) {
    const policies = unknown === 1 ? "One policy says" : `${unknown} policies say`;
    lines.push({ text: `${policies} who may do what only when they are made.`, tone: "warn" });
  }
  return { title: "Access", lines };
}

/** Rights by who has them, and on what: their actions in one line. */
function shown(grants: Grant[], way: "gained" | "lost"): Line[] {
  const key = ({ effect, who, resource, condition }: Grant) => JSON.stringify([effect, who, resource, condition]);
  return [...Map.groupBy(grants, key).values()].map((group): Line => {
    const [{ effect, who, resource, condition }] = group as [Grant];
    const actions = [...new Set(group.map(({ action }) => action))].sort().join(", ");
    const verb = {
      Allow: { gained: "may", lost: "may no longer" },
      Deny: { gained: "is no longer refused", lost: "is refused" },
    };
    const when = condition === "" ? "" : ` if ${condition}`;
    return {
      text: `${way === "gained" ? "+" : "-"} ${who} ${verb[effect][way]} ${actions} on ${resource}${when}`,
      tone: way === "gained" ? "bad" : "good",
    };
  });
}

const exposure = ({ exposure: { gained, lost } }: Plan): Section => ({
  title: "Exposure",
  lines: [
    ...gained.map((text): Line => ({ text: `+ ${text}`, tone: "bad" })),
    ...lost.map((text): Line => ({ text: `- ${text}`, tone: "good" })),
  ],
});

const dollars = (usd: number): string => `$${usd.toFixed(2)}`;
/** What rounds to nothing has no sign: sums of floating point are seldom nothing exactly. */
const signed = (usd: number): string => {
  const shown = dollars(Math.abs(usd));
  return shown === dollars(0) ? shown : `${usd < 0 ? "-" : "+"}${shown}`;
};

function cost({ cost: { before, after, usd, lines } }: Plan): Section {
  const total = `${dollars(before.usd)} → ${dollars(after.usd)} a month (${signed(usd)})`;
  const missing = after.unpriced.length > 0 ? `; not priced: ${after.unpriced.length}` : "";
  return {
    title: "Cost",
    lines: [
      { text: `${total}${missing}`, tone: usd > 0.005 ? "warn" : "plain" },
      ...lines.map((line): Line => ({ text: `${signed(line.usd)} ${line.resource}`, tone: "plain", depth: 1 })),
    ],
  };
}

/** The reckoning by type, with where each price is from. */
function costLines({ cost: { after } }: Plan): Section {
  const types = Map.groupBy(after.lines, ({ resource }) => resource.split(" ", 1)[0]!);
  const lines = [...types].map(([type, group]) => {
    const prices = Map.groupBy(
      group.flatMap(({ amounts }) => amounts),
      ({ price }) => price,
    );
    return {
      type,
      count: group.length,
      usd: sumOf(group),
      parts: [...prices].map(([price, parts]) => part(price, parts)),
    };
  });
  return {
    title: "What the cost is made of",
    detail: true,
    lines: [
      ...lines
        .sort((a, b) => b.usd - a.usd)
        .flatMap(({ type, count, usd, parts }) => [
          { text: `${dollars(usd)} ${type}${count > 1 ? `, ${count} of them` : ""}`, tone: "plain" } as const,
          ...parts,
        ]),
      ...after.unpriced.map((resource): Line => ({ text: `not priced: ${resource}`, tone: "warn" })),
    ],
  };
}

function part(name: PriceName, amounts: { amount: number; usd: number }[]): Line {
  const { unit, page, read } = prices[name];
  const amount = amounts.reduce((sum, one) => sum + one.amount, 0);
  const text = `${dollars(sumOf(amounts))} for ${Math.round(amount).toLocaleString("en")} × ${unit} (${page}, read ${read})`;
  return { text, tone: "plain", depth: 1 };
}

const sumOf = (lines: { usd: number }[]): number => lines.reduce((sum, { usd }) => sum + usd, 0);
