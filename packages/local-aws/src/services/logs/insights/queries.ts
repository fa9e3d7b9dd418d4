/** Queries that were started: each reads its groups' events bit by bit, so that nothing else has to wait for it. */
import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { QueryStatus } from "@aws-sdk/client-cloudwatch-logs";
import { protector } from "../dataProtection.ts";
import type { TimeRange } from "../events.ts";
import type { LogGroups } from "../groups.ts";
import type { Query } from "./parseQuery.ts";
import { EventRow, type Row } from "./row.ts";
import { textOf } from "./values.ts";

/** A field's name and what it shows. */
export type Shown = { field: string; value: string }[];

export interface Execution {
  id: string;
  groups: string[];
  /** As `DescribeQueries` shows it. */
  text: string;
  status: QueryStatus;
  /** Milliseconds since 1970. */
  created: number;
  results: Shown[];
  scanned: { records: number; bytes: number };
  matched: number;
}

/** Queries that are remembered; AWS remembers those of a week. */
const remembered = 200;

export class Queries {
  readonly #logs: LogGroups;
  readonly #executions = new Map<string, Execution>();

  constructor(logs: LogGroups) {
    this.#logs = logs;
  }

  get(id: string): Execution | undefined {
    return this.#executions.get(id);
  }

  /** The latest first. */
  all(): Execution[] {
    return [...this.#executions.values()].reverse();
  }

  /** @param text as it is to be shown. */
  start(query: Query, groups: string[], range: TimeRange, text: string): Execution {
    const execution: Execution = {
      ...{ id: randomUUID(), groups, text, status: "Running", created: Date.now() },
      ...{ results: [], scanned: { records: 0, bytes: 0 }, matched: 0 },
    };
    this.#executions.set(execution.id, execution);
    for (const id of [...this.#executions.keys()].slice(0, -remembered)) this.#executions.delete(id);
    this.#run(execution, query, range).catch((error: Error) => {
      execution.status = "Failed";
      console.error("logs:", error);
    });
    return execution;
  }

  /** Ends those that are under way. */
  stop(): void {
    for (const execution of this.#executions.values()) {
      if (execution.status === "Running") execution.status = "Cancelled";
    }
  }

  async #run(execution: Execution, query: Query, range: TimeRange): Promise<void> {
    const { columns, events } = query;
    const shown = (row: Row): Shown =>
      [...columns, ...(events ? ["@ptr"] : [])].flatMap((field) => {
        const value = row.get(field);
        return value === undefined ? [] : [{ field, value: textOf(value) }];
      });
    const results: Shown[] = [];
    const sink = { push: (row: Row) => results.push(shown(row)), end: () => {} };
    const first = query.begin(sink, () => execution.matched++);
    for (const group of execution.groups) {
      const record = this.#logs.groups.get(group);
      if (!record) continue;
      const shownEvent = protector(record);
      const log = `${this.#logs.cloud.accountId}:${group}`;
      for (const batch of this.#logs.events.batches(group, range)) {
        for (const event of batch) {
          execution.scanned.records++;
          execution.scanned.bytes += event.message.length;
          first.push(new EventRow(shownEvent(event), log));
        }
        await setImmediate();
        if (execution.status !== "Running") return;
      }
    }
    first.end();
    execution.results = results;
    execution.status = "Complete";
  }
}
