/**
 * API Gateway's PATCH: operations on paths, of which each kind of resource allows a few.
 * https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
 */
import type { Op, PatchOperation } from "@aws-sdk/client-api-gateway";
import { badRequest, notFound } from "./records.ts";

export interface Patch {
  op: Op;
  value?: string;
  /** Of a copy: the path that is copied. */
  from?: string;
  /** The path's variable segments, unescaped (`~1` is a slash, `~0` a tilde). */
  segments: string[];
}

/** Changes `target` by one operation. */
export type PatchRule<T> = ((target: T, patch: Patch) => void) & {
  /** The operations that are allowed on it. Default: add, remove and replace. */
  ops?: Op[];
};

/** What a kind of resource allows: path patterns, whose variable segments are written `*`, and what each one does. */
export type PatchRules<T> = Record<string, PatchRule<T>>;

/** What a refused operation is told, in the words of its kind of resource. */
export type Refusal<T> = (patch: { op: string; path: string | undefined }, rules: PatchRules<T>) => string;

const USUAL: Op[] = ["add", "remove", "replace"];

/** Most kinds say no more. */
export const briefly = ({ path }: { path: string | undefined }): string => `Invalid patch path ${path ?? null}`;

/** Some name the paths on which the operation is allowed. */
export function naming<T>({ op, path }: { op: string; path: string | undefined }, rules: PatchRules<T>): string {
  const allowed = Object.keys(rules)
    .filter((rule) => (rules[rule]!.ops ?? USUAL).includes(op as Op))
    .map((rule) => rule.replaceAll("*", "{…}"));
  const hint = allowed.length > 0 ? `Must be one of: [${allowed.join(", ")}]` : "Please choose supported operations";
  return `Invalid patch path  '${path ?? null}' specified for op '${op}'. ${hint}`;
}

/** Applies all operations, or throws `BadRequestException` at the first that is not allowed. */
export function applyPatch<T>(
  target: T,
  operations: PatchOperation[] | undefined,
  rules: PatchRules<T>,
  refusal: Refusal<T> = briefly,
): T {
  for (const { op = "replace", path, value, from } of operations ?? []) {
    const given = (path ?? "").split("/").slice(1);
    const pattern = Object.keys(rules).find((rule) => matches(rule.split("/").slice(1), given));
    const rule = pattern === undefined ? undefined : rules[pattern];
    if (path === undefined || !rule || !(rule.ops ?? USUAL).includes(op as Op)) {
      throw badRequest(refusal({ op, path }, rules));
    }
    const variable = (pattern as string).split("/").slice(1);
    const segments = given.filter((_, i) => variable[i] === "*").map(unescapePointer);
    rule(target, {
      op: op as Op,
      ...(value !== undefined && { value }),
      ...(from !== undefined && { from }),
      segments,
    });
  }
  return target;
}

export const unescapePointer = (text: string): string => text.replaceAll("~1", "/").replaceAll("~0", "~");
export const escapePointer = (text: string): string => text.replaceAll("~", "~0").replaceAll("/", "~1");

function matches(pattern: string[], path: string[]): boolean {
  return pattern.length === path.length && pattern.every((part, i) => part === "*" || part === path[i]);
}

type Kind = "string" | "number" | "boolean";

/** The same rule, for these operations only. */
export const only = <T>(ops: Op[], rule: PatchRule<T>): PatchRule<T> =>
  Object.assign((target: T, patch: Patch) => rule(target, patch), { ops });

/** A plain property: set by add and replace, dropped by remove. */
export function property<T extends object>(name: keyof T & string, kind: Kind = "string"): PatchRule<T> {
  return (target, { op, value }) => {
    if (op === "remove" || (kind === "string" && !value)) delete target[name];
    else (target as Record<string, unknown>)[name] = parse(kind, name, value);
  };
}

/**
 * An entry of a map of strings, named by the path's (last) variable segment.
 * @param missing what is said when one that is not there is replaced or removed. Default: nothing.
 */
export function entry<T extends object>(name: keyof T & string, missing?: string): PatchRule<T> {
  return (target, { op, value, segments }) => {
    const map = { ...(target[name] as Record<string, string> | undefined) };
    const key = segments.at(-1)!;
    if (missing && op !== "add" && !Object.hasOwn(map, key)) throw notFound(missing);
    if (op === "remove") delete map[key];
    else map[key] = value ?? "";
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

/** @param value a number must have one; a boolean without one is false. */
export function parse(kind: Kind, name: string, value: string | undefined): string | number | boolean {
  if (kind === "string") return value ?? "";
  if (kind === "number") {
    const number = Number(value);
    if (!value?.trim() || !Number.isFinite(number))
      throw badRequest(`Invalid value '${value ?? null}' for ${name}: a number`);
    return number;
  }
  if (value !== undefined && value !== "true" && value !== "false")
    throw badRequest(`Invalid value '${value}' for ${name}: true or false`);
  return value === "true";
}
