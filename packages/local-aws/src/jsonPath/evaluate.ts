/**
 * JSONPath as Step Functions and API Gateway read it: that of the Java library Jayway, whose words its causes have.
 * https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
 */

/** Whether an item is taken. */
export type Filter = (item: unknown, root: unknown) => boolean;

export type Step =
  | { kind: "names"; names: string[] }
  | { kind: "indices"; indices: number[] }
  | { kind: "slice"; from?: number; to?: number }
  | { kind: "wildcard" }
  | { kind: "descend" }
  | { kind: "filter"; test: Filter }
  | { kind: "call"; name: string };

export interface Path {
  steps: Step[];
  /** It leads to one value at most; all others give a list of what they find. */
  definite: boolean;
}

/** A path that leads nowhere, in Jayway's words. */
export class PathError extends Error {}

/** Of a path's functions. */
export const calls: Record<string, (values: unknown[]) => unknown> = {
  length: (values) => values.length,
  size: (values) => values.length,
  min: (values) => Math.min(...numbers(values)),
  max: (values) => Math.max(...numbers(values)),
  sum: (values) => numbers(values).reduce((sum, value) => sum + value, 0),
  avg: (values) => numbers(values).reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1),
};
const numbers = (values: unknown[]): number[] => values.filter((value): value is number => typeof value === "number");

/** Every nested value, in document order, the value itself first. */
function* nested(value: unknown): Iterable<unknown> {
  yield value;
  if (typeof value !== "object" || value === null) return;
  for (const item of Object.values(value)) yield* nested(item);
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a step of a path that finds many makes of a value. */
function found(step: Step, value: unknown, root: unknown): unknown[] {
  switch (step.kind) {
    case "names":
      if (!isObject(value)) return [];
      return step.names.filter((name) => Object.hasOwn(value, name)).map((name) => value[name]);
    case "indices":
      if (!Array.isArray(value)) return [];
      return step.indices.map((index) => value.at(index)).filter((item) => item !== undefined);
    case "slice":
      return Array.isArray(value) ? value.slice(step.from ?? 0, step.to) : [];
    case "wildcard":
      return typeof value === "object" && value !== null ? Object.values(value) : [];
    case "descend":
      return [...nested(value)];
    case "filter": {
      const { test } = step;
      const items = Array.isArray(value) ? value : isObject(value) ? [value] : [];
      return items.filter((item) => test(item, root));
    }
    case "call":
      return [calls[step.name]!(Array.isArray(value) ? value : [value])];
  }
}

/** One value. @throws PathError */
function only(steps: Step[], root: unknown): unknown {
  let value = root;
  let path = "$";
  for (const [index, step] of steps.entries()) {
    const last = index === steps.length - 1;
    if (step.kind === "names") {
      const here = `${path}['${step.names.join("','")}']`;
      if (step.names.length > 1 && isObject(value)) {
        const object = value;
        value = Object.fromEntries(step.names.filter((name) => name in object).map((name) => [name, object[name]]));
      } else if (isObject(value) && Object.hasOwn(value, step.names[0]!)) value = value[step.names[0]!];
      else if (isObject(value))
        throw new PathError(last ? `No results for path: ${here}` : `Missing property in path ${here}`);
      else
        throw new PathError(
          `Expected to find an object with property ['${step.names[0]}'] in path ${path} but found '${javaClass(value)}'. This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonProvider'.`,
        );
      path = here;
    } else if (step.kind === "indices") {
      const here = `${path}[${step.indices[0]}]`;
      if (!Array.isArray(value))
        throw new PathError(
          `Filter: [${step.indices[0]}] can only be applied to arrays. Current context is: ${JSON.stringify(value)}`,
        );
      const item: unknown = value.at(step.indices[0]!);
      if (item === undefined)
        throw new PathError(last ? `No results for path: ${here}` : `Missing property in path ${here}`);
      value = item;
      path = here;
    } else value = found(step, value, root)[0];
  }
  return value;
}

const javaClass = (value: unknown): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "java.util.ArrayList";
  const names: Record<string, string> = { string: "String", boolean: "Boolean" };
  return `java.lang.${names[typeof value] ?? (Number.isInteger(value) ? "Integer" : "Double")}`;
};

/**
 * What a path leads to: a value, or, where it may find many, a list of them, which may be empty.
 * @throws PathError where it leads to one and that is not there.
 */
export function evaluatePath({ steps, definite }: Path, root: unknown): unknown {
  if (definite) return only(steps, root);
  let values = [root];
  for (const [index, step] of steps.entries()) {
    if (step.kind === "call" && index === steps.length - 1) return calls[step.name]!(values);
    values = values.flatMap((value) => found(step, value, root));
  }
  return values;
}

/** Puts a value where a path of names and indices leads, making the objects on its way. @throws PathError */
export function putAt({ steps }: Path, root: unknown, value: unknown): unknown {
  const [step, ...rest] = steps;
  if (!step) return value;
  const inner: Path = { steps: rest, definite: true };
  if (step.kind === "names" && step.names.length === 1) {
    const name = step.names[0]!;
    if (root !== undefined && !isObject(root)) throw new PathError(`Cannot set '${name}' in ${JSON.stringify(root)}`);
    // Names are a user's: `constructor` leads nowhere.
    const there = root && Object.hasOwn(root, name) ? root[name] : undefined;
    return { ...root, [name]: putAt(inner, there, value) };
  }
  if (step.kind === "indices" && step.indices.length === 1) {
    const index = step.indices[0]!;
    if (!Array.isArray(root) || index >= root.length) throw new PathError(`There is no element ${index}`);
    return root.with(index, putAt(inner, root[index], value));
  }
  throw new PathError("A reference path has names and indices only");
}
