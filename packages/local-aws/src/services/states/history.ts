import type { HistoryEventType } from "@aws-sdk/client-sfn";
import type { Chain, Details } from "./language/frame.ts";
import type { HistoryEvent, Records } from "./records.ts";

/** An execution's history, in AWS's event types. https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html */
export class History {
  readonly #records: Records;
  readonly #arn: string;
  readonly #told: ((event: HistoryEvent) => void) | undefined;
  /** Numbers of events of before a restart that have not been repeated since, by what they say. */
  readonly #before = new Map<string, number[]>();
  #last: number;

  /**
   * @param before events that count, of those that are there already, and the last one's number: the execution passes
   * through its states again and repeats them.
   * @param told called with each new event.
   */
  constructor(
    records: Records,
    arn: string,
    before: { events: HistoryEvent[]; last: number },
    told?: (event: HistoryEvent) => void,
  ) {
    this.#records = records;
    this.#arn = arn;
    this.#told = told;
    this.#last = before.last;
    for (const { id, previousEventId: _, timestamp: __, type, ...details } of before.events) {
      const key = `${type} ${JSON.stringify(details)}`;
      this.#before.set(key, [...(this.#before.get(key) ?? []), id]);
    }
  }

  /**
   * @param details by AWS's name, as `{ taskScheduledEventDetails: {...} }`.
   * @param chain what comes before it. @param passing whether the next one comes after the same.
   * @returns its number.
   */
  add(type: string, details: Details, chain: Chain, passing = false, timestamp = Date.now()): number {
    const id = this.#repeated(type, details) ?? this.#new(type, details, chain.last, timestamp);
    if (!passing) chain.last = id;
    return id;
  }

  #repeated(type: string, details: Details): number | undefined {
    return this.#before.size === 0 ? undefined : this.#before.get(`${type} ${JSON.stringify(details)}`)?.shift();
  }

  #new(type: string, details: Details, previousEventId: number, timestamp: number): number {
    const id = ++this.#last;
    const event: HistoryEvent = { id, previousEventId, timestamp, type: type as HistoryEventType, ...details };
    this.#records.addEvent(this.#arn, event);
    this.#told?.(event);
    return id;
  }
}
