/**
 * Queries in CloudWatch Logs Insights' own language: commands with `|` between them. What is not known here is refused by name.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
import { type Evaluate, ExpressionParser, type Use } from "./expressions.ts";
import { parsed } from "./parseCommand.ts";
import { Scanner } from "./scanner.ts";
import {
  type Column,
  dedup,
  extend,
  filter,
  limit,
  type Order,
  type Stage,
  type Step,
  sort,
  stats,
  tell,
} from "./stages.ts";

export interface Query {
  /** Names of the fields that results have, in their order. */
  columns: string[];
  /** Whether results are events, which have a pointer, and not groups of them. */
  events: boolean;
  /** Begins an execution. @param match is told of each event that passes the conditions. */
  begin(sink: Stage, match: () => void): Stage;
}

/** Most rows of a result; fewer by `limit`. */
const mostRows = 10_000;
/** Rows that are put in order, where steps after it may leave some out. */
const mostSorted = 100_000;
const maxCharacters = 10_000;

/** @param most rows that the caller wants. @throws AwsError `MalformedQueryException`, with the place of the fault. */
export function parseQuery(text: string, most = mostRows): Query {
  const scanner = new Scanner(text);
  const whole = { start: 0, end: text.length };
  if (text.length > maxCharacters) throw scanner.wrong(`the query has more than ${maxCharacters} characters`, whole);
  const commands = new Commands(scanner);
  // A first `|` is allowed.
  scanner.skip("|");
  while (!scanner.ended) {
    commands.read();
    if (!scanner.ended) scanner.expect("|");
  }
  return commands.query(Math.min(most, mostRows));
}

class Commands {
  readonly #scanner: Scanner;
  readonly #steps: Step[] = [];
  #columns: string[] = [];
  /** Whether the columns are those of a query without `fields`. */
  #usual = true;
  /** By `display`, which takes the place of all that `fields` has named. */
  #displayed: string[] | undefined;
  #events = true;
  /** How many of the steps, from the first, look at each event by itself: events are put in order after them. */
  #leading = 0;
  /** Whether the newest events come first, since nothing else puts them in order. */
  #newestFirst = true;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  read(): void {
    const scanner = this.#scanner;
    const token = scanner.next;
    const name = token.value.toLowerCase();
    if (token.kind !== "word" || !Object.hasOwn(this.#commands, name)) {
      const known = Object.keys(this.#commands).join(", ");
      throw scanner.wrong(`a command is expected; the local cloud has ${known}`);
    }
    scanner.take();
    this.#commands[name]!();
  }

  query(most: number): Query {
    const order: Order = { value: (row) => row.get("@timestamp"), descending: true };
    const [first, rest] = [this.#steps.slice(0, this.#leading), this.#steps.slice(this.#leading)];
    if (this.#newestFirst) rest.unshift(sort([order], rest.length > 0 ? mostSorted : most));
    const columns = this.#displayed ?? (this.#usual ? [...usual, ...this.#columns] : this.#columns);
    return {
      columns: [...new Set(columns)],
      events: this.#events,
      begin: (sink, match) =>
        [...first, tell(match), ...rest, limit(most)].toReversed().reduce((next, step) => step(next), sink),
    };
  }

  readonly #commands: Record<string, () => void> = {
    fields: () => {
      if (this.#usual) this.#columns = [];
      this.#usual = false;
      this.#add(this.#columnList(), (names) => this.#columns.push(...names));
    },
    display: () => {
      this.#displayed = [];
      this.#add(this.#columnList(), (names) => this.#displayed?.push(...names));
    },
    filter: () => {
      this.#step(filter(this.#expression()));
    },
    parse: () => {
      const { names, read } = parsed(this.#scanner);
      this.#columns.push(...names);
      this.#step(extend(names, read));
    },
    stats: () => {
      const uses: Use[] = [];
      const columns = this.#columnList(uses);
      const by = this.#scanner.skip("by") ? this.#columnList() : [];
      this.#steps.push(stats(columns, by, uses));
      this.#columns = [...by, ...columns].map(({ name }) => name);
      this.#displayed = undefined;
      this.#usual = false;
      this.#events = false;
      this.#newestFirst = false;
    },
    sort: () => {
      const orders: Order[] = [];
      do {
        const value = this.#expression();
        const descending = this.#scanner.skip("desc");
        if (!descending) this.#scanner.skip("asc");
        orders.push({ value, descending });
      } while (this.#scanner.skip(","));
      this.#newestFirst = false;
      this.#steps.push(sort(orders, mostSorted));
    },
    limit: () => {
      const { kind, value } = this.#scanner.next;
      const count = Number(value);
      if (kind !== "number" || !Number.isInteger(count) || count < 1 || count > mostRows)
        throw this.#scanner.wrong(`a whole number from 1 to ${mostRows} is expected`);
      this.#scanner.take();
      this.#steps.push(limit(count));
    },
    dedup: () => {
      const values = this.#columnList().map((column) => column.value);
      this.#steps.push(dedup(values));
    },
  };

  /** A step that looks at each row by itself. */
  #step(step: Step): void {
    if (this.#leading === this.#steps.length) this.#leading++;
    this.#steps.push(step);
  }

  #add(columns: Column[], show: (names: string[]) => void): void {
    show(columns.map(({ name }) => name));
    const made = columns.filter(({ plain }) => !plain);
    if (made.length === 0) return;
    const names = made.map(({ name }) => name);
    this.#step(extend(names, (row) => made.map(({ value }) => value(row, []))));
  }

  #expression(uses?: Use[]): Evaluate {
    return new ExpressionParser(this.#scanner, uses).parse();
  }

  /** `a, strlen(b) as c`: what has no name of its own is called as it is written. */
  #columnList(uses?: Use[]): Column[] {
    const columns: Column[] = [];
    do {
      const { start, kind } = this.#scanner.next;
      const value = this.#expression(uses);
      const written = this.#scanner.text
        .slice(start, this.#scanner.next.start)
        .replace(/#[^\n]*/g, "")
        .trim();
      const plain = (kind === "word" && /^[\w@$.[\]]+$/.test(written)) || /^`[^`]*`$/.test(written);
      const alias = this.#scanner.skip("as") ? this.#name() : undefined;
      columns.push({ name: alias ?? written.replaceAll("`", ""), value, plain: plain && alias === undefined });
    } while (this.#scanner.skip(","));
    return columns;
  }

  #name(): string {
    const token = this.#scanner.take();
    if (token.kind === "word" || token.kind === "quotedName" || token.kind === "text") return token.value;
    throw this.#scanner.wrong("a name is expected", token);
  }
}

/** What a query shows that names no fields. */
const usual = ["@timestamp", "@message"];
