import aliasProto from "@pulumi/pulumi/proto/alias_pb.js";
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { Callback, Callbacks } from "./callbacks.ts";

type Request = resourceProto.RegisterResourceRequest;

/**
 * Runs the program's transforms over a registration, in Pulumi's order: the resource's own, its parents' from the nearest
 * up, the stack's. https://www.pulumi.com/docs/iac/concepts/resources/options/transforms/
 */
export class Transforms {
  readonly #callbacks: Callbacks;
  readonly #stack: Callback[] = [];
  readonly #invokes: Callback[] = [];
  readonly #byUrn = new Map<string, Callback[]>();
  readonly #parents = new Map<string, string>();

  constructor(callbacks: Callbacks) {
    this.#callbacks = callbacks;
  }

  addStackTransform(callback: Callback): void {
    this.#stack.push(callback);
  }

  addInvokeTransform(callback: Callback): void {
    this.#invokes.push(callback);
  }

  /** Remembers a resource's transforms for its children. */
  remember(urn: string, parent: string, transforms: Callback[]): void {
    if (transforms.length > 0) this.#byUrn.set(urn, transforms);
    if (parent) this.#parents.set(urn, parent);
  }

  /** Changes the request in place. */
  async apply(request: Request): Promise<void> {
    for (const callback of this.#applying(request)) {
      const message = new resourceProto.TransformRequest();
      message.setType(request.getType());
      message.setName(request.getName());
      message.setCustom(request.getCustom());
      message.setParent(request.getParent());
      message.setProperties(request.getObject() ?? new struct.Struct());
      message.setOptions(readOptions(request));
      const answer = await this.#callbacks.call(callback, message, resourceProto.TransformResponse.deserializeBinary);
      if (answer.hasProperties()) request.setObject(answer.getProperties());
      const options = answer.getOptions();
      if (options) writeOptions(request, options);
    }
  }

  async applyToInvoke(request: resourceProto.ResourceInvokeRequest): Promise<void> {
    for (const callback of this.#invokes) {
      const message = new resourceProto.TransformInvokeRequest();
      message.setToken(request.getTok());
      message.setArgs(request.getArgs() ?? new struct.Struct());
      const options = new resourceProto.TransformInvokeOptions();
      options.setProvider(request.getProvider());
      options.setVersion(request.getVersion());
      message.setOptions(options);
      const answer = await this.#callbacks.call(
        callback,
        message,
        resourceProto.TransformInvokeResponse.deserializeBinary,
      );
      if (answer.hasArgs()) request.setArgs(answer.getArgs());
      const changed = answer.getOptions();
      if (changed) request.setProvider(changed.getProvider());
    }
  }

  *#applying(request: Request): Iterable<Callback> {
    yield* request.getTransformsList().map((callback) => callback.toObject());
    for (let urn: string | undefined = request.getParent(); urn; urn = this.#parents.get(urn)) {
      yield* this.#byUrn.get(urn) ?? [];
    }
    yield* this.#stack;
  }
}

function readOptions(request: Request): resourceProto.TransformResourceOptions {
  const options = new resourceProto.TransformResourceOptions();
  options.setDependsOnList(request.getDependenciesList());
  if (request.hasProtect()) options.setProtect(request.getProtect()!);
  options.setIgnoreChangesList(request.getIgnorechangesList());
  options.setReplaceOnChangesList(request.getReplaceonchangesList());
  options.setVersion(request.getVersion());
  options.setAliasesList([
    ...request.getAliasesList(),
    ...request.getAliasurnsList().map((urn) => new aliasProto.Alias().setUrn(urn)),
  ]);
  options.setProvider(request.getProvider());
  options.setCustomTimeouts(request.getCustomtimeouts());
  options.setPluginDownloadUrl(request.getPlugindownloadurl());
  if (request.hasRetainondelete()) options.setRetainOnDelete(request.getRetainondelete()!);
  options.setDeletedWith(request.getDeletedwith());
  if (request.getDeletebeforereplacedefined()) options.setDeleteBeforeReplace(request.getDeletebeforereplace());
  options.setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList());
  options.setHooks(request.getHooks());
  options.setImport(request.getImportid());
  options.setReplaceWithList(request.getReplaceWithList());
  options.setReplacementTrigger(request.getReplacementTrigger());
  for (const [name, provider] of request.getProvidersMap().entries()) options.getProvidersMap().set(name, provider);
  return options;
}

function writeOptions(request: Request, options: resourceProto.TransformResourceOptions): void {
  request.setDependenciesList(options.getDependsOnList());
  if (options.hasProtect()) request.setProtect(options.getProtect()!);
  request.setIgnorechangesList(options.getIgnoreChangesList());
  request.setReplaceonchangesList(options.getReplaceOnChangesList());
  request.setAliasesList(options.getAliasesList());
  request.setAliasurnsList([]);
  request.setProvider(options.getProvider());
  request.setCustomtimeouts(options.getCustomTimeouts());
  if (options.hasRetainOnDelete()) request.setRetainondelete(options.getRetainOnDelete()!);
  request.setDeletedwith(options.getDeletedWith());
  if (options.hasDeleteBeforeReplace()) {
    request.setDeletebeforereplacedefined(true);
    request.setDeletebeforereplace(options.getDeleteBeforeReplace()!);
  }
  request.setAdditionalsecretoutputsList(options.getAdditionalSecretOutputsList());
  request.setHooks(options.getHooks());
  request.setImportid(options.getImport());
  request.setReplaceWithList(options.getReplaceWithList());
  request.setReplacementTrigger(options.getReplacementTrigger());
}
