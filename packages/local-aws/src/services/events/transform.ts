/**
 * A target's input: the whole event, a part of it, a constant, or a filled-in template.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
import type { Target } from "@aws-sdk/client-eventbridge";
import type { BusEvent } from "../../delivery/records.ts";

type Shaping = Pick<Target, "Input" | "InputPath" | "InputTransformer">;

export function transformed(event: BusEvent, target: Shaping, rule: { arn: string; name: string }): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(readPath(event, target.InputPath) ?? {});
  const transformer = target.InputTransformer;
  if (!transformer) return JSON.stringify(event);
  const values: Record<string, unknown> = {
    "aws.events.rule-arn": rule.arn,
    "aws.events.rule-name": rule.name,
    "aws.events.event.ingestion-time": new Date().toISOString(),
    "aws.events.event": event,
    "aws.events.event.json": event,
  };
  for (const [name, path] of Object.entries(transformer.InputPathsMap ?? {})) values[name] = readPath(event, path);
  return fill(transformer.InputTemplate ?? "", values);
}

/** `$.detail.bucket.name`, `$.resources[0]`, `$['detail-type']` */
export function readPath(value: unknown, path: string): unknown {
  if (!isPath(path)) return undefined;
  let found = value;
  for (const [, name, index, quoted] of path.slice(1).matchAll(step)) {
    const key = name ?? index ?? quoted ?? "";
    if (found === null || typeof found !== "object" || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

const step = /\.([^.[\]]+)|\[(\d+)\]|\['([^']+)'\]/g;

export const isPath = (path: string): boolean => /^\$(\.[^.[\]]+|\[\d+\]|\['[^']+'\])*$/.test(path);

/** Within quotes a value is text; outside it is JSON. */
function fill(template: string, values: Record<string, unknown>): string {
  let quoted = false;
  let result = "";
  for (let at = 0; at < template.length; at++) {
    const character = template[at] as string;
    if (character === "\\") {
      result += template.slice(at, ++at + 1);
      continue;
    }
    if (character === '"') quoted = !quoted;
    const name = character === "<" ? /^<([A-Za-z0-9_.-]+)>/.exec(template.slice(at, at + 260))?.[1] : undefined;
    if (name === undefined || !Object.hasOwn(values, name)) {
      result += character;
      continue;
    }
    result += quoted ? inText(values[name]) : JSON.stringify(values[name] ?? "");
    at += name.length + 1;
  }
  return result;
}

function inText(value: unknown): string {
  if (value === undefined || value === null) return "";
  // Nested values lose their quotes.
  const text = typeof value === "string" ? value : JSON.stringify(value).replaceAll('"', "");
  return JSON.stringify(text).slice(1, -1);
}
