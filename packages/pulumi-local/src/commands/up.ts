import { once } from "node:events";
import * as inspector from "node:inspector";
import { stripVTControlCharacters } from "node:util";
import pc from "picocolors";
import { EngineError, SupersededError } from "../engine/index.ts";
import { watch } from "../engine/watch.ts";
import { explain } from "../explain.ts";
import type { LocalConfig } from "../localConfig.ts";
import { Platform, type PlatformOptions } from "../platform.ts";
import { servePreviews } from "../previews.ts";
import { reviewer } from "../review.ts";
import { announceRunning } from "../running.ts";
import type { Settings } from "../settings.ts";
import type { Output } from "../terminal/output.ts";
import { greeting, readyLine } from "../welcome.ts";
import { runBeside } from "./beside.ts";

/** An `up` that goes on. */
interface Running {
  platform: Platform;
  settings: Settings;
  local: LocalConfig;
  ending: AbortSignal;
  output: Output;
}

/** Brings the program up, says what it did and what to try, and applies what is saved, until `ending`. */
export async function up(
  settings: Settings,
  local: LocalConfig,
  options: Pick<PlatformOptions, "onEvent" | "onLocked"> & { ending: AbortSignal; output: Output },
): Promise<number> {
  const { ending, output, ...rest } = options;
  if (settings.inspectPort !== undefined) letDebug(settings.inspectPort);
  const platform = await Platform.open({ ...settings, local, ...rest });
  try {
    return await serve({ platform, settings, local, ending, output });
  } finally {
    await platform.close();
    output.flush();
  }
}

/** Functions are threads of this process: a debugger finds them by it. @throws {EngineError} when the port is taken. */
function letDebug(port: number): void {
  inspector.open(port, "127.0.0.1");
  if (inspector.url() === undefined) throw new EngineError(`port ${port} is taken; choose another: --inspect-port`);
}

const placeOf = ({ name, programDirectory, stateDirectory }: Settings) => ({ name, programDirectory, stateDirectory });

/** Runs until a signal. A first run that fails ends the process; a later one leaves what runs as it is. */
async function serve(run: Running): Promise<number> {
  const { platform, settings, local, ending, output } = run;
  const ended = ending.aborted ? Promise.resolve() : once(ending, "abort");
  // A signal ends the first run too, however long it would take.
  const review = reviewer(platform.engine, local.review, output.line);
  const stopFollowing = output.follow();
  let leave = (): void => {};
  let stopPreviews = (): void => {};
  const first = platform.up({ resumes: true });
  first.catch(() => {});
  const begun = Promise.race([first.then(() => true), ended.then(() => false)]);
  const stopWatching = settings.watch ? await watchProgram(run, begun, review) : undefined;
  try {
    // A command that was to run has not run.
    if (!(await begun)) return settings.wait ? 1 : 0;
    leave = announceRunning({ ...placeOf(settings), ...platform.place });
    const { programDirectory, stateDirectory, stack } = settings;
    stopPreviews = await servePreviews({ engine: platform.engine, programDirectory, stateDirectory, stack });
    output.names.learn(platform.engine.resources());
    output.line(greeting(platform, settings, local.try));
    output.line(readyLine(performance.now() / 1000, settings.watch));
    output.report({
      kind: "ready",
      seconds: performance.now() / 1000,
      ...platform.place,
      outputs: platform.engine.outputs(),
    });
    output.show();
    if (settings.watch) prepare(platform, local);
    await review();
    if (settings.wait) {
      output.flush();
      const { programDirectory: directory, stateDirectory, wait: command } = settings;
      const environment = { ...platform.environment, LOCAL_STATE_DIR: stateDirectory };
      return await runBeside({ command, directory, environment, signal: ending });
    }
    platform.prepareConsole();
    await ended;
    output.line(pc.dim(`stopped; the state is kept in ${settings.stateDirectory}, and npm start goes on from there`));
    return 0;
  } finally {
    stopFollowing();
    leave();
    stopPreviews();
    // A change that is being applied is interrupted: it may have minutes to go.
    await Promise.all([stopWatching?.(), platform.engine.close()]);
  }
}

/**
 * Applies what is saved from now on; a change during the first run, after that.
 * @param begun says whether the first run has succeeded. @param review looks at the stack after a run.
 * @returns a function that ends it, and waits for a change that is being applied.
 */
function watchProgram(
  { platform, settings: { programDirectory }, local, ending, output }: Running,
  begun: Promise<boolean>,
  review: () => Promise<void>,
): Promise<() => Promise<void>> {
  const { watch: paths } = local;
  /** Changes that are not applied yet. */
  const pending = new Set<string>();
  /** A change that comes while another is only rehearsed takes its place. */
  let newer = new AbortController();
  const isIn = (file: string, places: string[]) =>
    places.some((place) => file === place || file.startsWith(`${place}/`));
  const apply = async (files: string[]): Promise<void> => {
    const rehearsed = !paths || files.some((file) => isIn(file, paths.program));
    const done = !rehearsed && paths.repack && (await platform.repack(files, paths.repack));
    if (done) return;
    newer = new AbortController();
    await platform.up({ rehearsed, superseded: newer.signal });
  };
  return watch({
    directory: programDirectory,
    ...(paths && { paths: [...paths.program, ...(paths.packed ?? [])] }),
    onWaiting(changed) {
      output.line(pc.dim(`saved: ${changed.join(", ")}; goes live when the update under way has ended`));
      output.report({ kind: "waiting", files: changed });
      newer.abort();
    },
    async apply(changed) {
      if (!(await begun.catch(() => false))) return;
      const started = performance.now();
      output.line(pc.dim(`\nchanged: ${changed.join(", ")}`));
      output.report({ kind: "changed", files: changed });
      try {
        for (const file of changed) pending.add(file);
        await apply([...pending]);
        pending.clear();
        const seconds = (performance.now() - started) / 1000;
        output.names.learn(platform.engine.resources());
        output.line(`live after ${seconds.toFixed(2)} s`);
        output.report({ kind: "live", seconds });
        await review();
      } catch (error) {
        if (ending.aborted || error instanceof SupersededError) return;
        const said = explain(error as Error);
        output.line(said);
        output.line(pc.yellow("The last good version keeps running."));
        output.report({ kind: "refused", message: stripVTControlCharacters(said) });
      }
      prepare(platform, local);
    },
  });
}

/** For the next change. */
function prepare(platform: Platform, { watch: paths }: LocalConfig): void {
  platform.engine.prepare();
  if (paths?.repack) platform.engine.study();
}
