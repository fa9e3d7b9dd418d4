import { setTimeout as sleep } from "node:timers/promises";
import pc from "picocolors";

/** Milliseconds between two looks: at first, and at most. */
const polling = { first: 250, longest: 5_000 };

/**
 * Looks again and again, and shows on a terminal's standard error what it sees and for how long.
 * @param look what is there now.
 * @param state of it, in a word.
 * @returns what is there when `isDone` says so.
 */
export async function waitFor<Seen>(
  name: string,
  look: () => Promise<Seen>,
  { state, isDone }: { state: (seen: Seen) => string; isDone: (seen: Seen) => boolean },
): Promise<Seen> {
  const shown = process.stderr.isTTY;
  const began = Date.now();
  for (let wait = polling.first; ; wait = Math.min(wait * 1.5, polling.longest)) {
    const seen = await look();
    if (shown) {
      const seconds = Math.round((Date.now() - began) / 1_000);
      process.stderr.write(`\r\u001b[K${name} ${pc.yellow(state(seen))} ${pc.dim(`${seconds} s`)}`);
    }
    if (isDone(seen)) {
      if (shown) process.stderr.write("\n");
      return seen;
    }
    await sleep(wait);
  }
}
