import type { Deployment, Session } from "./session.ts";

/**
 * One thing that is proved, in the order of the list of parts.
 * @template On what it needs: the cloud on this machine, or any deployment, one in a real account too.
 */
export interface Part<On extends Deployment = Session> {
  name: string;
  /** For the list of parts: what it proves. */
  description: string;
  judge: "pulumi" | "terraform" | "recorded";
  /** Parts that must have gone before; they run as well where they were not chosen. */
  needs?: string[];
  /** @returns what was found, for the table. @throws {Failure} naming what is not as it is to be. */
  run(on: On): Promise<string>;
}
