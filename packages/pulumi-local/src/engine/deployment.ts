import { setTimeout as wait } from "node:timers/promises";
import type engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import { Callbacks } from "./callbacks.ts";
import { construct } from "./construct.ts";
import { EngineError } from "./events.ts";
import { Functions } from "./functions.ts";
import type { Goal } from "./goal.ts";
import { goalFromRead, goalFromRequest, inheritedAliases, type Program, positionOf } from "./goalFromRequest.ts";
import { Hooks } from "./hooks.ts";
import { lastWords } from "./lastWords.ts";
import type { Mask } from "./mask.ts";
import type { Observer } from "./observer.ts";
import type { Properties, Registry, ResourceProvider } from "./provider.ts";
import { Providers } from "./providers.ts";
import { inTurn, type RepackingStep } from "./repacking.ts";
import { readStackReference, stackReferenceType } from "./stackReference.ts";
import { located, type RunContext } from "./stepExecutor.ts";
import { type Registered, Steps } from "./steps.ts";
import { Transforms } from "./transforms.ts";
import { makeUrn, stackType, typeOf } from "./urn.ts";
import { fromWire, isUnknownText, toStruct } from "./values.ts";

export interface DeploymentOptions
  extends Program,
    Pick<RunContext, "preview" | "expecting" | "state" | "inPlace" | "signal" | "emit"> {
  registry: Registry;
  /** Makes dynamic resources. */
  dynamic: ResourceProvider;
  config: Record<string, string>;
  /** The program runs for the sake of its delete hooks: nothing is made, and everything goes. Default: false. */
  destroying?: boolean;
  /** A preview for its sake. Default: none. */
  observer?: Observer;
  /** Notes what must not be shown. */
  mask: Mask;
}

/** How long after a refusal what the program asks for still begins, in milliseconds: about as long as AWS takes to refuse. */
const breathMs = 250;

/** One run of the program: what it registers is made as it comes, what it no longer registers is deleted at the end. */
export class Deployment {
  readonly transforms: Transforms;
  readonly hooks: Hooks;
  /** URN of the stack resource. */
  root: string | undefined;
  /** What the program exports. */
  outputs: Properties = {};
  /** What the program has logged as errors. */
  readonly errors: string[] = [];

  readonly #options: DeploymentOptions;
  readonly #callbacks = new Callbacks();
  readonly #providers: Providers;
  readonly #steps: Steps;
  readonly #functions: Functions;
  readonly #registered = new Set<string>();
  readonly #made = new Map<string, Registered>();
  readonly #aliases = new Map<string, string[]>();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #failure = Promise.withResolvers<never>();
  readonly #shutdown = Promise.withResolvers<void>();
  #failed = false;
  #ended: Promise<void> | undefined;

