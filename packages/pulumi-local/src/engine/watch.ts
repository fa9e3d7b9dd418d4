import { relative, sep } from "node:path";
import { watch as watchFiles } from "chokidar";

interface WatchOptions {
  /** The program's folder. */
  directory: string;
  /** Files and folders in it whose change runs the program again. Default: all of them. */
  paths?: string[];
  /** Applies the change; while it runs, further changes are gathered for the next call. Must not throw. */
  apply(changed: string[]): Promise<void>;
  /** Told of what has changed while another change is applied, once it is quiet: it is applied next. */
  onWaiting?(changed: string[]): void;
}

/** How long the files must be quiet: an editor or a branch switch writes several at once. */
const quietMs = 40;

/** Packages, repositories, state, and what editors leave beside a file. */
export const notOurs = /\/(node_modules|\.git|\.local[\w.-]*)(\/|$)|~$|\.sw.$/;

/** Watches a program's files. @returns a function that ends it, once a change under way has been applied. */
export async function watch({ directory, paths, apply, onWaiting }: WatchOptions): Promise<() => Promise<void>> {
  const inProgram = (path: string): boolean =>
    !paths || paths.some((one) => path === one || path.startsWith(`${one}${sep}`) || one.startsWith(`${path}${sep}`));
  // The folder is watched, not the paths in it: one of them may come later, or go and come back.
  const watcher = watchFiles(directory, {
    ignoreInitial: true,
    // A file that another replaces, as editors save, is reported at once: the waiting is up to this module.
    atomic: false,
    ignored: (path) => path !== directory && (notOurs.test(path) || !inProgram(relative(directory, path))),
  });
  const changed = new Set<string>();
  const born = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    while (changed.size > 0) {
      const files = [...changed].sort();
      changed.clear();
      born.clear();
      await apply(files);
    }
    running = undefined;
  };
  watcher.on("all", (event, path) => {
    if (event.endsWith("Dir")) return; // A folder matters by what is in it.
    const file = relative(directory, path);
    if (event === "add" && !changed.has(file)) born.add(file);
    // What an editor writes beside the file, and renames over it, is not a change.
    if (event === "unlink" && born.delete(file)) changed.delete(file);
    else changed.add(file);
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (running && changed.size > 0) onWaiting?.([...changed].sort());
      running ??= run();
    }, quietMs);
  });
  await new Promise<void>((ready) => watcher.once("ready", ready));

  return async () => {
    clearTimeout(timer);
    changed.clear();
    await watcher.close();
    await running;
  };
}
