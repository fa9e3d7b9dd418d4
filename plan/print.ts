/** A plan for the terminal, and as a comment on a pull request. */
import pc from "picocolors";
import type { Plan } from "./plan.ts";
import { type Line, type Section, sectionsOf, summaryOf, type Tone } from "./sections.ts";

const paint: Record<Tone, (text: string) => string> = {
  bad: pc.red,
  good: pc.green,
  warn: pc.yellow,
  plain: (text) => text,
};

/** For the terminal: what costs data first. */
export function textOf(plan: Plan, { details = true } = {}): string {
  const lines = ({ text, tone, depth = 0 }: Line) => `${"  ".repeat(depth + 1)}${paint[tone](text)}`;
  const sections = sectionsOf(plan).filter(({ detail }) => details || !detail);
  return [
    pc.bold(summaryOf(plan)),
    ...sections.map((one) => `\n${pc.bold(one.title)}\n${one.lines.map(lines).join("\n")}`),
  ].join("\n");
}

/** The most that GitHub takes as a comment, in characters, and some room for what is around it. */
const longest = 60_000;

/** For a pull request; details are folded. */
export function markdownOf(plan: Plan): string {
  const text = [`### Plan: ${summaryOf(plan)}`, ...sectionsOf(plan).map(block)].join("\n\n");
  return text.length <= longest ? text : `${text.slice(0, longest)}\n\`\`\`\n\n… and more: run \`npm run plan\`.`;
}

function block({ title, lines, detail }: Section): string {
  const marks: Record<Tone, string> = { bad: "❗ ", good: "", warn: "", plain: "" };
  // A fence that no line can close: names are the program's, and values are JSON.
  const body = lines
    .map(
      ({ text, tone, depth = 0 }) =>
        `${"  ".repeat(depth)}${depth === 0 ? marks[tone] : ""}${text.replaceAll("`", "ˋ").replaceAll("\n", " ")}`,
    )
    .join("\n");
  const fenced = `\`\`\`text\n${body}\n\`\`\``;
  return detail ? `<details><summary>${title}</summary>\n\n${fenced}\n</details>` : `#### ${title}\n\n${fenced}`;
}
