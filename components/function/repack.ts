import { dirname, join, relative } from "node:path";
import { bundleAll, bundleCache } from "./bundler.ts";
import { cache, root } from "./cache.ts";

/**
 * Bundles again the handlers that are made of changed files, as the program would.
 * @param changed files, relative to the program.
 * @param packages paths of the files that what runs is made of.
 * @returns the new place of each bundle, by the one that it had; `undefined` when not all that is made of these files is such
 * a bundle, or what it is made of is not known: then only the program can say.
 * @throws {Error} what is wrong with a handler.
 */
export async function repack(changed: string[], packages: string[]): Promise<Map<string, string> | undefined> {
  const folders = packages.map((path) => relative(root, dirname(path)));
  const inUse = new Set(folders.filter((folder) => folder.startsWith(`${cache}/bundles/`)));
  const records = bundleCache("esm")
    .records()
    .filter(({ folder }) => inUse.has(folder));
  const made = new Set(records.map(({ folder }) => folder));
  const isSource = (file: string) => records.some(({ sources }) => file in sources);
  if (made.size < inUse.size || !changed.every(isSource)) return undefined;

  const stale = records.filter(({ sources }) => changed.some((file) => file in sources));
  const bundled = await bundleAll(
    stale.map(({ entry }) => entry),
    "esm",
  );
  const moved = new Map<string, string>();
  for (const { entry, folder } of stale) {
    const [from, to] = [join(root, folder), join(root, bundled.get(entry) as string)];
    // Two handlers that were the same to the byte: whose function is which, only the program knows.
    if ((moved.get(from) ?? to) !== to) return undefined;
    moved.set(from, to);
  }
  return moved;
}
