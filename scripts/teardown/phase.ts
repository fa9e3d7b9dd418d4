import type { Doomed } from "./stack.ts";

/**
 * One phase of a teardown. It looks at what is there, never at what ran before: called again after it was killed, it goes on
 * with what is left.
 */
export interface Phase {
  name: string;
  /** What is to be done, a line each; nothing, where nothing is. */
  look(stack: Doomed): Promise<string[]>;
  run(stack: Doomed): Promise<void>;
}
