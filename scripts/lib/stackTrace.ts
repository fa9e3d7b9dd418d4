/** Stacks of functions as a person reads them in the program's folder. */
import { existsSync } from "node:fs";

const most = 8;
const node = /\(?(?:file:\/\/)?(\/[^\s()]+):(\d+):(\d+)\)?$/;
const python = /^\s*File "([^"]+)", line (\d+)/;

/**
 * The frames of the program's own sources, as `file:line:column`, which editors open; where there are none, all of them as
 * they are.
 * @param lines as the runtime writes them, the package's paths beginning with `/var/task/`.
 */
export function ownFrames(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => /^\s+(at|File) /.test(line));
  if (first < 0) return [];
  const frames = lines.slice(first).filter((line) => line.trim() !== "");
  const own = frames.flatMap((line) => {
    const [, path = "", at, column] = python.exec(line) ?? node.exec(line) ?? [];
    const file = path.replace("/var/task/", "");
    if (path === "" || file.startsWith("/") || file.includes("node_modules/") || !existsSync(file)) return [];
    return [`${file}:${at}${column === undefined ? "" : `:${column}`}`];
  });
  if (own.length > 0) return own.slice(0, most);
  const indent = Math.min(...frames.map((line) => line.search(/\S/)));
  return frames.slice(0, most).map((line) => line.slice(indent).trimEnd());
}
