import { explain } from "../lib/failure.ts";
import type { Part } from "./part.ts";
import { printResult, type Result, type Results } from "./report.ts";
import type { Deployment } from "./session.ts";

/**
 * Runs one part after the other on the same deployment; one whose needs have failed is skipped.
 * @param results of those that have ended already, or will not run; gets the others'.
 */
export async function runParts<On extends Deployment>(parts: Part<On>[], on: On, results: Results): Promise<void> {
  for (const part of parts) {
    if (results.has(part)) continue;
    const needed = part.needs?.find((name) =>
      [...results].some(([{ name: of }, { state }]) => of === name && state !== "passed"),
    );
    const result = needed
      ? { state: "skipped" as const, found: `needs ${needed}`, seconds: 0 }
      : await runPart(part, on);
    results.set(part, result);
    printResult(part, result);
  }
}

async function runPart<On extends Deployment>(part: Part<On>, on: On): Promise<Result> {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  try {
    const found = await part.run(on);
    return { state: "passed", found, seconds: seconds() };
  } catch (error) {
    return { state: "failed", found: explain(error), seconds: seconds() };
  }
}

export const hasFailed = (results: Results): boolean => [...results.values()].some(({ state }) => state === "failed");
