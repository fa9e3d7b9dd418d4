import { explain } from "../failure.ts";

/** One thing that was looked at. `fix` is what to do when it is not `ok`. */
export interface Finding {
  check: string;
  ok: boolean;
  found: string;
  fix?: string;
}

/** What a look comes to. */
export type Result = Omit<Finding, "check">;

/** What is found where nothing could be. */
export const unseen = "could not be looked up";

/** Looks, and says why where that was not possible. */
export async function look(check: string, run: () => Result | Promise<Result>): Promise<Finding> {
  try {
    return { check, ...(await run()) };
  } catch (error) {
    return { check, ok: false, found: unseen, fix: explain(error) };
  }
}
