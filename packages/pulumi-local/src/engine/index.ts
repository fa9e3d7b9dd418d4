import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import { readStackConfig } from "./config.ts";
import { Deployment, type DeploymentOptions } from "./deployment.ts";
import { DynamicProvider } from "./dynamicProvider.ts";
import { type Counts, EngineError, type EngineEvent, type RunResult, SupersededError } from "./events.ts";
import type { Ended } from "./languageHost.ts";
import { LanguageHosts, type Settings } from "./languageHosts.ts";
import { Mask } from "./mask.ts";
import type { Observer } from "./observer.ts";
import type { EngineOptions, UpOptions } from "./options.ts";
import { readProject } from "./project.ts";
import type { Properties } from "./provider.ts";
import { Rehearsal } from "./rehearsal.ts";
import { type Repack, Repacker } from "./repacker.ts";
import { EngineServer } from "./server.ts";
import { Listing, type StackResource, type StackSnapshot, shown } from "./snapshot.ts";
import { State } from "./state.ts";
import { printed, telling } from "./telling.ts";

export { EngineError, type EngineEvent, type RunResult, SupersededError } from "./events.ts";
export type { EngineOptions, UpOptions } from "./options.ts";
export type { StackResource, StackSnapshot } from "./snapshot.ts";

/** What all runs on a stack's settings share. */
type Common = Omit<DeploymentOptions, "preview" | "emit">;

/** How long an interrupted run may take to end its steps, in milliseconds. What has not ended then is looked for later. */
const graceMs = 3000;
const lastWordMs = 300;

const late = (ms: number): Promise<void> => wait(ms, undefined, { ref: false });

