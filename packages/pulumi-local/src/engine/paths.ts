import { isDeepStrictEqual } from "node:util";
import { isObject, Secret } from "./values.ts";

/**
 * Property paths as `ignoreChanges` and `replaceOnChanges` write them: `tags.owner`, `rules[0].id`, `containers[*].image`,
 * `environment["a.b"]`. https://www.pulumi.com/docs/iac/concepts/resources/options/ignorechanges/
 */
export function parsePath(path: string): (string | number)[] {
  const keys: (string | number)[] = [];
  for (const [, name, index, quoted] of path.matchAll(/([^.[\]]+)|\[(\d+|\*)\]|\["((?:[^"\\]|\\.)*)"\]/g)) {
    if (quoted !== undefined) keys.push(quoted.replaceAll('\\"', '"'));
    else if (index !== undefined) keys.push(index === "*" ? "*" : Number(index));
    else keys.push(name!);
  }
  return keys;
}

/** `target` with what stands at `path` taken from `source` (or taken away, when it is not there); neither is changed. */
export function copyAt(target: unknown, source: unknown, path: (string | number)[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return source;
  if (target instanceof Secret || source instanceof Secret) {
    return new Secret(copyAt(open(target), open(source), path));
  }
  if (key === "*") {
    const keys = Array.isArray(target)
      ? [...target.keys()]
      : [...new Set([...Object.keys(isObject(target) ? target : {}), ...Object.keys(isObject(source) ? source : {})])];
    return keys.reduce((copied: unknown, each) => copyAt(copied, source, [each, ...rest]), target);
  }
  const from = isObject(source) ? (source as Record<string | number, unknown>)[key] : undefined;
  if (Array.isArray(target)) {
    return target.map((item, index) => (index === key ? copyAt(item, from, rest) : item));
  }
  const { [key]: current, ...others } = (isObject(target) ? target : {}) as Record<string | number, unknown>;
  const value = copyAt(current, from, rest);
  if (value !== undefined) return { ...others, [key]: value };
  // Nothing on either side: an object that was not there is not made either.
  return target === undefined ? undefined : others;
}

const open = (value: unknown): unknown => (value instanceof Secret ? value.value : value);

/** Whether the values at `path` differ. */
export const differsAt = (before: unknown, after: unknown, path: (string | number)[]): boolean =>
  !isDeepStrictEqual(at(before, path), at(after, path));

function at(value: unknown, [key, ...rest]: (string | number)[]): unknown {
  if (key === undefined) return value;
  if (key === "*") return isObject(value) ? Object.values(value).map((item) => at(item, rest)) : undefined;
  return isObject(value) ? at((value as Record<string | number, unknown>)[key], rest) : undefined;
}
