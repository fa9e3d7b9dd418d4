import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../lib/failure.ts";

const document = "docs/differences.md";

export interface Difference {
  /** What differs: a resource's type, its name and the property; or a collection and a key. */
  words: string[];
  /** For whoever has to explain it: the values. */
  detail?: string;
}

/**
 * Holds what differs against what docs/differences.md explains. Below the heading each row of the table begins with cells in
 * code, one for each word of a difference; `*` in them stands for anything.
 * @param text of the document. Default: the repository's.
 * @throws {Failure} that lists differences without a row, and rows without a difference: both are wrong.
 */
export function expectExplained(
  heading: string,
  found: Difference[],
  text = readFileSync(join(import.meta.dirname, "../..", document), "utf8"),
): void {
  const rows = rowsOf(heading, text);
  const matches = (row: string[], words: string[]) =>
    row.every((pattern, at) => matcher(pattern).test(words[at] ?? ""));
  const unexplained = found.filter(({ words }) => !rows.some((row) => matches(row, words)));
  const gone = rows.filter((row) => !found.some(({ words }) => matches(row, words)));
  const problems = [
    ...unexplained.map(({ words, detail }) => `not explained: ${words.join(" ")}${detail ? `\n    ${detail}` : ""}`),
    ...gone.map((row) => `explained, and not so any more: ${row.join(" ")}`),
  ];
  if (problems.length > 0) throw new Failure(`${document}, "${heading}":\n${problems.join("\n")}`);
}

function rowsOf(heading: string, text: string): string[][] {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Failure(`${document} has no section "${heading}"`);
  const lines = section.split("\n").filter((line) => line.startsWith("| `"));
  return lines.map((line) => [...line.matchAll(/\| `([^`]+)` (?=\|)/g)].map(([, cell = ""]) => cell));
}

const matcher = (pattern: string): RegExp => new RegExp(`^${pattern.split("*").map(literal).join(".*")}$`);

/** For a regular expression that means the text itself. */
export const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
