import { RequestError } from "./http.ts";

/** Levels of nesting that are read: DynamoDB stores 32, and what is nested deeper is an attack, not data. */
const DEEPEST = 30;
/** Names that JavaScript would take for a way to an object's prototype. */
const PROTOTYPES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/**
 * What a caller's JSON says, once it is safe to look at.
 * @throws {RequestError} 400: not JSON, or with a {@link flawOf flaw}.
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RequestError(400, "the body is not JSON");
  }
  const flaw = flawOf(value);
  if (flaw) throw new RequestError(400, `the body ${flaw}`);
  return value;
}

/**
 * Why parsed JSON is not safe to look at: it is nested too deeply for code that calls itself, or has names that reach an
 * object's prototype.
 * @returns what is wrong, as the rest of a sentence; undefined when nothing is.
 */
export function flawOf(value: unknown): string | undefined {
  // One level after the other: a loop has no stack that nesting could exhaust.
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    const objects = level.filter((one): one is object => typeof one === "object" && one !== null);
    if (depth === DEEPEST && objects.length > 0) return `is nested more than ${DEEPEST} levels deep`;
    for (const object of objects) {
      const name = Array.isArray(object) ? undefined : Object.keys(object).find((one) => PROTOTYPES.has(one));
      if (name !== undefined) return `has a field ${name}, and no field may be called that`;
    }
    level = objects.flatMap((one) => Object.values(one));
  }
  return undefined;
}
