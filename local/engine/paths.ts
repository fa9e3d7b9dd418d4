import { isObject } from "./values.ts";

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

/** `target` with what stands at `path` taken from `source`; neither is changed. */
export function copyAt(target: unknown, source: unknown, path: (string | number)[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return source;
  if (key === "*") {
    const keys = Array.isArray(target) ? [...target.keys()] : Object.keys(isObject(target) ? target : {});
    return keys.reduce((copied: unknown, each) => copyAt(copied, source, [each, ...rest]), target);
  }
  const from = isObject(source) ? (source as Record<string | number, unknown>)[key] : undefined;
  if (Array.isArray(target)) {
    return target.map((item, index) => (index === key ? copyAt(item, from, rest) : item));
  }
  const { [key]: current, ...others } = (isObject(target) ? target : {}) as Record<string | number, unknown>;
  const value = copyAt(current, from, rest);
  return value === undefined ? others : { ...others, [key]: value };
}

/** Whether the values at `path` differ. */
export function differsAt(before: unknown, after: unknown, path: (string | number)[]): boolean {
  return JSON.stringify(at(before, path)) !== JSON.stringify(at(after, path));
}

function at(value: unknown, [key, ...rest]: (string | number)[]): unknown {
  if (key === undefined) return value;
  if (key === "*") return isObject(value) ? Object.values(value).map((item) => at(item, rest)) : undefined;
  return isObject(value) ? at((value as Record<string | number, unknown>)[key], rest) : undefined;
}
