/** Archived objects, of which a copy can be read for some days once it is restored: here at once, on AWS within hours. */
import type { Version } from "./records.ts";

/** The answer's member about a restored copy. */
export const restoreOf = ({ restored }: Version): { Restore?: string } =>
  restored === undefined
    ? {}
    : { Restore: `ongoing-request="false", expiry-date="${new Date(restored).toUTCString()}"` };
