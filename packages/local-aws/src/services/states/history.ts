import type { HistoryEventType } from "@aws-sdk/client-sfn";
import type { HistoryEvent, Records } from "./records.ts";

/** What the interpreter reports, as far as it is read here. */
export interface InterpreterEvent {
  type: string;
  timestamp: number;
  state?: { name: string; type: string; input?: unknown; output?: unknown };
  parentState?: { name: string; type: string };
  index?: number;
  [other: string]: unknown;
}

/** Writes an execution's history in AWS's event types. https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html */
export class History {
  readonly #records: Records;
  readonly #arn: string;
  #last: number;

  /** @param last number of events that are there already. */
  constructor(records: Records, arn: string, last: number) {
    this.#records = records;
    this.#arn = arn;
    this.#last = last;
  }

  /** @param details by AWS's name, as `{ taskScheduledEventDetails: {...} }`. */
  add(type: HistoryEventType, details: Record<string, unknown> = {}, timestamp = Date.now()): void {
    const id = ++this.#last;
    const event: HistoryEvent = { id, previousEventId: id - 1, timestamp, type, ...details };
    this.#records.addEvent(this.#arn, event);
  }

  /** Translates one of the interpreter's events; what AWS has no event for is passed over. */
  addFrom(event: InterpreterEvent): void {
    const { type, state, timestamp, parentState, index } = event;
    const truncated = { truncated: false };
    switch (type) {
      case "StateEntered":
        this.add(
          `${state!.type}StateEntered` as HistoryEventType,
          {
            stateEnteredEventDetails: {
              name: state!.name,
              input: JSON.stringify(state!.input),
              inputDetails: truncated,
            },
          },
          timestamp,
        );
        break;
      case "StateExited":
        this.add(
          `${state!.type}StateExited` as HistoryEventType,
          {
            stateExitedEventDetails: {
              name: state!.name,
              output: JSON.stringify(state!.output),
              outputDetails: truncated,
            },
          },
          timestamp,
        );
        break;
      case "MapIterationStarted":
      case "MapIterationSucceeded":
      case "MapIterationFailed": {
        const key = `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
        this.add(type, { [key]: { name: parentState!.name, index } }, timestamp);
        break;
      }
      case "ParallelBranchStarted":
      case "ParallelBranchSucceeded":
        break;
    }
  }
}
