import type { Server } from "../lib/server.ts";

/** The nth operation. @throws when the server does not do what was asked. */
export type Operation = (n: number) => Promise<void>;

/** One row of the comparison. */
export interface Scenario {
  what: string;
  /** Operations of a turn. */
  count: number;
  /** How much is stored before, n and 10 n, where growth is what is measured. Default: the operation decides. */
  sizes?: [number, number];
  prepare(server: Server, size: number): Promise<Operation>;
  /** Part of the best peer's processor time that is the goal. Default 1. */
  share?: number;
  /** Milliseconds of processor time that are the goal, whatever the peers take. */
  most?: number;
  /** Items that an operation writes, where as many a second as the best peer's are a goal, too. */
  items?: number;
}
