import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import config from "@pulumi/pulumi/runtime/config.js";
import settings from "@pulumi/pulumi/runtime/settings.js";
import pulumiStack from "@pulumi/pulumi/runtime/stack.js";
import localState from "@pulumi/pulumi/runtime/state.js";
import { Deployment } from "../../../src/engine/deployment.ts";
import type { EngineEvent, StepEnd } from "../../../src/engine/events.ts";
import { Mask } from "../../../src/engine/mask.ts";
import type { ResourceProvider } from "../../../src/engine/provider.ts";
import { EngineServer } from "../../../src/engine/server.ts";
import { State } from "../../../src/engine/state.ts";
import { Things } from "./things.ts";

type Program = () => unknown;

/**
 * A stack whose programs are functions of the test: they run with Pulumi's SDK in this process, as the Automation API runs
 * them, against the engine's own services. What a process of its own is for (compiling, crashing) is tested with one.
 */
export class TestStack {
  readonly things = new Things();
  readonly directory = mkdtempSync(join(tmpdir(), "engine-"));
  readonly events: EngineEvent[] = [];
  config: Record<string, string> = {};
  state = new State(this.directory, { project: "tests", stack: "dev" });
  readonly #server = new EngineServer();
  readonly #stop = new AbortController();

  static async open(): Promise<TestStack> {
    const stack = new TestStack();
    await stack.#server.listen();
    return stack;
  }

  up(program: Program): Promise<Deployment> {
    return this.#run(program, { preview: false });
  }

  preview(program: Program): Promise<Deployment> {
    return this.#run(program, { preview: true });
  }

  async destroy(program?: Program): Promise<void> {
    if (program) await this.#run(program, { preview: false, destroying: true });
    else await this.#deployment({ preview: false, destroying: true }).programEnded();
  }

  /** Steps of the last run that were done: `create Thing a [size]`, without the stack itself. */
  steps(): string[] {
    const ended = this.events.filter((event): event is StepEnd => event.kind === "step" && event.status !== "started");
    return ended
      .filter(({ type }) => type !== "pulumi:pulumi:Stack")
      .map(({ status, operation, type, urn, changes }) => {
        const what = `${operation} ${type.split(":").at(-1)} ${urn.split("::").at(-1)}`;
        return `${status === "failed" ? "failed: " : ""}${what}${changes.length > 0 ? ` [${changes.sort()}]` : ""}`;
      });
  }

  messages(): string[] {
    return this.events.flatMap((event) => (event.kind === "message" && event.severity !== "debug" ? [event.text] : []));
  }

  /** As after a crash: the state is read from disk again. */
  reopen(): void {
    this.state.close();
    this.state = new State(this.directory, { project: "tests", stack: "dev" });
  }

  interrupt(): void {
    this.#stop.abort();
  }

  close(): void {
    this.#server.close();
    this.state.close();
    rmSync(this.directory, { recursive: true });
  }

  #deployment(mode: { preview: boolean; destroying?: boolean }): Deployment {
    this.events.length = 0;
    const { state, config } = this;
    const directory = dirname(import.meta.dirname);
    const program = { project: "tests", stack: "dev", root: directory, directory };
    const dynamic = {} as ResourceProvider;
    const mask = new Mask();
    const emit = (event: EngineEvent) => void this.events.push(mask.hide(event));
    const { registry } = this.things;
    return new Deployment({
      ...program,
      ...mode,
      registry,
      dynamic,
      state,
      config,
      mask,
      signal: this.#stop.signal,
      emit,
    });
  }

  async #run(program: Program, mode: { preview: boolean; destroying?: boolean }): Promise<Deployment> {
    const deployment = this.#deployment(mode);
    this.#server.serve(deployment);
    try {
      await Promise.race([this.#inProcess(program, mode.preview), deployment.failure]);
    } catch (error) {
      // As when its process ends: the error that was shown is the one that counts.
      await deployment.settle();
      throw error;
    }
    await deployment.programEnded();
    await deployment.settle();
    return deployment;
  }

  #inProcess(program: Program, preview: boolean): Promise<void> {
    const { address } = this.#server;
    // What the Automation API uses to run programs beside each other; its types do not mention it.
    const { withLocalStorage } = localState as unknown as { withLocalStorage(run: () => Promise<void>): Promise<void> };
    return withLocalStorage(async () => {
      settings.resetOptions("tests", "dev", 64, address, address, preview, "organization");
      config.setAllConfig(this.config, []);
      try {
        await pulumiStack.runInPulumiStack(async () => ((await program()) ?? {}) as Record<string, unknown>);
        await settings.disconnect(true);
      } finally {
        await settings.disconnect(false);
      }
    });
  }
}

export interface ThingArgs {
  size?: pulumi.Input<number | string>;
  zone?: pulumi.Input<string>;
  name?: pulumi.Input<string>;
  link?: unknown;
  secret?: pulumi.Input<string>;
  broken?: boolean;
  [key: string]: unknown;
}

export class Thing extends pulumi.CustomResource {
  declare readonly label: pulumi.Output<string>;
  declare readonly size: pulumi.Output<number>;
  declare readonly secret: pulumi.Output<string>;

  constructor(name: string, args: ThingArgs = {}, options?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, { size: 1, label: undefined, secret: undefined, ...args }, options);
  }

  static get(name: string, id: pulumi.Input<string>): Thing {
    return new Thing(name, { size: undefined }, { id });
  }
}

export class Group extends pulumi.ComponentResource {
  constructor(name: string, options?: pulumi.ComponentResourceOptions) {
    super("test:index:Group", name, {}, options);
  }
}
