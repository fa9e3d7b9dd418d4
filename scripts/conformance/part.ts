import type { Session } from "./session.ts";

/** One thing that is proved, in the order of the list of parts. */
export interface Part {
  name: string;
  /** For the list of parts: what it proves. */
  description: string;
  judge: "pulumi" | "terraform";
  /** Parts that must have gone before; they run as well where they were not chosen. */
  needs?: string[];
  /** @returns what was found, for the table. @throws {Failure} naming what is not as it is to be. */
  run(session: Session): Promise<string>;
}
