import pc from "picocolors";
import { printTable } from "../lib/print.ts";

export interface Result {
  state: "passed" | "failed" | "skipped";
  /** What was found, what is wrong, or why it did not run. */
  found: string;
  seconds: number;
}

/** By part, in the order in which they ended. */
export type Results = Map<{ name: string }, Result>;

const marks = { passed: pc.green("✓"), failed: pc.red("✗"), skipped: pc.yellow("-") };

/** As a part ends: a failure with all that differs. */
export function printResult({ name }: { name: string }, { state, found, seconds }: Result): void {
  console.log(`${marks[state]} ${name} ${pc.dim(`${seconds.toFixed(1)} s`)}`);
  if (state !== "passed") console.log(found.replace(/^/gm, "    "));
}

/** Every part in one table, then the counts, alone on the last line. */
export function printResults(results: Results): void {
  const all = [...results];
  console.log();
  printTable([
    ["part", "seconds", "result", "found"],
    ...all.map(([{ name }, { state, found, seconds }]) => [
      name,
      seconds.toFixed(1).padStart(7),
      state,
      found.split("\n")[0]!,
    ]),
  ]);
  const count = (state: Result["state"]) => all.filter(([, result]) => result.state === state).length;
  if (count("skipped") > 0) console.log(`\n${count("skipped")} skipped`);
  console.log(`\n${count("passed")} passed, ${count("failed")} failed`);
}

/** The CLI's commands, and what does the same here. */
const compared: [cli: string, local: string][] = [
  ["pulumi up", "npm start"],
  ["pulumi up, again", "npm start, again"],
  ["pulumi preview", "npm run preview:local"],
];

/**
 * The CLI beside the local engine, of what has run.
 * @param seconds of each command.
 */
export function comparisons(seconds: Map<string, number>): { what: string; figure: string }[] {
  return compared.flatMap(([cli, local]) => {
    const [slow, fast] = [seconds.get(cli), seconds.get(local)];
    if (slow === undefined || fast === undefined) return [];
    const figure = `${slow.toFixed(1)} s against ${fast.toFixed(1)} s: ${(slow / fast).toFixed(1)} times`;
    return [{ what: `\`${cli}\` against \`${local}\``, figure }];
  });
}
