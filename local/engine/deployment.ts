import type engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { Callbacks } from "./callbacks.ts";
import { EngineError, type EngineEvent } from "./events.ts";
import type { Goal } from "./goal.ts";
import { goalFromRequest, inheritedAliases, type Program, positionOf } from "./goalFromRequest.ts";
import { Hooks } from "./hooks.ts";
import type { Properties, Registry } from "./provider.ts";
import { Providers } from "./providers.ts";
import type { State } from "./state.ts";
import { type Registered, Steps } from "./steps.ts";
import { sweep } from "./sweep.ts";
import { Transforms } from "./transforms.ts";
import { makeUrn, stackType } from "./urn.ts";
import { fromWire, toProvider, toWire } from "./values.ts";

export interface DeploymentOptions extends Program {
  preview: boolean;
  registry: Registry;
  state: State;
  config: Record<string, string>;
  signal: AbortSignal;
  emit(event: EngineEvent): void;
}

/** One run of the program: what it registers is made as it comes, what it no longer registers is deleted at the end. */
export class Deployment {
  readonly transforms: Transforms;
  readonly hooks: Hooks;
  /** URN of the stack resource. */
  root: string | undefined;
  /** What the program exports. */
  outputs: Properties = {};

  readonly #options: DeploymentOptions;
  readonly #callbacks = new Callbacks();
  readonly #providers: Providers;
  readonly #steps: Steps;
  readonly #registered = new Set<string>();
  readonly #aliases = new Map<string, string[]>();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #failure = Promise.withResolvers<never>();
  #failed = false;
  #ended: Promise<void> | undefined;

  constructor(options: DeploymentOptions) {
    this.#options = options;
    this.transforms = new Transforms(this.#callbacks);
    this.hooks = new Hooks(this.#callbacks, options.preview);
    this.#providers = new Providers(options.registry, options.state, options.config);
    this.#steps = new Steps({
      ...options,
      providers: this.#providers,
      runHooks: (names, resource) =>
        this.hooks.run(names, resource, (text) =>
          options.emit({ kind: "message", urn: resource.urn, severity: "warning", text }),
        ),
    });
    this.#failure.promise.catch(() => {}); // Whoever waits for the run sees it.
  }

  /** Rejects once a step has failed and all others that were under way have ended. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  async register(request: resourceProto.RegisterResourceRequest): Promise<resourceProto.RegisterResourceResponse> {
    return this.#guard(request, async () => {
      await this.transforms.apply(request);
      const goal = goalFromRequest(request, this.#options);
      this.#addInheritedAliases(goal);
      this.#refuseTwice(goal);
      this.transforms.remember(
        goal.urn,
        request.getParent(),
        request.getTransformsList().map((one) => one.toObject()),
      );
      const { id, outputs } = await this.#make(goal);
      const response = new resourceProto.RegisterResourceResponse();
      response.setUrn(goal.urn);
      response.setId(id);
      response.setObject(asStruct(outputs));
      return response;
    });
  }

  registerOutputs(request: resourceProto.RegisterResourceOutputsRequest): void {
    const { state, preview, directory } = this.#options;
    const outputs = fromWire(request.getOutputs()?.toJavaScript() ?? {}, directory) as Properties;
    if (request.getUrn() === this.#stackUrn()) this.outputs = outputs;
    const known = state.get(request.getUrn());
    if (known && !preview) state.put({ ...known, outputs });
  }

  async read(request: resourceProto.ReadResourceRequest): Promise<resourceProto.ReadResourceResponse> {
    return this.#guard(request, async () => {
      const { project, stack, directory } = this.#options;
      const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
      const goal: Goal = {
        ...emptyGoal,
        urn: makeUrn(stack, project, parent || undefined, type, name),
        type,
        name,
        parent: parent || undefined,
        inputs: fromWire(request.getProperties()?.toJavaScript() ?? {}, directory) as Properties,
        dependencies: request.getDependenciesList(),
        provider: request.getProvider() || undefined,
        additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
        position: positionOf(request.getSourceposition(), directory),
      };
      this.#refuseTwice(goal);
      const { outputs } = await this.#steps.read(goal, request.getId());
      const response = new resourceProto.ReadResourceResponse();
      response.setUrn(goal.urn);
      response.setProperties(asStruct(outputs));
      return response;
    });
  }

  async invoke(request: resourceProto.ResourceInvokeRequest): Promise<providerProto.InvokeResponse> {
    return this.#guard(request, async () => {
      await this.transforms.applyToInvoke(request);
      const token = request.getTok();
      const args = toProvider(fromWire(request.getArgs()?.toJavaScript() ?? {}, this.#options.directory)) as Properties;
      const response = new providerProto.InvokeResponse();
      response.setReturn(asStruct(await this.#call(token, args, request.getProvider() || undefined)));
      return response;
    });
  }

  async call(request: resourceProto.ResourceCallRequest): Promise<providerProto.CallResponse> {
    return this.#guard(request, async () => {
      throw new EngineError(`the local cloud does not model method ${request.getTok()}`);
    });
  }

  log(request: engineProto.LogRequest): void {
    const severity = (["debug", "info", "warning", "error"] as const)[request.getSeverity()] ?? "info";
    const text = request.getMessage().trimEnd();
    if (severity === "error") this.#errors.push(text);
    this.#options.emit({ kind: "message", urn: request.getUrn() || undefined, severity, text });
  }

  readonly #errors: string[] = [];
  /** What the program's own errors said. */
  get errors(): readonly string[] {
    return this.#errors;
  }

