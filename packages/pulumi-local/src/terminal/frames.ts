/** Where in the program's sources a function failed: its stack, with files that exist. */
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

interface Frame {
  /** Relative to the program's folder: `handlers/whodis/index.ts`. */
  file: string;
  line: number;
  column?: number;
}

/** Of a stack, the frames shown: beyond these a reader has the log. */
const most = 4;
/** Longest part of a source line that is shown. */
const longestLine = 120;

const node = /\(?(?:file:\/\/)?([^\s()]+):(\d+):(\d+)\)?$/;
const python = /^\s*File "([^"]+)", line (\d+)/;

/**
 * Lines of a terminal for a stack: the source line that failed, then where it was called from, `file:line:column` so that
 * editors open it. Of packages and of the runtime nothing is shown.
 * @param stack as the runtime writes it, the package's paths beginning with `/var/task/`.
 */
export function frameLines(stack: readonly string[], programDirectory: string): string[] {
  const frames = stack.flatMap((line) => frameOf(line, programDirectory) ?? []);
  // Python's last frame is where it failed; Node's is the first.
  if (stack.some((line) => python.test(line))) frames.reverse();
  return frames.slice(0, most).map((frame, index) => {
    const { file, line, column } = frame;
    const place = `${file}:${line}${column === undefined ? "" : `:${column}`}`;
    return index === 0 ? `${place}  ${sourceLine(join(programDirectory, file), line)}`.trimEnd() : place;
  });
}

function frameOf(text: string, programDirectory: string): Frame | undefined {
  const [, path, line, column] = python.exec(text) ?? node.exec(text) ?? [];
  if (path === undefined || path.includes("/node_modules/")) return undefined;
  const file = path.startsWith("/var/task/") ? path.slice("/var/task/".length) : relative(programDirectory, path);
  if (file.startsWith("..") || !existsSync(join(programDirectory, file))) return undefined;
  return { file, line: Number(line), ...(column !== undefined && { column: Number(column) }) };
}

function sourceLine(path: string, line: number): string {
  try {
    const text = readFileSync(path, "utf8").split("\n")[line - 1]?.trim() ?? "";
    return text.length > longestLine ? `${text.slice(0, longestLine)}…` : text;
  } catch {
    return "";
  }
}
