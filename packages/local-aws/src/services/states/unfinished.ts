/** Where an execution stands when it does not end well, and what of it counts when it goes on. */

/** How long after its end, in milliseconds. */
export const redrivablePeriod = 14 * 86_400_000;

/** A state that an execution did not come to the end of. */
export interface Unfinished {
  /** In the journal. */
  place: string;
  /** Number of the event by which it was entered. */
  enteredId: number;
}

/** An execution that went on after its end. */
export interface Redrive {
  /** Milliseconds since 1970. */
  at: number;
  /** Number of the last event before. */
  last: number;
  /** States that were run again, by the events by which they were entered. */
  again: number[];
  clientToken?: string;
}

/** States that an execution is in. */
export class OpenStates {
  readonly #entered = new Map<string, number | undefined>();

  enter(place: string, enteredId: number | undefined): void {
    this.#entered.set(place, enteredId);
  }

  /** It has an outcome, whatever became of the states in it. */
  leave(place: string): void {
    for (const inner of this.#entered.keys())
      if (inner === place || isWithin(inner, place)) this.#entered.delete(inner);
  }

  /** Those that have no other open state in them: where the execution stands. */
  innermost(): Unfinished[] {
    const all = [...this.#entered.keys()];
    return all
      .filter((place) => !all.some((other) => isWithin(other, place)))
      .map((place) => ({ place, enteredId: this.#eventOf(place, all) }));
  }

  /** Children of a map run have histories of their own: what counts there is the Map's event. */
  #eventOf(place: string, all: string[]): number {
    const around = all.filter((other) => other === place || isWithin(place, other)).sort((a, b) => b.length - a.length);
    return around.map((other) => this.#entered.get(other)).find((id) => id !== undefined) ?? 0;
  }
}

const isWithin = (inner: string, outer: string): boolean => inner.startsWith(`${outer} `);

/** An event, as far as it matters here. */
interface Told {
  id: number;
  previousEventId: number;
  type: string;
}

/** What of a history still counts: not the end, and nothing of what states did that are run again. */
export function remaining<Event extends Told>(events: Event[], redrives: Redrive[] = []): Event[] {
  return redrives.reduce((left, { last, again }) => {
    const dropped = new Set<number>();
    return left.filter(({ id, previousEventId, type }) => {
      if (id > last) return true;
      const drop =
        again.includes(previousEventId) ||
        dropped.has(previousEventId) ||
        /^Execution(Failed|TimedOut|Aborted)$/.test(type);
      if (drop) dropped.add(id);
      return !drop;
    });
  }, events);
}
