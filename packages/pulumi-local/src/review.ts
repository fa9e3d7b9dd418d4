import pc from "picocolors";
import type { Engine } from "./engine/index.ts";
import type { LocalConfig } from "./localConfig.ts";

/**
 * What the program's own `review` says of the stack, printed line by line.
 * @param print takes each line.
 * @returns what reviews the stack as it is now, to be called after each run: a line that was printed is printed again only
 * after a review without it. It never fails: what goes wrong in a review is printed.
 */
export function reviewer(
  engine: Pick<Engine, "snapshot">,
  review: LocalConfig["review"],
  print: (line: string) => void,
): () => Promise<void> {
  let before = new Set<string>();
  return async () => {
    if (!review) return;
    try {
      const lines = new Set(await review(engine.snapshot()));
      for (const line of lines) if (!before.has(line)) print(`${pc.yellow("warning")} ${line}`);
      before = lines;
    } catch (error) {
      print(`${pc.yellow("warning")} local.config.ts: review: ${(error as Error).message}`);
    }
  };
}
