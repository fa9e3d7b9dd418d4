/** Archives: what they keep of the events of a bus. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html */
import type { BusEvent } from "../../delivery/records.ts";
import { compilePattern, type EventMatcher } from "../../eventPattern/pattern.ts";
import type { Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";
import type { ArchiveRecord } from "./records.ts";

const day = 86_400_000;

export class Archives {
  readonly records: Collection<ArchiveRecord>;
  /** By archive, time and id. */
  readonly #events: Collection<BusEvent>;
  readonly #store: Cloud["store"];
  /** Of each bus, by its ARN; forgotten at every change of an archive. */
  #compiled = new Map<string, { name: string; matches: EventMatcher }[]>();

  constructor({ store }: Pick<Cloud, "store">) {
    this.#store = store;
    this.records = store.collection("events.archives");
    this.#events = store.collection("events.archived");
  }

  put(archive: ArchiveRecord): void {
    this.records.put(archive.name, archive);
    this.#compiled.clear();
  }

  remove(name: string): void {
    this.#store.transaction(() => {
      this.records.delete(name);
      for (const [key] of this.#events.entries(`${name}/`)) this.#events.delete(key);
    });
    this.#compiled.clear();
  }

  /** Keeps events that have just come; one that comes from an archive is there already. */
  add(busArn: string, events: BusEvent[]): void {
    const archives = this.#of(busArn);
    if (archives.length === 0) return;
    const kept = archives.flatMap(({ name, matches }) =>
      events
        .filter((event) => event["replay-name"] === undefined && matches(event))
        .map((event): [string, BusEvent] => [`${name}/${sortable(Date.parse(event.time))}-${event.id}`, event]),
    );
    this.#store.transaction(() => {
      for (const [key, event] of kept) this.#events.put(key, event);
    });
  }

  /** An archive's events in the order of their times; those past their days go. @param from, to milliseconds since 1970. */
  eventsOf({ name, retention }: ArchiveRecord, from = 0, to = Number.MAX_SAFE_INTEGER): BusEvent[] {
    const oldest = retention > 0 ? Date.now() - retention * day : 0;
    const kept: BusEvent[] = [];
    for (const [key, event] of this.#events.entries(`${name}/`)) {
      const time = Date.parse(event.time);
      if (time < oldest) this.#events.delete(key);
      else if (time >= from && time <= to) kept.push(event);
    }
    return kept;
  }

  #of(busArn: string) {
    let found = this.#compiled.get(busArn);
    if (!found) {
      found = this.records
        .values()
        .filter(({ source }) => source === busArn)
        .map(({ name, pattern }) => ({ name, matches: pattern === undefined ? () => true : compilePattern(pattern) }));
      this.#compiled.set(busArn, found);
    }
    return found;
  }
}

const sortable = (time: number): string => String(time).padStart(15, "0");

/** What an event counts for in an archive's size, in bytes. */
export const archivedSize = ({ source, "detail-type": type, time, detail, resources }: BusEvent): number =>
  [source, type, time, JSON.stringify(detail), ...resources].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
