/** What a projection leaves of an item: the structure around each path stays, with nothing else in it. */
import { type AttributeValue, attribute, type Item, setAttribute } from "../items/types.ts";
import type { Path } from "./tree.ts";

/** Parts by their first element: what is below it, or `true` for all of it. */
type Tree = Map<string | number, Tree | true>;

export function project(item: Item, paths: readonly Path[]): Item {
  return pick(item, treeOf(paths));
}

function treeOf(paths: readonly Path[]): Tree {
  const root: Tree = new Map();
  for (const path of paths) {
    let level = root;
    for (const [index, part] of path.entries()) {
      if (index === path.length - 1) level.set(part, true);
      else {
        const below = level.get(part);
        if (below === true) break;
        const next: Tree = below ?? new Map();
        level.set(part, next);
        level = next;
      }
    }
  }
  return root;
}

function pick(item: Item, tree: Tree): Item {
  const picked: Item = {};
  for (const [name, below] of tree) {
    const value = typeof name === "string" ? attribute(item, name) : undefined;
    const found = value && part(value, below);
    if (found) setAttribute(picked, String(name), found);
  }
  return picked;
}

function part(value: AttributeValue, tree: Tree | true): AttributeValue | undefined {
  if (tree === true) return value;
  if (value.M) {
    const picked = pick(value.M, tree);
    return Object.keys(picked).length > 0 ? { M: picked } : undefined;
  }
  if (!value.L) return undefined;
  const indexes = [...tree.keys()].filter((key) => typeof key === "number").sort((a, b) => a - b);
  const picked = indexes.flatMap((index) => {
    const one = value.L?.[index];
    const found = one && part(one, tree.get(index) as Tree | true);
    return found ? [found] : [];
  });
  return picked.length > 0 ? { L: picked } : undefined;
}
