/** How much of what is paid by use a month takes. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { Failure } from "../scripts/lib/failure.ts";

/** @returns what is expected of a resource, by its type (`lambda:Function`) and name. */
export type Usage = (type: string, name: string) => Record<string, number>;

/** @throws {Failure} naming the file, the line's key, its value and what is allowed. */
export function readUsage(path: string): Usage {
  const lines = read(path);
  return (type, name) => ({ ...lines[type], ...lines[name] });
}

function read(path: string): Record<string, Record<string, number>> {
  let given: unknown;
  try {
    given = parse(readFileSync(path, "utf8")) ?? {};
  } catch (error) {
    throw new Failure(`${path}: ${(error as Error).message.split("\n")[0]}`);
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new Failure(`${path} is ${JSON.stringify(given)}; allowed is a mapping of types or names to amounts`);
  }
  for (const [key, amounts] of Object.entries(given)) {
    if (typeof amounts !== "object" || amounts === null) {
      throw new Failure(`${path}: ${key} is ${JSON.stringify(amounts)}; allowed are amounts, as { requests: 1000 }`);
    }
    for (const [what, amount] of Object.entries(amounts)) {
      if (typeof amount === "number" && Number.isFinite(amount) && amount >= 0) continue;
      throw new Failure(`${path}: ${key}.${what} is ${JSON.stringify(amount)}; allowed is a number from 0 on`);
    }
  }
  return given as Record<string, Record<string, number>>;
}
