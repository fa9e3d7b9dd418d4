import type resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import { EngineError } from "./events.ts";
import { positionOf } from "./goalFromRequest.ts";
import type { Properties, Registry } from "./provider.ts";
import type { Providers } from "./providers.ts";
import type { Registered } from "./steps.ts";
import { fromWire, plain } from "./values.ts";

interface FunctionsOptions {
  registry: Registry;
  root: string;
  directory: string;
  signal: AbortSignal;
}

/** Answers what the program asks: functions of packages, methods of resources, a resource by its URN. */
export class Functions {
  readonly #options: FunctionsOptions;
  readonly #providers: Providers;
  readonly #resource: (urn: string) => Registered | undefined;
  readonly #refusals: EngineError[] = [];

  /** @param resource finds a resource of this run, or of the state. */
  constructor(options: FunctionsOptions, providers: Providers, resource: (urn: string) => Registered | undefined) {
    this.#options = options;
    this.#providers = providers;
    this.#resource = resource;
  }

  /** An error is the program's to handle: one that it does not handle ends the run, with {@link refusalIn}. */
  async call(request: resourceProto.ResourceInvokeRequest | resourceProto.ResourceCallRequest): Promise<Properties> {
    const { root, directory } = this.#options;
    const args = plain(fromWire(request.getArgs()?.toJavaScript() ?? {}, directory) as Properties);
    try {
      return await this.#answer(request.getTok(), args, request.getProvider() || undefined);
    } catch (error) {
      this.#refusals.push(new EngineError((error as Error).message, undefined, positionOf(request, root)));
      throw error;
    }
  }

  /** The refusal that the program's last words are about, with the line that asked. */
  refusalIn(words: string): EngineError | undefined {
    return this.#refusals.find(({ message }) => words.includes(message));
  }

  async #answer(token: string, args: Properties, provider: string | undefined): Promise<Properties> {
    const { registry, signal } = this.#options;
    if (token === "pulumi:pulumi:getResource") {
      const urn = String(args.urn);
      const found = this.#resource(urn);
      if (!found) throw new EngineError(`there is no resource ${urn} in this stack`);
      return { urn, id: found.id, state: found.outputs };
    }
    const invoke = registry.invokes.get(token);
    if (!invoke) throw new EngineError(`the local cloud does not model function ${token}`);
    return invoke(args, { provider: this.#providers.settings(token.split(":")[0]!, provider), signal });
  }
}
