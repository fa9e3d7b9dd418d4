import { createInterface } from "node:readline/promises";
import { Failure } from "./failure.ts";

/**
 * Whether the user says yes.
 * @throws {Failure} where nobody can be asked.
 */
export async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Failure("Nobody can be asked here. To delete without a question: --yes");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test(await terminal.question(`${question} [y/N] `));
  } finally {
    terminal.close();
  }
}
