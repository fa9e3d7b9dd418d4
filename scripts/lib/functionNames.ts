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
  const chosen = names.flatMap((name) => {
    const found = known.includes(name) ? [name] : known.filter((one) => one.startsWith(`${name}-`));
    if (found.length === 0) throw new Failure(`There is no function "${name}". There are: ${known.join(", ")}`);
    return found;
  });
  return names.length > 0 ? [...new Set(chosen)] : known;
}
