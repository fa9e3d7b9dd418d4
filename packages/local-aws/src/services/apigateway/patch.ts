/**
 * API Gateway's PATCH: operations on paths, of which each kind of resource allows a few.
 * https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
 */
import type { PatchOperation } from "@aws-sdk/client-api-gateway";
import { badRequest } from "./records.ts";

export interface Patch {
  op: "add" | "remove" | "replace";
  value?: string;
  /** The path's variable segments, unescaped (`~1` is a slash, `~0` a tilde). */
  segments: string[];
}

/** Changes `target` by one operation. */
export type PatchRule<T> = (target: T, patch: Patch) => void;

/** What a kind of resource allows: path patterns, whose variable segments are written `*`, and what each one does. */
export type PatchRules<T> = Record<string, PatchRule<T>>;

/** Applies all operations, or throws `BadRequestException` at the first that is not allowed. */
export function applyPatch<T>(target: T, operations: PatchOperation[] | undefined, rules: PatchRules<T>): T {
  for (const { op, path = "", value } of operations ?? []) {
    if (op !== "add" && op !== "remove" && op !== "replace") {
      throw badRequest(`Invalid patch operation "${op}" specified. Must be 'add'|'remove'|'replace'`);
    }
    const given = path.split("/").slice(1);
    const pattern = Object.keys(rules).find((rule) => matches(rule.split("/").slice(1), given));
    if (pattern === undefined) {
      const allowed = Object.keys(rules).map((rule) => rule.replaceAll("*", "{…}"));
      throw badRequest(
        `Invalid patch path  '${path}' specified for op '${op}'. Must be one of: [${allowed.join(", ")}]`,
      );
    }
    // Adding to a list names the new member in the path itself.
    const named = op === "add" && pattern.endsWith("/*");
    if (op !== "remove" && !named && value === undefined)
      throw badRequest(`Patch operation '${op}' on '${path}' needs a value`);
    const variable = pattern.split("/").slice(1);
    const segments = given.filter((_, i) => variable[i] === "*").map(unescapePointer);
    rules[pattern]!(target, { op, ...(value !== undefined && { value }), segments });
  }
  return target;
}

export const unescapePointer = (text: string): string => text.replaceAll("~1", "/").replaceAll("~0", "~");
export const escapePointer = (text: string): string => text.replaceAll("~", "~0").replaceAll("/", "~1");

function matches(pattern: string[], path: string[]): boolean {
  return pattern.length === path.length && pattern.every((part, i) => part === "*" || part === path[i]);
}

type Kind = "string" | "number" | "boolean";

/** A plain property: set by add and replace, dropped by remove. */
export function property<T extends object>(name: keyof T & string, kind: Kind = "string"): PatchRule<T> {
  return (target, { op, value }) => {
    if (op === "remove") delete target[name];
    else (target as Record<string, unknown>)[name] = parse(kind, name, value!);
  };
}

/** An entry of a map of strings, named by the path's (last) variable segment. */
export function entry<T extends object>(name: keyof T & string): PatchRule<T> {
  return (target, { op, value, segments }) => {
    const map = { ...(target[name] as Record<string, string> | undefined) };
    if (op === "remove") delete map[segments.at(-1)!];
    else map[segments.at(-1)!] = value ?? "";
    (target as Record<string, unknown>)[name] = map;
  };
}

/** A member of a list of strings, named by the path's segment (or by the value, when the path ends at the list). */
export function member<T extends object>(name: keyof T & string): PatchRule<T> {
  return (target, { op, value, segments }) => {
    const old = segments.at(-1) ?? value!;
    const list = ((target[name] as string[] | undefined) ?? []).filter((item) => item !== old);
    if (op === "add") list.push(old);
    if (op === "replace") list.push(value!);
    (target as Record<string, unknown>)[name] = list;
  };
}

export function parse(kind: Kind, name: string, value: string): string | number | boolean {
  if (kind === "string") return value;
  if (kind === "number") {
    const number = Number(value);
    if (value.trim() === "" || !Number.isFinite(number))
      throw badRequest(`Invalid value '${value}' for ${name}: a number`);
    return number;
  }
  if (value !== "true" && value !== "false") throw badRequest(`Invalid value '${value}' for ${name}: true or false`);
  return value === "true";
}