/** Runs one program on one stack, as the Pulumi CLI would: plan, make, remember. One run at a time. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #server = new EngineServer();
  /** Whose state it is. */
  readonly #project: string;
  readonly #state: State;
  readonly #dynamic: DynamicProvider;
  readonly #mask = new Mask();
  readonly #stop = new AbortController();
  readonly #hosts: LanguageHosts;
  /** Who is told of the run under way. */
  #onEvent: EngineOptions["onEvent"];
  readonly #repacker: Repacker;
  readonly #listing: Listing;
  /** What runs now is of somebody's edits. */
  #hasRun = false;
  #closed: Promise<void> | undefined;
  #underWay: Promise<unknown> = Promise.resolve();

  private constructor(options: EngineOptions) {
    this.#options = options;
    this.#onEvent = options.onEvent;
    this.#project = readProject(options.programDirectory).project;
    this.#state = new State(options.stateDirectory, { project: this.#project, stack: options.stack });
    this.#listing = new Listing(this.#state);
    const environment = { ...process.env, ...options.environment };
    const print = (text: string) => this.#print(text);
    this.#dynamic = new DynamicProvider({ environment, print });
    const { programDirectory: root, stack } = options;
    const { verbose = false } = options;
    this.#hosts = new LanguageHosts({ root, stack, environment, server: this.#server, verbose });
    this.#repacker = new Repacker({
      state: this.#state,
      preview: async (study, signal) => {
        const ended = await this.#observe(study, this.#settings(), signal).finally(() => this.#state.release());
        return ended?.modules;
      },
    });
  }

  /** @throws {EngineError} when Pulumi.yaml is refused, or the state is. */
  static async open(options: EngineOptions): Promise<Engine> {
    const engine = new Engine(options);
    await engine.#server.listen();
    return engine;
  }

  /**
   * Makes what the program asks for. When it fails, what was made stays recorded, and nothing has been deleted but what
   * had to go before its replacement.
   * @throws {EngineError} with the program's or the resource's error. @throws {SupersededError}
   */
  up({ rehearsed = false, superseded }: UpOptions = {}): Promise<RunResult> {
    return this.#exclusively(() => this.#run({ preview: false, rehearsed, superseded }));
  }

  /**
   * Applies other packages of what runs, without running the program: just the resources that have them change, and what
   * follows from those, to what {@link up} would make of them.
   * @param changed paths of files that packages are made of.
   * @param repack makes them anew.
   * @returns `undefined` when only the program can say what follows ({@link study}): {@link up} does it.
   * @throws {EngineError} with what is wrong with a package, or with the resource's error.
   */
  repack(changed: string[], repack: Repack): Promise<RunResult | undefined> {
    return this.#exclusively(() => this.#repack(changed, repack), this.#repacker.learnt());
  }

  /**
   * Learns what follows from the packages of what runs, by a preview that begins when nothing else is done, for which
   * {@link repack} waits, and that ends as soon as something else is to be done: call it after {@link up}.
   * @returns whether {@link repack} knows by now.
   */
  async study(): Promise<boolean> {
    return !this.#closed && this.#repacker.study(this.#underWay);
  }

  /**
   * Says what {@link up} would do, and does nothing. Unknown outputs are left out.
   * @param options.config on top of this engine's own. Default: none.
   * @param options.onEvent is told in place of this engine's own.
   */
  preview({ config, onEvent }: Partial<Pick<EngineOptions, "config" | "onEvent">> = {}): Promise<RunResult> {
    const options = { config: { ...this.#options.config, ...config }, onEvent: onEvent ?? this.#options.onEvent };
    return this.#exclusively(() => this.#run({ preview: true }, true, options));
  }

  /**
   * Deletes every resource of the stack, dependents first. The program runs only when it has hooks for that.
   * @throws {EngineError} when something is protected, and then nothing has been deleted.
   */
  async destroy(): Promise<Counts> {
    const hooked = this.#state.list().some(({ hooks }) => Object.values(hooks).flat().length > 0);
    const { counts } = await this.#exclusively(() => this.#run({ preview: false, destroying: true }, hooked));
    return counts;
  }

  /** The stack's outputs of the last run, in the shape of `pulumi stack output --json`: a secret is `[secret]`. */
  outputs(): Properties {
    return shown(this.#state.stackOutputs());
  }

  /** The stack and its configuration: what a policy looks at. @throws {EngineError} when its files are refused. */
  snapshot(): StackSnapshot {
    const { config, secretKeys } = this.#settings();
    const shown = Object.entries(config).map(([key, value]) => [key, secretKeys.includes(key) ? "[secret]" : value]);
    const { stack } = this.#options;
    return { project: this.#project, stack, config: Object.fromEntries(shown), resources: this.resources() };
  }

  /** What the stack has, in the order of creation; the same list until it changes. */
  resources(): readonly StackResource[] {
    return this.#listing.resources();
  }

  /** Takes the stack as the last run has left it: what that was of is known to be as it was. */
  resume(): RunResult {
    this.#hasRun = true;
    const { begin, counts, end } = this.#tellsOf(false);
    begin();
    counts.same += this.#state.count();
    end(true);
    return { outputs: this.outputs(), counts };
  }

  /** Paths of the program's own modules in the last run, where it has said which. */
  async modules(): Promise<string[] | undefined> {
    return (await this.#hosts.lastEnd)?.modules;
  }

  /** Where somebody edits the program: has a process wait with what it needs, so that the next {@link up} starts sooner. */
  prepare(): void {
    if (this.#closed) return;
    try {
      void this.#hosts.prepare(this.#settings());
    } catch {
      // A broken Pulumi.yaml is reported by the run that reads it.
    }
  }

  /** Interrupts a run that is under way, and ends every process. Called again, it waits for the first. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#stop.abort();
    await this.#repacker.stop();
    await Promise.race([this.#underWay.catch(() => {}), late(graceMs)]);
    // A program that has just ended well says what it has loaded.
    await Promise.race([this.#hosts.lastEnd, late(lastWordMs)]);
    await Promise.all([this.#hosts.kill(), this.#dynamic.close()]);
    this.#server.close();
    this.#state.close();
  }

  /** @param learnt when what is being learnt is out of the way. */
  #exclusively<Result>(run: () => Promise<Result>, learnt = this.#repacker.stop()): Promise<Result> {
    const after = Promise.all([this.#underWay.catch(() => {}), learnt]).then(run);
    this.#underWay = after;
    return after;
  }

  async #run(
    { rehearsed, superseded, ...mode }: UpOptions & { preview: boolean; destroying?: boolean },
    withProgram = true,
    { config, onEvent }: Pick<EngineOptions, "config" | "onEvent"> = this.#options,
  ): Promise<RunResult> {
    const { preview } = mode;
    this.#onEvent = onEvent;
    const tells = this.#tellsOf(preview, onEvent);
    if (!preview) this.#repacker.forget();
    tells.begin();
    try {
      const settings = this.#settings(config);
      const common = await this.#configured(settings);
      for (const text of settings.warnings) tells.emit({ kind: "message", urn: undefined, severity: "warning", text });
      if (!preview && this.#hasRun) this.#hosts.edited();
      if (rehearsed && (await this.#rehearse(settings, common, tells, superseded))) {
        tells.end(true);
        return { outputs: this.outputs(), counts: tells.counts };
      }
      const deployment = new Deployment({ ...common, ...mode, emit: tells.emit });
      const print = (text: string) => this.#print(text);
      if (withProgram) await this.#hosts.run(deployment, settings, { preview, print });
      else await deployment.programEnded();
      this.#hasRun ||= !preview;
      tells.end(true);
      return { outputs: shown(deployment.outputs), counts: tells.counts };
    } catch (error) {
      tells.end(false);
      throw this.#masked(error);
    } finally {
      this.#onEvent = this.#options.onEvent;
      this.#state.release();
    }
  }

  /**
   * Runs the program as in a preview, and then does what a run would do, as far as that can be told.
   * @returns whether all has been done: the program has to run otherwise.
   */
  async #rehearse(
    settings: Settings,
    common: Common,
    { emit, counts }: ReturnType<typeof telling>,
    superseded: AbortSignal = common.signal,
  ): Promise<boolean> {
    const rehearsal = new Rehearsal(this.#state);
    const ended = await this.#observe(rehearsal, settings, superseded, { expecting: true }).catch((error) => {
      throw superseded.aborted && !common.signal.aborted ? new SupersededError() : error;
    });
    if (!ended || ended.asked) return false;
    const deployment = new Deployment({ ...common, preview: false, inPlace: true, emit });
    const updates = await rehearsal.carryOut(deployment, emit);
    if (updates === undefined) return false;
    counts.same += this.#state.count() - updates;
    return true;
  }

  async #repack(changed: string[], repack: Repack): Promise<RunResult | undefined> {
    const { emit, counts, begin, end } = this.#tellsOf(false);
    const repacking = await this.#repacker.plan(changed, repack).catch((error: Error) => {
      throw new EngineError(error.message);
    });
    if (!repacking) return undefined;
    begin();
    try {
      const common = await this.#configured(this.#settings());
      const deployment = new Deployment({ ...common, preview: false, inPlace: true, emit });
      const whole = await this.#repacker.apply(repacking, deployment);
      if (!whole) return undefined;
      counts.same += this.#state.count() - repacking.steps.length;
      end(true);
      return { outputs: this.outputs(), counts };
    } catch (error) {
      end(false);
      throw this.#masked(error);
    } finally {
      this.#state.release();
    }
  }

  #tellsOf(preview: boolean, onEvent = this.#options.onEvent) {
    return telling({ preview, stack: this.#options.stack }, (event) => onEvent(this.#mask.hide(event)));
  }

  #masked(error: unknown): unknown {
    if (!(error instanceof EngineError) || error instanceof SupersededError) return error;
    return new EngineError(this.#mask.text(error.message), error.urn, error.position);
  }

  /** Runs the program as in a preview, without a word. @returns what is known of its end. */
  async #observe(
    observer: Observer,
    settings: Settings,
    over: AbortSignal,
    { expecting = false } = {},
  ): Promise<Ended | undefined> {
    const common = this.#common(settings);
    const signal = AbortSignal.any([common.signal, over]);
    const emit = (event: EngineEvent) => observer.note(event);
    const deployment = new Deployment({ ...common, preview: true, expecting, observer, signal, emit });
    await Promise.all([
      this.#hosts.run(deployment, settings, { preview: true, print: (text) => emit(printed(text)) }),
      // The program's modules are loaded before it asks for anything.
      turn().then(() => this.#state.load()),
    ]);
    return this.#hosts.lastEnd;
  }

  async #configured(settings: Settings) {
    const common = this.#common(settings);
    const { project, stack, directory, config } = common;
    await this.#dynamic.configure({ directory, project, stack, config });
    return common;
  }

  #common({ project, programDirectory: directory, config, secretKeys }: Settings): Common {
    for (const key of secretKeys) this.#mask.note(config[key], true);
    const { programDirectory: root, stack, registry } = this.#options;
    const engine = { state: this.#state, dynamic: this.#dynamic, mask: this.#mask, signal: this.#stop.signal };
    return { project, stack, root, directory, registry, config, ...engine };
  }

  #settings(config = this.#options.config): Settings {
    const { programDirectory, stack } = this.#options;
    const project = readProject(programDirectory);
    if (project.project !== this.#project) {
      throw new EngineError(
        `Pulumi.yaml: name is now "${project.project}", and what runs is "${this.#project}": another project has other resources; restart`,
      );
    }
    return { ...project, ...readStackConfig(project, stack, config) };
  }

  #print(text: string): void {
    this.#onEvent(this.#mask.hide(printed(text)));
  }
}
