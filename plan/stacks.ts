/** What a plan is made of: a stack before a change and after it, whichever engine tells of them. */
import { isDeepStrictEqual } from "node:util";
import { comparable } from "./values.ts";

/** A resource as a plan reads it. */
export interface PlannedResource {
  urn: string;
  /** Pulumi's type token: `aws:dynamodb/table:Table`. */
  type: string;
  /** As the program calls it. */
  name: string;
  /** URN of the component that it belongs to. */
  parent?: string;
  /** Physical id; absent for what is not made yet. */
  id?: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

export type Operation = "create" | "update" | "replace" | "delete";

/** A resource that is not left as it is. */
export interface Change {
  operation: Operation;
  /** As it will be; as it was, for one that goes. */
  resource: PlannedResource;
  /** Input properties that differ, for an update or a replacement. */
  properties: PropertyChange[];
}

export interface PropertyChange {
  name: string;
  before: unknown;
  after: unknown;
}

export interface Stacks {
  before: PlannedResource[];
  after: PlannedResource[];
  changes: Change[];
}

/**
 * What differs between two states of one stack. A resource with another physical id has been replaced. Only resources of
 * providers count: components make nothing themselves.
 */
export function changesBetween(before: PlannedResource[], after: PlannedResource[]): Change[] {
  const old = new Map(before.map((one) => [one.urn, one]));
  const kept = new Set(after.map(({ urn }) => urn));
  const changed = after.filter(isMade).flatMap((resource): Change[] => {
    const was = old.get(resource.urn);
    if (!was) return [{ operation: "create", resource, properties: [] }];
    const properties = propertiesBetween(was.inputs, resource.inputs);
    if (was.id !== resource.id) return [{ operation: "replace", resource, properties }];
    return properties.length > 0 ? [{ operation: "update", resource, properties }] : [];
  });
  const gone = before.filter((one) => isMade(one) && !kept.has(one.urn));
  return [...changed, ...gone.map((resource): Change => ({ operation: "delete", resource, properties: [] }))];
}

/** Input properties whose values differ, as they are compared. */
export function propertiesBetween(before: Record<string, unknown>, after: Record<string, unknown>): PropertyChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !name.startsWith("__"));
  return names
    .map((name) => ({ name, before: comparable(before[name]), after: comparable(after[name]) }))
    .filter((one) => !isDeepStrictEqual(one.before, one.after));
}

/** Whether a provider makes it, and not the program alone. */
export const isMade = ({ type, id }: PlannedResource): boolean =>
  id !== "" &&
  (type.startsWith("aws:") || type.startsWith("docker-build:") || type.startsWith("pulumi-nodejs:dynamic"));

/** `aws:lambda/function:Function` as `lambda:Function`. */
export const shortType = (type: string): string => type.replace(/^aws:/, "").replace(/\/[^:]*:/, ":");

/** As the program calls what a URN names. */
export const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");

/** How a plan calls a resource: `lambda:Function iris-read`. */
export const labelOf = ({ type, name }: Pick<PlannedResource, "type" | "name">): string => `${shortType(type)} ${name}`;
