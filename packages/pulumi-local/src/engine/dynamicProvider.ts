import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import type struct from "google-protobuf/google/protobuf/struct_pb.js";
import { unknownText } from "./compare.ts";
import { PartlyMade, type Properties, type ResourceContext, type ResourceProvider } from "./provider.ts";
import { sdkModule } from "./sdk.ts";
import { SocketFolder, sdkAddress } from "./sockets.ts";
import { nameOf } from "./urn.ts";
import { mapValues, sameValue, toStruct, unknown } from "./values.ts";

/** All dynamic resources have types that begin so: `pulumi-nodejs:dynamic:Resource`, `pulumi-nodejs:dynamic/module:Name`. */
export const dynamicPrefix = "pulumi-nodejs:dynamic";

interface DynamicProviderOptions {
  environment: NodeJS.ProcessEnv;
  /** Gets what the code prints, when it cannot be told for which resource. */
  print(text: string): void;
}

/** What a stack's dynamic resources are configured with. */
interface DynamicSettings {
  /** Folder of the program: its packages are those that the resources' code requires. */
  directory: string;
  project: string;
  stack: string;
  config: Record<string, string>;
}

interface Connection {
  client: InstanceType<typeof providerGrpc.ResourceProviderClient>;
  child: ChildProcess;
}

/** The process ends when nothing has been asked of it for so long, in milliseconds. */
const idleMs = 600_000;

/**
 * Dynamic resources: their code comes with their inputs, and Pulumi's own dynamic provider runs it in a process that is
 * started when the first of them is met. https://www.pulumi.com/docs/iac/concepts/resources/dynamic-providers/
 */
