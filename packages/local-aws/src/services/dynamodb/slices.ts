/** Long work in slices, so that the one thread is free in between. */
import { setImmediate as soon } from "node:timers";
import { setImmediate } from "node:timers/promises";

/** Milliseconds for which it may be kept, about: a last step goes beyond. */
const longest = 4;

/** Between two steps of something long: lets others in when it has been long enough. */
export class Slices {
  #since = performance.now();

  /** Whether it is time for {@link rest}. */
  get isLong(): boolean {
    return performance.now() - this.#since >= longest;
  }

  async rest(): Promise<void> {
    await setImmediate();
    this.#since = performance.now();
  }
}

/** Requests that arrive at once are not all done at once: for those that come when it has been long enough, the turn is over. */
export class Turns {
  #began: number | undefined;

  /** Whether who is asking is to {@link rest} first, and to ask again. */
  get isOver(): boolean {
    if (this.#began !== undefined) return performance.now() - this.#began >= longest;
    this.#began = performance.now();
    soon(() => {
      this.#began = undefined;
    });
    return false;
  }

  async rest(): Promise<void> {
    await setImmediate();
  }
}
