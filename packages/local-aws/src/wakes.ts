/**
 * Notifies pollers of a source (a stream, a queue) that something was written to it, so that they need not poll fast.
 * It carries no data and grants nothing: pollers then read through the service's own operations, under IAM.
 */
export class Wakes {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** @param source a table's or queue's ARN. @returns a function that unsubscribes. */
  on(source: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(source) ?? new Set();
    this.#listeners.set(source, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(source) === listeners) this.#listeners.delete(source);
    };
  }

  ring(source: string): void {
    for (const listener of this.#listeners.get(source) ?? []) listener();
  }
}