  /** The program has registered all that it will: what is left over goes. Called twice, it waits for the first. */
  programEnded(): Promise<void> {
    this.#ended ??= this.#failed
      ? Promise.resolve()
      : sweep({ ...this.#options, steps: this.#steps, registered: this.#registered }).catch((error: Error) =>
          this.#fail(error),
        );
    return this.#ended;
  }

  /** No step of this run is under way any more. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    this.#callbacks.close();
  }

  async #make(goal: Goal): Promise<Registered> {
    if (goal.remote) {
      throw new EngineError(`the local cloud does not model component ${goal.type}`, goal.urn, goal.position);
    }
    if (!goal.custom) return this.#steps.record(goal);
    // A provider has no counterpart to make; its settings are read when a resource names it.
    if (goal.type.startsWith("pulumi:providers:")) return this.#steps.record(goal, `provider-${goal.name}`);
    return this.#steps.apply(goal);
  }

  async #call(token: string, args: Properties, provider: string | undefined): Promise<Properties> {
    if (token === "pulumi:pulumi:getResource") {
      const found = this.#options.state.get(String(args.urn));
      if (!found) throw new EngineError(`there is no resource ${String(args.urn)} in this stack`);
      return { urn: found.urn, id: found.id, state: found.outputs };
    }
    const invoke = this.#options.registry.invokes.get(token);
    if (!invoke) throw new EngineError(`the local cloud does not model function ${token} (see local/resources)`);
    return invoke(args, {
      provider: this.#providers.settings(token.split(":")[0]!, provider),
      signal: this.#options.signal,
    });
  }

  #addInheritedAliases(goal: Goal): void {
    const parents = goal.parent ? (this.#aliases.get(goal.parent) ?? []) : [];
    goal.aliases.push(...inheritedAliases(goal, parents, this.#options));
    if (goal.aliases.length > 0) this.#aliases.set(goal.urn, goal.aliases);
  }

  #refuseTwice(goal: Goal): void {
    if (this.#registered.has(goal.urn)) {
      throw new EngineError("two resources have this URN: give one of them another name", goal.urn, goal.position);
    }
    this.#registered.add(goal.urn);
    for (const alias of goal.aliases) this.#registered.add(alias);
  }

  #stackUrn(): string {
    const { stack, project } = this.#options;
    return makeUrn(stack, project, undefined, stackType, `${project}-${stack}`);
  }

  /** After a failure nothing new begins, and the failed request is not answered: the program is about to be ended. */
  async #guard<Response>(request: unknown, work: () => Promise<Response>): Promise<Response> {
    if (this.#failed) return new Promise<Response>(() => {});
    const step = work();
    this.#underWay.add(step);
    try {
      return await step;
    } catch (error) {
      this.#fail(locate(error as Error, request, this.#options.directory));
      return await new Promise<Response>(() => {});
    } finally {
      this.#underWay.delete(step);
    }
  }

  #fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    Promise.allSettled(this.#underWay).then(() => this.#failure.reject(error));
  }
}

const emptyGoal: Goal = {
  urn: "",
  type: "",
  name: "",
  custom: true,
  remote: false,
  parent: undefined,
  inputs: {},
  dependencies: [],
  provider: undefined,
  aliases: [],
  ignoreChanges: [],
  replaceOnChanges: [],
  additionalSecretOutputs: [],
  deleteBeforeReplace: undefined,
  protect: false,
  retainOnDelete: false,
  deletedWith: undefined,
  importId: undefined,
  customTimeouts: {},
  hooks: {
    beforeCreate: [],
    afterCreate: [],
    beforeUpdate: [],
    afterUpdate: [],
    beforeDelete: [],
    afterDelete: [],
    onError: [],
  },
  position: undefined,
};

const asStruct = (properties: Properties): struct.Struct =>
  struct.Struct.fromJavaScript(dropUndefined(toWire(properties)) as Record<string, struct.JavaScriptValue>);

/** protobuf's Struct has no `undefined`. */
const dropUndefined = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** An invoke's error carries no position of its own: the request's is where the program asked. */
function locate(error: Error, request: unknown, directory: string): Error {
  if (error instanceof EngineError && (error.position || error.urn)) return error;
  const position = (request as resourceProto.ResourceInvokeRequest).getSourceposition?.();
  const text = error instanceof EngineError || /^[A-Za-z]+$/.test(error.name) ? error.message : String(error.stack);
  return new EngineError(text, undefined, positionOf(position, directory));
}
