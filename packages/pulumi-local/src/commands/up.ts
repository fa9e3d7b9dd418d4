import { once } from "node:events";
import pc from "picocolors";
import { watch } from "../engine/watch.ts";
import { explain } from "../explain.ts";
import type { LocalConfig } from "../localConfig.ts";
import { Platform, type PlatformOptions } from "../platform.ts";
import { reviewer } from "../review.ts";
import type { Settings } from "../settings.ts";
import { greeting, printMails, readyLine } from "../welcome.ts";

/** Brings the program up, says what it did and what to try, and applies what is saved, until `ending`. */
export async function up(
  settings: Settings,
  local: LocalConfig,
  options: Pick<PlatformOptions, "onEvent" | "onLocked"> & { ending: AbortSignal },
): Promise<number> {
  const { ending, ...rest } = options;
  const platform = await Platform.open({ ...settings, local, ...rest });
  try {
    return await serve(platform, settings, local, ending);
  } finally {
    await platform.close();
  }
}

/** Runs until a signal. A first run that fails ends the process; a later one leaves what runs as it is. */
async function serve(platform: Platform, settings: Settings, local: LocalConfig, ending: AbortSignal): Promise<number> {
  const ended = ending.aborted ? Promise.resolve() : once(ending, "abort");
  // A signal ends the first run too, however long it would take.
  const showMails = printMails();
  const review = reviewer(platform.engine, local.review);
  const first = platform.up();
  first.catch(() => {});
  const begun = Promise.race([first.then(() => true), ended.then(() => false)]);
  const stopWatching = settings.watch
    ? await watchProgram(platform, settings, local, { begun, ending, review })
    : undefined;
  try {
    if (!(await begun)) return 0;
    console.log(greeting(platform, local.try));
    console.log(readyLine(performance.now() / 1000, settings.watch));
    showMails();
    if (settings.watch) platform.engine.prepare();
    await review();
    await ended;
    return 0;
  } finally {
    // A change that is being applied is interrupted: it may have minutes to go.
    await Promise.all([stopWatching?.(), platform.engine.close()]);
  }
}

/**
 * Applies what is saved from now on; a change during the first run, after that.
 * @param run what it goes by: `begun` says whether the first run has succeeded, `review` looks at the stack after a run.
 * @returns a function that ends it, and waits for a change that is being applied.
 */
function watchProgram(
  platform: Platform,
  { programDirectory }: Settings,
  { watch: paths }: LocalConfig,
  run: { begun: Promise<boolean>; ending: AbortSignal; review(): Promise<void> },
): Promise<() => Promise<void>> {
  const { begun, ending, review } = run;
  const isIn = (file: string, places: string[]) =>
    places.some((place) => file === place || file.startsWith(`${place}/`));
  return watch({
    directory: programDirectory,
    ...(paths && { paths: [...paths.program, ...(paths.packed ?? [])] }),
    async apply(changed) {
      if (!(await begun.catch(() => false))) return;
      const started = performance.now();
      console.log(pc.dim(`\nchanged: ${changed.join(", ")}`));
      try {
        await platform.up({ rehearsed: !paths || changed.some((file) => isIn(file, paths.program)) });
        console.log(`live after ${((performance.now() - started) / 1000).toFixed(2)} s`);
        await review();
      } catch (error) {
        if (ending.aborted) return;
        console.error(explain(error as Error));
        console.error(pc.yellow("The last good version keeps running."));
      }
      platform.engine.prepare();
    },
  });
}
