/** What happens to a request, in order: who may, how many may, is it valid, what answers it. */
import type { Cloud } from "../../service.ts";
import { decompress } from "./compression.ts";
import type { Exchange, Reply } from "./exchange.ts";
import { failureReply, GatewayFailure, misconfigured } from "./failure.ts";
import { invokeProxy } from "./lambdaProxy.ts";
import { mockReply } from "./mock.ts";
import { requestContext } from "./requestContext.ts";

export class Pipeline {
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  async run(exchange: Exchange): Promise<Reply> {
    if (exchange.body) exchange.body = unpacked(exchange);
    return await this.#integrate(exchange);
  }

  #integrate(exchange: Exchange): Promise<Reply> | Reply {
    const { integration, caller } = exchange.method;
    if (!integration) throw misconfigured("Execution failed due to configuration error: No integration");
    if (integration.type === "MOCK") return mockReply(exchange, integration);
    return invokeProxy(this.#cloud, exchange, caller);
  }

  /** The gateway's own answer to whatever went wrong. */
  fail(exchange: Exchange, error: unknown): Reply {
    const failure =
      error instanceof GatewayFailure
        ? error
        : new GatewayFailure("DEFAULT_5XX", undefined, { logged: `Execution failed: ${(error as Error).message}` });
    return failureReply(failure, {
      definition: exchange.stage.definition,
      exchange,
      requestHeader: (name) => exchange.header(name),
      context: requestContext(exchange),
    });
  }

  /** Logs and counts, once the answer is known. */
  finished(_exchange: Exchange, _reply: Reply): void {}
}

function unpacked(exchange: Exchange): Buffer | undefined {
  try {
    return decompress(exchange);
  } catch {
    throw new GatewayFailure("DEFAULT_4XX", "Could not decompress the request body", { status: 400 });
  }
}
