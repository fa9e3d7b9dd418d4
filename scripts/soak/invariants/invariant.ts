import type { World } from "../world.ts";

/** What was looked at, and what is not as it was promised. */
export interface Found {
  checked: number;
  /** One sentence each. */
  broken: string[];
}

/** What holds of a platform, whatever has gone wrong on the way. */
export interface Invariant {
  name: string;
  /** Whether it may come true a little later, when what was tried again has been done. Default: it may. */
  final?: boolean;
  check(world: World): Promise<Found>;
}

/** Collects what is broken, sentence by sentence. */
export class Look implements Found {
  checked = 0;
  readonly broken: string[] = [];

  expect(holds: boolean, otherwise: string | (() => string)): void {
    this.checked++;
    if (!holds) this.broken.push(typeof otherwise === "string" ? otherwise : otherwise());
  }
}
