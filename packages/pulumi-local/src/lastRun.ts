/**
 * What the last run of the program that went well was of. Where all of that is as it was, another run would change nothing: a
 * start goes on from it, and the program does not run.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { sync as writeFileAtomic } from "write-file-atomic";
import { installedAt, lineOf } from "./engine/installed.ts";
import { notOurs } from "./engine/watch.ts";

export interface LastRunOptions {
  /** Where it is noted; in the folder of the state that it is of. */
  file: string;
  /** The program's folder. */
  directory: string;
  /** Files and folders in it that the program is made of. Default: all. */
  paths?: string[];
  /** Folders of what runs the program: another version may do something else. */
  own: string[];
}

interface Noted {
  /** The program's own modules, wherever they lie. */
  modules: string[];
  sum: string;
}

/** A run that is under way. */
export interface Begun {
  /** In milliseconds since 1970. */
  at: number;
  files: string;
}

/** Variables that are others in each terminal, and say nothing to a program; and settings, whose effect it is told. */
const saysNothing =
  /^(_|SHLVL|PWD|OLDPWD|INIT_CWD|TERM.*|COLORTERM|COLUMNS|LINES|WINDOWID|(SSH|XDG|DBUS|VTE|TMUX|VSCODE|GNOME|KITTY|npm)_.*|LOCAL_(API_PORT|AWS_PORT|STATE_DIR|WATCH))$/;

export class LastRun {
  readonly #options: LastRunOptions;
  /** Of what runs the program, as it was loaded. */
  readonly #own: string[];

  constructor(options: LastRunOptions) {
    this.#options = options;
    this.#own = options.own.flatMap(linesOf);
  }

  /**
   * Whether the next run would find all as the last one did: files, packages, variables, and what else it is told.
   * @param told anything that can be written as JSON.
   */
  holds(told: unknown): boolean {
    try {
      const { modules, sum } = JSON.parse(readFileSync(this.#options.file, "utf8")) as Noted;
      return sum === sumOf(told, this.#files(), modules);
    } catch {
      return false; // None went well, or the last one was interrupted.
    }
  }

  /** Before something is changed: until {@link end} nothing holds. */
  begin(): Begun {
    rmSync(this.#options.file, { force: true });
    return { at: Date.now(), files: this.#files() };
  }

  /**
   * It has gone well.
   * @param modules paths of the program's own modules; `undefined` where they are not known: the program runs the next time.
   */
  end({ at, files }: Begun, told: unknown, modules: string[] | undefined): void {
    if (!modules || modules.some((path) => (statOf(path)?.mtimeMs ?? Infinity) > at)) return;
    const noted: Noted = { modules, sum: sumOf(told, files, modules) };
    writeFileAtomic(this.#options.file, JSON.stringify(noted), { mode: 0o600 });
  }

  #files(): string {
    const { directory, paths = ["."] } = this.#options;
    const lines = paths.flatMap((path) => linesOf(join(directory, path)));
    return [...lines, ...this.#own, installedAt(directory)].join("\n");
  }
}

function sumOf(told: unknown, files: string, modules: string[]): string {
  const variables = Object.entries(process.env).filter(([name]) => !saysNothing.test(name));
  const facts = JSON.stringify([process.version, variables.sort(), told]);
  return createHash("sha256")
    .update([facts, files, ...modules.map(lineOf)].join("\n"))
    .digest("hex");
}

/** Of a file, or of all that is in a folder. */
function linesOf(path: string): string[] {
  if (!statOf(path)?.isDirectory()) return [lineOf(path)];
  return readdirSync(path)
    .map((leaf) => join(path, leaf))
    .filter((inside) => !notOurs.test(inside))
    .flatMap(linesOf);
}

const statOf = (path: string) => statSync(path, { throwIfNoEntry: false });
