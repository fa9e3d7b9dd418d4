import { invalid } from "../errors.ts";
import { type Path, pathText } from "./tree.ts";

/** Refuses paths of which one lies within another, or one that takes for a map what another takes for a list. */
export function checkOverlap(title: string, paths: Path[]): void {
  for (const [index, one] of paths.entries()) {
    for (const other of paths.slice(index + 1)) {
      const fault = relation(one, other);
      if (!fault) continue;
      throw invalid(
        `Invalid ${title}: Two document paths ${fault}; must remove or rewrite one of these paths; path one: ${pathText(one)}, path two: ${pathText(other)}`,
      );
    }
  }
}

function relation(one: Path, other: Path): string | undefined {
  for (let i = 0; ; i++) {
    const a = one[i];
    const b = other[i];
    if (a === undefined || b === undefined) return "overlap with each other";
    if (typeof a !== typeof b) return "conflict with each other";
    if (a !== b) return undefined;
  }
}
