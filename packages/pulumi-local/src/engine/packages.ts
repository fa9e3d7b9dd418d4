/** Packages among the inputs of resources: assets and archives that are files. */
import { sep } from "node:path";
import { withHash } from "./assets.ts";
import { type Archive, type Asset, isArchive, isAsset, type Properties } from "./provider.ts";
import { mapValues } from "./values.ts";

type Package = Asset | Archive;

const isPackage = (value: unknown): value is Package => isAsset(value) || isArchive(value);

const mapPackages = (inputs: Properties, change: (one: Package) => Package): Properties =>
  mapValues(inputs, (leaf) => (isPackage(leaf) ? change(leaf) : leaf)) as Properties;

/** The inputs with other content in every package. */
export const repacked = (inputs: Properties): Properties =>
  mapPackages(inputs, (one) => ({ ...one, hash: `another than ${one.hash}` }));

/** Paths of the packages' files and folders. */
export function packagePaths(inputs: Properties): string[] {
  const paths: string[] = [];
  mapPackages(inputs, (one) => {
    paths.push(...pathsOf(one));
    return one;
  });
  return paths;
}

function pathsOf(one: Package): string[] {
  if (isAsset(one)) return one.path === undefined ? [] : [one.path];
  return [...(one.path === undefined ? [] : [one.path]), ...Object.values(one.assets ?? {}).flatMap(pathsOf)];
}

/** @param places new places of files and folders, by those that they had. @returns where the path leads now. */
export function newPlace(path: string, places: ReadonlyMap<string, string>): string | undefined {
  for (const [from, to] of places) {
    if (path === from || path.startsWith(from + sep)) return to + path.slice(from.length);
  }
  return undefined;
}

/** The inputs with the packages that lie elsewhere now, read anew. */
export const movedPackages = (inputs: Properties, places: ReadonlyMap<string, string>): Properties =>
  mapPackages(inputs, (one) => moved(one, places));

function moved(one: Package, places: ReadonlyMap<string, string>): Package {
  if (!pathsOf(one).some((path) => newPlace(path, places) !== undefined)) return one;
  if (isArchive(one) && one.assets) {
    const entries = Object.entries(one.assets).map(([name, asset]) => [name, moved(asset, places)] as const);
    return withHash({ kind: one.kind, assets: Object.fromEntries(entries) }, "");
  }
  return withHash({ kind: one.kind, path: newPlace(one.path as string, places) }, "");
}
