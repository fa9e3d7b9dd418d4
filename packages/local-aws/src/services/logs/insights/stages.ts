/** Steps of a query: each takes rows, and hands rows on. */
import { aggregates } from "./aggregates.ts";
import { type Evaluate, timeOf, type Use } from "./expressions.ts";
import { MadeRow, type Row } from "./row.ts";
import { compare, isTrue, textOf, type Value } from "./values.ts";

export interface Stage {
  push(row: Row): void;
  /** No row comes any more. */
  end(): void;
}

/** Makes a step that hands on to the next. */
export type Step = (next: Stage) => Stage;

/** A value with the name of its column. */
export interface Column {
  name: string;
  value: Evaluate;
  /** It is a field as it is, which nothing has to be made of. */
  plain: boolean;
}

export const filter =
  (condition: Evaluate): Step =>
  (next) => ({
    push(row) {
      if (isTrue(condition(row, []))) next.push(row);
    },
    end: () => next.end(),
  });

export const tell =
  (pass: () => void): Step =>
  (next) => ({
    push(row) {
      pass();
      next.push(row);
    },
    end: () => next.end(),
  });

/** Gives each row further fields. @param read the fields' values; `undefined`: the row stays as it is. */
export const extend =
  (names: string[], read: (row: Row) => Value[] | undefined): Step =>
  (next) => ({
    push(row) {
      for (const [index, value] of (read(row) ?? []).entries()) row.set(names[index] as string, value);
      next.push(row);
    },
    end: () => next.end(),
  });

export const limit =
  (most: number): Step =>
  (next) => {
    let count = 0;
    return {
      push(row) {
        if (count++ < most) next.push(row);
      },
      end: () => next.end(),
    };
  };

const keyOf = (row: Row, values: Evaluate[]): string => JSON.stringify(values.map((value) => textOf(value(row, []))));

/** The first row of each combination of values. */
export const dedup =
  (values: Evaluate[]): Step =>
  (next) => {
    const seen = new Set<string>();
    return {
      push(row) {
        const key = keyOf(row, values);
        if (seen.has(key)) return;
        seen.add(key);
        next.push(row);
      },
      end: () => next.end(),
    };
  };

export interface Order {
  value: Evaluate;
  descending: boolean;
}

/** @param most how many rows are needed of it; further ones are forgotten on the way. */
export const sort =
  (orders: Order[], most: number): Step =>
  (next) => {
    let rows: Row[] = [];
    const sorted = () =>
      rows
        .map((row): [Row, Value[]] => [row, orders.map(({ value }) => value(row, []))])
        .sort(([, a], [, b]) => {
          for (const [index, { descending }] of orders.entries()) {
            const order = compare(a[index], b[index]);
            if (order !== 0) return descending ? -order : order;
          }
          return 0;
        })
        .map(([row]) => row)
        .slice(0, most);
    return {
      push(row) {
        rows.push(row);
        if (rows.length > 2 * most) rows = sorted();
      },
      end() {
        for (const row of sorted()) next.push(row);
        next.end();
      },
    };
  };

/** Groups that a query may have; rows of further ones are left out. */
const maxGroups = 100_000;

/** @param by what makes a group; without any, all rows are one. */
export const stats =
  (columns: Column[], by: Column[], uses: Use[]): Step =>
  (next) => {
    const groups = new Map<string, { names: Value[]; of: ReturnType<typeof begin> }>();
    const begin = () => uses.map(({ name }) => aggregates[name]!.begin());
    return {
      push(row) {
        const names = by.map(({ value }) => value(row, []));
        const key = JSON.stringify(names.map(textOf));
        const group = groups.get(key) ?? { names, of: begin() };
        if (!groups.has(key)) {
          if (groups.size >= maxGroups) return;
          groups.set(key, group);
        }
        for (const [index, { value, more }] of uses.entries()) {
          group.of[index]!.see(
            value(row, []),
            timeOf(row),
            more.map((one) => one(row, [])),
          );
        }
      },
      end() {
        if (groups.size === 0 && by.length === 0) groups.set("", { names: [], of: begin() });
        for (const { names, of } of groups.values()) {
          const row = new MadeRow();
          for (const [index, { name }] of by.entries()) row.set(name, names[index]);
          const results = of.map((aggregate) => aggregate.result());
          for (const { name, value } of columns) row.set(name, value(row, results));
          next.push(row);
        }
        next.end();
      },
    };
  };
