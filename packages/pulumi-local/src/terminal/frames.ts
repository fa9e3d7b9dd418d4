/** Where in the program's sources a function failed: its stack, with files that exist. */
import { existsSync, globSync, readFileSync } from "node:fs";
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
/** With the source line, which Python writes below the place. */
const python = /^\s*File "([^"]+)", line (\d+)[^\n]*(?:\n\s*([^\n]+))?/;
/** What a function writes is not to be taken for a pattern, nor to lead out of the program. */
const notAPlainPath = /[*?{}[\]()!\\]|(^|\/)\.\.(\/|$)/;
/** Folders without sources of the program. */
const notSources = /(^|\/)(\.[^/]+|node_modules|venv|__pycache__)$/;

/**
 * Lines of a terminal for a stack: the source line that failed, then where it was called from, `file:line:column` so that
 * editors open it. Of packages and of the runtime nothing is shown.
 * @param stack as the runtime writes it, the package's paths beginning with `/var/task/`.
 */
export function frameLines(stack: readonly string[], programDirectory: string): string[] {
  const sources = sourcesIn(programDirectory);
  const frames = stack.flatMap((line) => frameOf(line, programDirectory, sources) ?? []);
  // Python's last frame is where it failed; Node's is the first.
  if (stack.some((line) => python.test(line))) frames.reverse();
  return frames.slice(0, most).map((frame, index) => {
    const { file, line, column } = frame;
    const place = `${file}:${line}${column === undefined ? "" : `:${column}`}`;
    return index === 0 ? `${place}  ${sourceLine(join(programDirectory, file), line)}`.trimEnd() : place;
  });
}

function frameOf(text: string, programDirectory: string, sources: Sources): Frame | undefined {
  const ofPython = python.exec(text);
  const [, path, line, column] = ofPython ?? node.exec(text) ?? [];
  if (path === undefined || path.includes("/node_modules/")) return undefined;
  const inPackage = path.startsWith("/var/task/") ? path.slice("/var/task/".length) : undefined;
  const file = inPackage ?? relative(programDirectory, path);
  if (ofPython && inPackage) {
    const source = sources(inPackage, Number(line), ofPython[3]);
    return source === undefined ? undefined : { file: source, line: Number(line) };
  }
  if (file.startsWith("..") || !existsSync(join(programDirectory, file))) return undefined;
  return { file, line: Number(line), ...(column !== undefined && { column: Number(column) }) };
}

/** Where in the program a file of a package of Python is, of which a line is known. */
type Sources = (file: string, line: number, text: string | undefined) => string | undefined;

/**
 * A package of Python begins in its entry's folder, wherever that is in the program, and has the packages that it needs beside
 * it: its own file is one that ends so, and has that line.
 */
function sourcesIn(programDirectory: string): Sources {
  const found = new Map<string, string[]>();
  return (file, line, text) => {
    if (notAPlainPath.test(file)) return undefined;
    const options = { cwd: programDirectory, exclude: (path: string) => notSources.test(path) };
    const files = found.get(file) ?? globSync([file, `**/${file}`], options).sort();
    found.set(file, files);
    return files.find(
      (one) => text === undefined || sourceLine(join(programDirectory, one), line, text.length) === text,
    );
  };
}

function sourceLine(path: string, line: number, longest = longestLine): string {
  try {
    const text = readFileSync(path, "utf8").split("\n")[line - 1]?.trim() ?? "";
    return text.length > longest ? `${text.slice(0, longest)}…` : text;
  } catch {
    return "";
  }
}