export class DynamicProvider implements ResourceProvider {
  readonly #options: DynamicProviderOptions;
  readonly #active = new Set<ResourceContext>();
  #settings: DynamicSettings = { directory: "", project: "", stack: "", config: {} };
  #connection: Promise<Connection> | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: DynamicProviderOptions) {
    this.#options = options;
  }

  /** Before a run: a process that was configured otherwise is ended. */
  async configure(settings: DynamicSettings): Promise<void> {
    if (!sameValue(settings, this.#settings)) await this.close();
    this.#settings = settings;
  }

  async check(inputs: Properties, context: ResourceContext) {
    const request = new providerProto.CheckRequest();
    request.setUrn(context.urn);
    request.setOlds(toStruct(context.previous?.inputs ?? {}));
    const unknowns = Object.fromEntries((context.unknowns ?? []).map((key) => [key, unknown]));
    request.setNews(toStruct({ ...inputs, ...unknowns }));
    const response = await this.#ask<providerProto.CheckResponse>(context, "check", request);
    return {
      inputs: properties(response.getInputs()),
      failures: response.getFailuresList().map((one) => ({ property: one.getProperty(), reason: one.getReason() })),
    };
  }

  async diff(before: Properties, after: Properties, context: ResourceContext) {
    const changes = Object.keys({ ...before, ...after }).filter((key) => !sameValue(before[key], after[key]));
    const request = new providerProto.DiffRequest();
    request.setId(context.previous?.id ?? "");
    request.setUrn(context.urn);
    request.setOlds(toStruct(context.previous?.outputs ?? before));
    request.setOldInputs(toStruct(before));
    request.setNews(toStruct(mapValues(after, (leaf) => (leaf === unknownText ? unknown : leaf)) as Properties));
    const response = await this.#ask<providerProto.DiffResponse>(context, "diff", request);
    const replaces = response.getReplacesList();
    const { DIFF_NONE, DIFF_SOME } = providerProto.DiffResponse.DiffChanges;
    const deleteBeforeReplace = response.getDeletebeforereplace();
    switch (response.getChanges()) {
      case DIFF_NONE:
        return { changes: [], replaces, deleteBeforeReplace };
      case DIFF_SOME:
        // What its code sees may lie outside of the inputs.
        return { changes: changes.length > 0 ? changes : ["state"], replaces, deleteBeforeReplace };
      default:
        return { changes, replaces, deleteBeforeReplace };
    }
  }

  async create(inputs: Properties, context: ResourceContext) {
    const request = new providerProto.CreateRequest();
    request.setUrn(context.urn);
    request.setProperties(toStruct(inputs));
    const response = await this.#ask<providerProto.CreateResponse>(context, "create", request);
    return { id: response.getId(), outputs: properties(response.getProperties()) };
  }

  async update(id: string, before: Properties, after: Properties, context: ResourceContext) {
    const request = new providerProto.UpdateRequest();
    request.setId(id);
    request.setUrn(context.urn);
    request.setOlds(toStruct(context.previous?.outputs ?? before));
    request.setNews(toStruct(after));
    const response = await this.#ask<providerProto.UpdateResponse>(context, "update", request);
    return { id, outputs: properties(response.getProperties()) };
  }

  async delete(id: string, outputs: Properties, context: ResourceContext) {
    const request = new providerProto.DeleteRequest();
    request.setId(id);
    request.setUrn(context.urn);
    request.setProperties(toStruct(outputs));
    await this.#ask(context, "delete", request);
  }

  async read(id: string, context: ResourceContext, inputs: Properties = {}) {
    const request = new providerProto.ReadRequest();
    request.setId(id);
    request.setUrn(context.urn);
    request.setInputs(toStruct(inputs));
    const response = await this.#ask<providerProto.ReadResponse>(context, "read", request);
    return response.getId() ? { id: response.getId(), outputs: properties(response.getProperties()) } : undefined;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    // From here on what is asked is asked of another process.
    const pending = this.#connection;
    this.#connection = undefined;
    const connection = await pending?.catch(() => undefined);
    if (!connection) return;
    connection.client.close();
    const { child } = connection;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  async #ask<Response>(context: ResourceContext, method: Method, request: object): Promise<Response> {
    clearTimeout(this.#idle);
    this.#active.add(context);
    try {
      const { client } = await this.#connected();
      return await call<Response>(client, method, request, context.signal);
    } finally {
      this.#active.delete(context);
      if (this.#active.size === 0) this.#idle = setTimeout(() => void this.close(), idleMs).unref();
    }
  }

  /** The process that runs; one that has ended is followed by another. */
  #connected(): Promise<Connection> {
    if (this.#connection) return this.#connection;
    const starting = this.#start();
    const forget = (): void => {
      if (this.#connection === starting) this.#connection = undefined;
    };
    starting.then(({ child }) => child.once("exit", forget), forget);
    this.#connection = starting;
    return starting;
  }

  async #start(): Promise<Connection> {
    const { environment } = this.#options;
    const { directory, project, stack, config } = this.#settings;
    // It wants the engine's address and has no use for it.
    const lifeline = fileURLToPath(import.meta.resolve("local-aws/lifeline"));
    const main = sdkModule("cmd/dynamic-provider", directory);
    const sockets = new SocketFolder();
    const servers = join(import.meta.dirname, "privateServers.cjs");
    const child = spawn(process.execPath, ["--require", lifeline, servers, main, "engine"], {
      cwd: directory,
      stdio: ["pipe", "pipe", "pipe"],
      env: {
        ...environment,
        PULUMI_NODEJS_PROJECT: project,
        PULUMI_NODEJS_STACK: stack,
        PULUMI_CONFIG: JSON.stringify(config),
        PULUMI_LOCAL_SOCKETS: sockets.path,
      },
    });
    child.once("exit", () => sockets.remove());
    createInterface({ input: child.stderr }).on("line", (line) => this.#relay(line));
    const lines = createInterface({ input: child.stdout });
    const port = await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`Pulumi's dynamic provider ended with exit code ${code}`)));
    }).catch((error: Error) => {
      sockets.remove();
      throw error;
    });
    lines.on("line", (line) => this.#relay(line));
    const client = new providerGrpc.ResourceProviderClient(sdkAddress(port), grpc.credentials.createInsecure(), {
      "grpc.max_receive_message_length": -1,
      "grpc.max_send_message_length": -1,
    });
    const request = new providerProto.ConfigureRequest();
    request.setArgs(toStruct(config));
    await call(client, "configure", request, AbortSignal.timeout(10_000));
    return { client, child };
  }

  /** What the code prints belongs to the resource at work that it begins with the name of, or to the only one. */
  #relay(line: string): void {
    const start = (context: ResourceContext): string => `${nameOf(context.urn)}: `;
    const named = [...this.#active].find((context) => line.startsWith(start(context)));
    const [only, another] = this.#active;
    if (named) named.log("info", line.slice(start(named).length));
    else if (only && !another) only.log("info", line);
    else this.#options.print(line);
  }
}

type Method = "configure" | "check" | "diff" | "create" | "read" | "update" | "delete";

function call<Response>(
  client: Connection["client"],
  method: Method,
  request: object,
  signal: AbortSignal,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const unary = client[method].bind(client) as unknown as (
      request: object,
      answer: (error: grpc.ServiceError | null, response: Response) => void,
    ) => grpc.ClientUnaryCall;
    const pending = unary(request, (error, response) => {
      signal.removeEventListener("abort", cancel);
      if (error) reject(partlyMade(error) ?? new Error(error.details || error.message));
      else resolve(response);
    });
    const cancel = (): void => pending.cancel();
    signal.addEventListener("abort", cancel, { once: true });
  });
}

/** An error with an id: the thing exists, and did not come up whole. */
function partlyMade(error: grpc.ServiceError): PartlyMade | undefined {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  if (!bytes) return undefined;
  const [detail] = statusProto.Status.deserializeBinary(Buffer.from(bytes)).getDetailsList();
  if (!detail) return undefined;
  const failed = providerProto.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
  const reasons = failed.getReasonsList();
  const message = [error.details, ...reasons].filter(Boolean).join("; ");
  return new PartlyMade({ id: failed.getId(), outputs: properties(failed.getProperties()) }, message);
}

const properties = (message: struct.Struct | undefined): Properties => (message?.toJavaScript() ?? {}) as Properties;
