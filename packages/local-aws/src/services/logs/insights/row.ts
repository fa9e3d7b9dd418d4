/** Events as rows of a query: the fields that CloudWatch Logs finds in an event, and those that a query makes. */
import { parseJson } from "../../../jsonText.ts";
import type { StoredEvent } from "../events.ts";
import { Instant, type Value } from "./values.ts";

export interface Row {
  get(name: string): Value;
  set(name: string, value: Value): void;
}

/** A row that has only what a query made: a group of `stats`. */
export class MadeRow implements Row {
  readonly #fields = new Map<string, Value>();

  get(name: string): Value {
    return this.#fields.get(name);
  }

  set(name: string, value: Value): void {
    this.#fields.set(name, value);
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html */
export class EventRow implements Row {
  readonly #event: StoredEvent;
  readonly #log: string;
  readonly #own = new Map<string, Value>();
  #json: unknown;
  #lambda: Record<string, Value> | undefined;

  /** @param log account and group: `000000000000:/aws/lambda/f`. */
  constructor(event: StoredEvent, log: string) {
    this.#event = event;
    this.#log = log;
  }

  get(name: string): Value {
    return this.#own.has(name) ? this.#own.get(name) : name.startsWith("@") ? this.#system(name) : this.#found(name);
  }

  set(name: string, value: Value): void {
    this.#own.set(name, value);
  }

  #system(name: string): Value {
    const { timestamp, ingestionTime, message, stream, batch, index } = this.#event;
    switch (name) {
      case "@timestamp":
        return new Instant(timestamp);
      case "@ingestionTime":
        return new Instant(ingestionTime);
      case "@message":
        return message;
      case "@logStream":
        return stream;
      case "@log":
        return this.#log;
      case "@ptr":
        return Buffer.from(JSON.stringify([this.#log, batch, index])).toString("base64");
    }
    this.#lambda ??= lambdaFields(message);
    return Object.hasOwn(this.#lambda, name) ? this.#lambda[name] : undefined;
  }

  /** A field of the JSON in the message: `detail.items.0.name`. */
  #found(name: string): Value {
    if (this.#json === undefined) this.#json = jsonOf(this.#event.message);
    let value: unknown = this.#json;
    if (isObject(value) && Object.hasOwn(value, name)) value = (value as Record<string, unknown>)[name];
    else {
      for (const key of name.replace(/\[(\d+)\]/g, ".$1").split(".")) {
        if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
        value = (value as Record<string, unknown>)[key];
      }
    }
    if (value === null || value === undefined) return undefined;
    return isObject(value) ? JSON.stringify(value) : (value as Value);
  }
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** The JSON that a message is, or ends with. */
function jsonOf(message: string): unknown {
  const start = message.indexOf("{");
  if (start < 0 || !message.trimEnd().endsWith("}")) return null;
  try {
    return parseJson(message.slice(start));
  } catch {
    return null;
  }
}

/** What Lambda's own lines tell, a megabyte being a million bytes. */
const reported: [field: string, pattern: RegExp, factor: number][] = [
  ["@duration", /\tDuration: ([\d.]+) ms/, 1],
  ["@billedDuration", /\bBilled Duration: ([\d.]+) ms/, 1],
  ["@initDuration", /\bInit Duration: ([\d.]+) ms/, 1],
  ["@memorySize", /\bMemory Size: (\d+) MB/, 1_000_000],
  ["@maxMemoryUsed", /\bMax Memory Used: (\d+) MB/, 1_000_000],
];

function lambdaFields(message: string): Record<string, Value> {
  const [, type, requestId] = /^(START|END|REPORT) RequestId: ([0-9a-f-]{36})/.exec(message) ?? [];
  if (type === undefined) {
    const [, ofLine] = /^[^\t\n]{20,30}\t([0-9a-f-]{36})\t/.exec(message) ?? [];
    return ofLine === undefined ? {} : { "@requestId": ofLine };
  }
  const fields: Record<string, Value> = { "@type": type, "@requestId": requestId };
  if (type !== "REPORT") return fields;
  for (const [field, pattern, factor] of reported) {
    const [, number] = pattern.exec(message) ?? [];
    if (number !== undefined) fields[field] = Number(number) * factor;
  }
  return fields;
}
