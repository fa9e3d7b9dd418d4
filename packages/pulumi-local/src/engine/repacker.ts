import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import type { Deployment } from "./deployment.ts";
import { NeedsProgram, Repacking } from "./repacking.ts";
import type { State } from "./state.ts";
import { Study } from "./study.ts";

/** For what is being learnt, in milliseconds: a program that never ends in a preview may end in a run. */
const patienceMs = 60_000;

/**
 * Makes packages anew.
 * @param packages paths of the files and folders that packages of what runs are made of.
 * @returns their new places, by those that they had; `undefined` when only the program can make them.
 */
export type Repack = (packages: string[]) => Promise<ReadonlyMap<string, string> | undefined>;

interface RepackerOptions {
  state: State;
  /** Previews the program for a study. @returns the program's own modules, if it says which. */
  preview(study: Study, signal: AbortSignal): Promise<string[] | undefined>;
}

/** Knows what follows from the packages of what runs, and applies others without the program. */
export class Repacker {
  readonly #options: RepackerOptions;
  #study: Study | undefined;
  #stop = new AbortController();
  /** Under way, or about to be. */
  #studying: Promise<void> | undefined;

  constructor(options: RepackerOptions) {
    this.#options = options;
  }

  /**
   * Learns what follows from packages, until something else is to be done. Call when a run has succeeded.
   * @param idle when what is being done has ended, be it well or not.
   */
  async study(idle: Promise<unknown>): Promise<boolean> {
    if (!this.#study) {
      this.#studying ??= this.#learn(idle).finally(() => {
        this.#studying = undefined;
      });
      await this.#studying;
    }
    return this.#study !== undefined;
  }

  /** Once it has learnt what it is about to: that takes less than the program, after which it would have to learn anew. */
  async learnt(): Promise<void> {
    await Promise.race([this.#studying, wait(patienceMs, undefined, { ref: false })]);
    await this.stop();
  }

  /** Stops learning. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#studying;
  }

  /** What is known holds no longer. */
  forget(): void {
    this.#study = undefined;
  }

  /**
   * Works out what other packages lead to.
   * @param changed paths of files that they are made of.
   * @returns `undefined` when only the program can say.
   * @throws what `repack` throws.
   */
  async plan(changed: string[], repack: Repack): Promise<Repacking | undefined> {
    const study = this.#study;
    if (!study || changed.some((path) => study.modules.has(path))) return undefined;
    const places = await repack(study.packages);
    if (!places) return undefined;
    return unlessNeeded(() => new Repacking(study, places, (urn) => this.#options.state.get(urn)));
  }

  /** @returns whether all has become what the program would make of it; it has to run otherwise. */
  async apply(repacking: Repacking, deployment: Deployment): Promise<boolean> {
    const { state } = this.#options;
    const study = this.#study;
    this.forget();
    const outputs = await unlessNeeded(async () => {
      await deployment.repack(repacking.steps);
      return repacking.end();
    });
    if (!outputs) return false;
    for (const [urn, said] of outputs) {
      const known = state.get(urn);
      if (known) state.put({ ...known, outputs: said });
    }
    this.#study = study;
    return true;
  }

  async #learn(idle: Promise<unknown>): Promise<void> {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const study = new Study();
    try {
      await Promise.race([idle.catch(() => {}), once(signal, "abort")]);
      if (signal.aborted) return;
      const modules = await this.#options.preview(study, signal);
      const steady = study.end((urn) => this.#options.state.get(urn)?.outputs ?? {}, modules ?? []);
      if (modules && steady && !signal.aborted) this.#study = study;
    } catch {
      // The program runs each time: nothing is lost but time.
    }
  }
}

async function unlessNeeded<Result>(work: () => Result | Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NeedsProgram) return undefined;
    throw error;
  }
}
