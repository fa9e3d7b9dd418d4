/** The deepest nesting that is accepted. AWS's services do not document theirs; it is the bound of a JSON parser that many use. */
export const deepest = 1_000;

/**
 * `JSON.parse` of what a caller sends. What is nested beyond {@link deepest} is refused here: whatever goes through it later
 * by recursion (`JSON.stringify` does) would fail half-way, at some other depth.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // Each level has two characters at least.
  if (text.length > 2 * deepest && isDeeper(value)) {
    throw new SyntaxError(`the JSON is nested deeper than ${deepest} levels`);
  }
  return value;
}

function isDeeper(value: unknown): boolean {
  let level = [value].filter(isNested);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === deepest) return true;
    level = level.flatMap((one) => Object.values(one).filter(isNested));
  }
  return false;
}

const isNested = (value: unknown): value is object => typeof value === "object" && value !== null;
