import { statSync } from "node:fs";
import { dirname, join } from "node:path";

/** Of a file or folder: `PATH SIZE TIME`, by which another one is told from it. */
export function lineOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return `${path} ${stat?.isDirectory() ? "" : (stat?.size ?? "none")} ${stat?.mtimeMs ?? ""}`;
}

/**
 * What says which packages a program has, and how it is compiled, a line each, up to the root: its packages may be those of
 * the repository that it is in.
 */
export function installedAt(directory: string, tsconfig = "tsconfig.json"): string {
  const kept = ["package.json", "package-lock.json", "node_modules", "node_modules/.package-lock.json", tsconfig];
  const lines = kept.map((leaf) => lineOf(join(directory, leaf)));
  const above = dirname(directory);
  return above === directory ? lines.join("\n") : [...lines, installedAt(above, tsconfig)].join("\n");
}
