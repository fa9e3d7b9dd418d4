/** Long work in slices, so that the one thread is free in between. */
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
