import { Failure } from "./failure.ts";

/**
 * The functions that a user means, of those that an output has: by whole name, or by the name of what they are part of.
 * @param names as typed; none: all of them.
 * @param all as the output says them.
 * @throws {Failure} for the first name that is none.
 * @example chooseFunctions(["notes"], ["notes-get-notes", "notes-post-notes", "whodis"]) // both of notes
 */
export function chooseFunctions(names: string[], all: string[]): string[] {
  const known = [...all].sort();
  return choose(names, [known], (name) => `There is no function "${name}". There are: ${known.join(", ")}`);
}

/**
 * The logs that a user means: {@link chooseFunctions}, and by name those that services write, of which none is meant otherwise.
 * @param services names of theirs.
 * @throws {Failure} for the first name that is none.
 */
export function chooseLogs(names: string[], functions: string[], services: string[]): string[] {
  const known = [functions, services].map((some) => [...some].sort());
  const [ofFunctions, ofServices] = known.map((some) => some.join(", "));
  const there = `There are: ${ofFunctions}${ofServices ? `; of services: ${ofServices}` : ""}`;
  return choose(names, known, (name) => `There is no log "${name}". ${there}`);
}

/** @param known the first ones are all that is meant without a name, and come first where a name is a part of it. */
function choose(names: string[], known: string[][], refusal: (name: string) => string): string[] {
  if (names.length === 0) return known[0] ?? [];
  const chosen = names.flatMap((name) => {
    if (known.some((some) => some.includes(name))) return [name];
    const parts = known.map((some) => some.filter((one) => one.startsWith(`${name}-`)));
    const found = parts.find((some) => some.length > 0);
    if (!found) throw new Failure(refusal(name));
    return found;
  });
  return [...new Set(chosen)];
}
