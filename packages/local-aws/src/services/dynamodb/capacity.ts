/**
 * Consumed capacity, as answers report it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
import type { Table } from "./tables/table.ts";
import type { WriteUnits } from "./writes/change.ts";

export type Wanted = "NONE" | "TOTAL" | "INDEXES" | undefined;

/** Read units of so many bytes: one for each 4 KB, half of it where the read may be stale. */
export const readUnits = (size: number, consistent: boolean): number =>
  Math.max(1, Math.ceil(size / 4096)) * (consistent ? 1 : 0.5);

export interface Used {
  kind: "read" | "write";
  /** Units of the table itself, or of the index that was read instead. */
  units: number;
  /** Name of the index that was read. */
  index?: string | undefined;
  /** Units by name of the indexes that were written. */
  indexes?: Map<string, number>;
}

/** `ConsumedCapacity` of one table, where it is asked for. */
export function consumedCapacity(wanted: Wanted, table: Table, ...used: Used[]): object | undefined {
  if (wanted !== "TOTAL" && wanted !== "INDEXES") return undefined;
  return consumed(wanted, table, used, false);
}

/** That of several reads or writes of one table. @param named whether the kind of unit is named, as transactions do. */
function consumed(wanted: "TOTAL" | "INDEXES", table: Table, used: Used[], named: boolean): object {
  const indexes = new Map<string, number>();
  let own = 0;
  for (const { units, index, indexes: written } of used) {
    if (index === undefined) own += units;
    else indexes.set(index, (indexes.get(index) ?? 0) + units);
    for (const [name, more] of written ?? []) indexes.set(name, (indexes.get(name) ?? 0) + more);
  }
  const total = own + [...indexes.values()].reduce((sum, units) => sum + units, 0);
  const each = (units: number) => ({ CapacityUnits: units });
  const of = (wantedGlobal: boolean) =>
    Object.fromEntries(
      [...indexes]
        .filter(([name]) => table.definition.global.some((index) => index.name === name) === wantedGlobal)
        .map(([name, units]) => [name, each(units)]),
    );
  const global = of(true);
  const local = of(false);
  return {
    TableName: table.name,
    CapacityUnits: total,
    ...(wanted === "INDEXES" && {
      Table: each(own),
      ...(Object.keys(global).length > 0 && { GlobalSecondaryIndexes: global }),
      ...(Object.keys(local).length > 0 && { LocalSecondaryIndexes: local }),
    }),
    ...(named && { [used[0]?.kind === "read" ? "ReadCapacityUnits" : "WriteCapacityUnits"]: total }),
  };
}

/** What a write used, `times` as much in a transaction. */
export const writeUse = ({ table, indexes }: WriteUnits, times = 1): Used => ({
  kind: "write",
  units: table * times,
  indexes: new Map([...indexes].map(([name, units]) => [name, units * times])),
});

/** Uses by table, of a request to several. */
export class Consumption {
  readonly #wanted: Wanted;
  readonly #used = new Map<Table, Used[]>();
  readonly #transactional: boolean;

  constructor(wanted: Wanted, inTransaction = false) {
    this.#wanted = wanted;
    this.#transactional = inTransaction;
  }

  add(table: Table, used: Used): void {
    const list = this.#used.get(table) ?? [];
    list.push(used);
    this.#used.set(table, list);
  }

  /** `ConsumedCapacity` of an answer about several tables. */
  get result(): object[] | undefined {
    const wanted = this.#wanted;
    if (wanted !== "TOTAL" && wanted !== "INDEXES") return undefined;
    return [...this.#used].map(([table, used]) => consumed(wanted, table, used, this.#transactional));
  }
}
