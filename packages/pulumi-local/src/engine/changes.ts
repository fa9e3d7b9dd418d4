/** What differs between two sets of a resource's inputs, down to the values: what an update shows. */
import { isArchive, isAsset, type Properties } from "./provider.ts";
import { containsSecret, isObject, Reference, Secret, unknown } from "./values.ts";

/** One value that differs. A secret is `[secret]`, what only a deployment will know `[unknown]`; absent: there is none. */
export interface Change {
  /** `environment.variables.TABLE`, `tags["a.b"]` */
  path: string;
  before?: unknown;
  after?: unknown;
}

/** Of one resource: more are of no use to a reader. */
const most = 100;

/** @param keys the properties that differ; others are not looked at. */
export function changesOf(before: Properties, after: Properties, keys: readonly string[]): Change[] {
  const found: Change[] = [];
  for (const key of keys) differences(key, before[key], after[key], found);
  return found.slice(0, most);
}

function differences(path: string, before: unknown, after: unknown, found: Change[]): void {
  if (found.length >= most) return;
  const [old, young] = [opened(before), opened(after)];
  if (isBranch(old) && isBranch(young) && Array.isArray(old) === Array.isArray(young)) {
    for (const key of new Set([...Object.keys(old), ...Object.keys(young)])) {
      const step = Array.isArray(old) ? `[${key}]` : /^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
      differences(path + step, old[key], young[key], found);
    }
    return;
  }
  const [from, to] = [shown(before), shown(after)];
  const hidden = containsSecret(before) || containsSecret(after);
  if (!hidden && JSON.stringify(from) === JSON.stringify(to)) return;
  if (hidden && sameSecret(before, after)) return;
  found.push({
    path,
    ...(before !== undefined && { before: hidden ? "[secret]" : from }),
    ...(after !== undefined && { after: hidden ? "[secret]" : to }),
  });
}

/** Policies and other documents are texts in JSON: what differs in them is looked for within. */
function opened(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[{[]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const isBranch = (value: unknown): value is Record<string, unknown> =>
  isObject(value) &&
  !(value instanceof Secret) &&
  !(value instanceof Reference) &&
  !isAsset(value) &&
  !isArchive(value);

function shown(value: unknown): unknown {
  if (value === unknown) return "[unknown]";
  if (value instanceof Reference) return value.id ?? value.urn;
  if (isAsset(value) || isArchive(value)) return `${value.kind} ${value.hash.slice(0, 8)}`;
  if (Array.isArray(value)) return value.map(shown);
  if (isBranch(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shown(item)]));
  return value;
}

const bare = (value: unknown): unknown => (value instanceof Secret ? bare(value.value) : value);
const sameSecret = (before: unknown, after: unknown): boolean =>
  JSON.stringify(shown(bare(before))) === JSON.stringify(shown(bare(after)));
