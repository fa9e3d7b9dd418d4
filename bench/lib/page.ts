import { readFileSync, writeFileSync } from "node:fs";

/**
 * Puts a text between `<!-- NAME -->` and `<!-- /NAME -->` of a page, in the place of what was there.
 * @throws when the page has no such place.
 */
export function writeBetween(file: string, name: string, text: string): void {
  const page = readFileSync(file, "utf8");
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no place between ${begin} and ${end}`);
  writeFileSync(file, `${page.slice(0, from)}${begin}\n${text.trim()}\n${page.slice(to)}`);
}