  constructor(options: DeploymentOptions) {
    this.#options = options;
    this.transforms = new Transforms(this.#callbacks);
    this.hooks = new Hooks(this.#callbacks, options.preview);
    this.#providers = new Providers(options.registry, options.dynamic, options.state, options.config);
    this.#functions = new Functions(options, this.#providers, (urn) => this.#made.get(urn) ?? options.state.get(urn));
    this.#steps = new Steps({ ...options, providers: this.#providers, hooks: this.hooks });
    this.#failure.promise.catch(() => {}); // Whoever waits for the run sees it.
    options.signal.addEventListener("abort", () => this.#fail(new EngineError("interrupted")), { once: true });
  }

  /** Rejects once a step has failed and all others that were under way have ended. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  async register(request: resourceProto.RegisterResourceRequest): Promise<resourceProto.RegisterResourceResponse> {
    return this.#guard(async () => {
      await this.transforms.apply(request);
      const asked = this.#goal(request);
      const goal = this.#options.observer?.take(asked) ?? asked;
      this.transforms.remember(
        goal.urn,
        request.getParent(),
        request.getTransformsList().map((one) => one.toObject()),
      );
      const { id, outputs, dependencies = [] } = await this.#make(goal);
      this.#options.observer?.make(goal.urn, outputs);
      const response = new resourceProto.RegisterResourceResponse();
      response.setUrn(goal.urn);
      response.setId(id);
      response.setObject(toStruct(outputs));
      if (dependencies.length > 0) {
        const urns = new resourceProto.RegisterResourceResponse.PropertyDependencies();
        urns.setUrnsList([goal.urn, ...dependencies]);
        for (const key of Object.keys(outputs)) response.getPropertydependenciesMap().set(key, urns);
      }
      return response;
    });
  }

  registerOutputs(request: resourceProto.RegisterResourceOutputsRequest): void {
    const { state, preview, directory, observer } = this.#options;
    const outputs = fromWire(request.getOutputs()?.toJavaScript() ?? {}, directory) as Properties;
    if (typeOf(request.getUrn()) === stackType) this.outputs = outputs;
    const known = state.get(request.getUrn());
    observer?.registerOutputs(request.getUrn(), outputs);
    if (known && !preview) state.put({ ...known, outputs });
  }

  /** Takes steps that the program need not ask for. */
  async repack(steps: RepackingStep[]): Promise<void> {
    await inTurn(steps, (goal) => this.#make(goal));
  }

  async read(request: resourceProto.ReadResourceRequest): Promise<resourceProto.ReadResourceResponse> {
    return this.#guard(async () => {
      const goal = goalFromRead(request, this.#options);
      this.#claim(goal);
      const response = new resourceProto.ReadResourceResponse();
      response.setUrn(goal.urn);
      response.setProperties(toStruct((await this.#read(goal, request.getId())).outputs));
      return response;
    });
  }

  async invoke(request: resourceProto.ResourceInvokeRequest): Promise<resourceProto.ResourceInvokeResponse> {
    const response = new resourceProto.ResourceInvokeResponse();
    const provider = this.#providers.settings("", request.getProvider() || undefined);
    if (provider.incomplete || request.getDependsonList().some((urn) => this.#steps.pendingCreation.has(urn))) {
      response.setUnknown(true);
      return response;
    }
    await this.transforms.applyToInvoke(request);
    response.setReturn(toStruct(await this.#tracked(this.#functions.call(request))));
    return response;
  }

  async call(request: resourceProto.ResourceCallRequest): Promise<providerProto.CallResponse> {
    return new providerProto.CallResponse().setReturn(toStruct(await this.#tracked(this.#functions.call(request))));
  }

  log(request: engineProto.LogRequest): void {
    const severity = (["debug", "info", "warning", "error"] as const)[request.getSeverity()] ?? "info";
    const text = request.getMessage().trimEnd();
    if (severity === "error") this.errors.push(text);
    this.#options.emit({ kind: "message", urn: request.getUrn() || undefined, severity, text });
  }

  /** What ended the program: our own refusal with where it was asked for, or the program's words. */
  programError(output: string, code: number): EngineError {
    const words = lastWords(this.errors, output, this.#options.root);
    const silent = `the program ended with exit code ${code} and said nothing`;
    return this.#functions.refusalIn(words) ?? new EngineError(words || silent);
  }

  /**
   * The program has registered all that it will: what is left over goes. Called twice, it waits for the first.
   * Rejects when the run has failed.
   */
  programEnded(): Promise<void> {
    this.#ended ??= this.#sweep();
    return this.#ended;
  }

  /** Resolves once the SDK has reported that the program succeeded, and everything that follows from that is done. */
  get shutdown(): Promise<void> {
    return this.#shutdown.promise;
  }

  async signalShutdown(): Promise<void> {
    await this.programEnded();
    this.#shutdown.resolve();
  }

  /** No step of this run is under way any more. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    this.#callbacks.close();
  }

  async #sweep(): Promise<void> {
    if (this.#failed) return this.failure;
    try {
      await this.#tracked(this.#steps.removals.sweep(this.#options.destroying ? new Set() : this.#registered));
    } catch (error) {
      this.#fail(error as Error);
      return this.failure;
    }
  }

  /** What cannot be read (an asset that is missing) is reported with the resource that has it. */
  #goal(request: resourceProto.RegisterResourceRequest): Goal {
    const { project, stack, root } = this.#options;
    try {
      return goalFromRequest(request, this.#options);
    } catch (error) {
      const urn = makeUrn(stack, project, request.getParent() || undefined, request.getType(), request.getName());
      throw new EngineError((error as Error).message, urn, positionOf(request, root));
    }
  }

  async #make(goal: Goal): Promise<Registered & { dependencies?: string[] }> {
    goal.aliases.push(...inheritedAliases(goal, (goal.parent && this.#aliases.get(goal.parent)) || []));
    if (goal.aliases.length > 0) this.#aliases.set(goal.urn, goal.aliases);
    this.#claim(goal);
    this.#options.mask.note(goal.inputs);
    const made = await this.#makeByKind(goal).catch((error: unknown) => {
      throw located(error, goal);
    });
    this.#options.mask.note(made.outputs);
    this.#options.mask.admit(made.id);
    this.#made.set(goal.urn, made);
    return made;
  }

  async #makeByKind(goal: Goal): Promise<Registered & { dependencies?: string[] }> {
    if (this.#options.destroying) return this.#options.state.get(goal.urn) ?? { id: "", outputs: goal.inputs };
    if (goal.remote) {
      const { project, stack, registry, signal, emit } = this.#options;
      const record = () => this.#steps.record(goal);
      const make = async (child: Goal) => this.#make(child);
      const providerOf = (name: string) => this.#providers.settings(name, goal.providers[name]);
      return construct(goal, { project, stack, registry, signal, emit, providerOf, record, make });
    }
    if (!goal.custom) return this.#steps.record(goal);
    if (!goal.type.startsWith("pulumi:providers:")) {
      await this.#providers.configure(goal.type.split(":")[0]!, goal.provider);
      return this.#steps.apply(goal);
    }
    // A provider has no counterpart to make; its settings are read when a resource names it.
    this.#providers.remember(goal.urn, goal.inputs);
    await this.#providers.configure(goal.type.split(":")[2]!, `${goal.urn}::`);
    return this.#steps.record(goal, `provider-${goal.name}`);
  }

  async #read(goal: Goal, id: string): Promise<Registered> {
    if (isUnknownText(id)) return { id, outputs: goal.inputs };
    if (goal.type === stackReferenceType) return readStackReference(goal, this.#options);
    await this.#providers.configure(goal.type.split(":")[0]!, goal.provider);
    const made = await this.#steps.read(goal, id).catch((error: unknown) => {
      throw located(error, goal);
    });
    this.#made.set(goal.urn, made);
    return made;
  }

  /** The URN, and the former one if there is, are this resource's alone. */
  #claim(goal: Goal): void {
    const { state } = this.#options;
    if (this.#registered.has(goal.urn)) {
      throw new EngineError("two resources have this URN: give one of them another name", goal.urn, goal.position);
    }
    this.#registered.add(goal.urn);
    goal.aliases = goal.aliases.filter((alias) => !this.#registered.has(alias));
    const former = state.has(goal.urn) ? undefined : goal.aliases.find((alias) => state.has(alias));
    if (former) this.#registered.add(former);
  }

  /**
   * After a failure nothing new begins, and the failed request is not answered: the program is about to be ended. Where
   * things are made, what the program asks for in the same breath still begins, as it would while AWS takes its time to
   * refuse: it may be what the failed resource is missing, and the next run finds it there.
   */
  async #guard<Response>(work: () => Promise<Response>): Promise<Response> {
    if (this.#failed) return new Promise<Response>(() => {});
    try {
      return await this.#tracked(work());
    } catch (error) {
      if (!this.#options.preview) await wait(breathMs, undefined, { ref: false });
      this.#fail(error as Error);
      return await new Promise<Response>(() => {});
    }
  }

  /** A failed run waits for what is under way. */
  async #tracked<Result>(work: Promise<Result>): Promise<Result> {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  #fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    Promise.allSettled(this.#underWay).then(() => this.#failure.reject(error));
  }
}
