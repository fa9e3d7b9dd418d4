/** The steps of a request, in order: authorization, throttling, validation, integration. */
import { AwsError, type Cloud, type Principal } from "../../../service.ts";
import { writeAccessLog } from "./accessLog.ts";
import type { Authorization } from "./authorization/authorization.ts";
import { decompress } from "./compression.ts";
import type { Exchange, Reply } from "./exchange.ts";
import { writeExecutionLog } from "./executionLog.ts";
import { failureReply, GatewayFailure, misconfigured } from "./failure.ts";
import { invokeProxy } from "./lambdaProxy.ts";
import type { LogWriter } from "./logWriter.ts";
import type { Metrics } from "./metrics.ts";
import { requestContext } from "./requestContext.ts";
import { writeSegment } from "./segment.ts";
import type { MethodRuntime } from "./stageRuntime.ts";
import type { Throttle } from "./throttle.ts";
import type { Usage } from "./usage.ts";
import { validateRequest } from "./validation.ts";

/** Who calls a route that asks for no identity. */
const visitor: Principal = { kind: "anonymous", arn: "anonymous" };

export interface Steps {
  authorization: Authorization;
  usage: Usage;
  throttle: Throttle;
  log: LogWriter;
  metrics: Metrics;
}

export class Pipeline {
  readonly #cloud: Cloud;
  readonly #steps: Steps;
  readonly #sessions = new Map<string, { principal: Principal; until: number }>();

  constructor(cloud: Cloud, steps: Steps) {
    this.#cloud = cloud;
    this.#steps = steps;
  }

  async run(exchange: Exchange): Promise<Reply> {
    const { authorization, usage } = this.#steps;
    const { method } = exchange.method;
    // A signature covers the body as sent, so it is verified before anything is decompressed.
    if (!authorization.isOpen(exchange)) await authorization.authorize(exchange);
    if (method.apiKeyRequired) usage.admit(exchange);
    this.#throttle(exchange);
    if (exchange.body) decompress(exchange);
    if (method.requestValidatorId) validateRequest(exchange);
    return await this.#meetFaults(exchange, () => this.#integrate(exchange, exchange.method));
  }

  /** A request may be one that is to go wrong. */
  async #meetFaults({ requestId, sourceIp, principal = visitor }: Exchange, run: () => Promise<Reply>): Promise<Reply> {
    const { faults, region, accountId } = this.#cloud;
    const call = { service: "execute-api", operation: "Invoke", principal, region, accountId, requestId, sourceIp };
    let reached = false;
    try {
      return await faults.around(call, () => {
        reached = true;
        return run();
      });
    } catch (error) {
      if (!reached && error instanceof AwsError && error.status === 429) throw new GatewayFailure("THROTTLED");
      throw error;
    }
  }

  /** A request of the API's owner, who need not be authorized: only validated and carried out. */
  async attempt(exchange: Exchange): Promise<Reply> {
    try {
      if (exchange.method.method.requestValidatorId) validateRequest(exchange);
      return await this.#integrate(exchange, exchange.method);
    } catch (error) {
      return this.fail(exchange, error);
    }
  }

  #throttle({ stage, method }: Exchange): void {
    if (!method.throttled) return;
    const { throttlingRateLimit, throttlingBurstLimit } = method.setting;
    const key = `${stage.apiId}/${stage.stage.stageName}${method.key}`;
    if (!this.#steps.throttle.take(key, throttlingRateLimit, throttlingBurstLimit))
      throw new GatewayFailure("THROTTLED");
  }

  async #integrate(exchange: Exchange, { integration, caller }: MethodRuntime): Promise<Reply> {
    if (!integration) throw misconfigured("Execution failed due to configuration error: No integration");
    const { credentials, type } = integration;
    const as = credentials === undefined ? caller : await this.#session(credentials, exchange);
    if (type === "AWS_PROXY") return invokeProxy(this.#cloud, exchange, as);
    // Loaded for the first integration that maps.
    const { integrate } = await import("./integration/integrate.ts");
    return integrate(this.#cloud, exchange, integration, as);
  }

  /** The integration's role; `arn:aws:iam::*:user/*` stands for the caller's own credentials. */
  async #session(roleArn: string, exchange: Exchange): Promise<Principal> {
    if (roleArn.endsWith(":user/*")) {
      if (exchange.principal) return exchange.principal;
      throw misconfigured("Execution failed due to configuration error: the caller has no credentials to pass on");
    }
    const known = this.#sessions.get(roleArn);
    if (known && known.until > Date.now()) return known.principal;
    try {
      const session = await this.#cloud.assumeRole(roleArn, "apigateway.amazonaws.com", "BackplaneAssumeRoleSession");
      const until = session.credentials.expiration.getTime() - 60_000;
      this.#sessions.set(roleArn, { principal: session.principal, until });
      return session.principal;
    } catch (error) {
      throw misconfigured(`Execution failed due to configuration error: ${(error as Error).message}`);
    }
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

  /** Updates metrics and logs, once the answer is known. */
  finished(exchange: Exchange, reply: Reply): void {
    this.#steps.metrics.record(exchange, reply);
    writeAccessLog(this.#steps.log, exchange, reply);
    writeExecutionLog(this.#steps.log, exchange, reply);
    writeSegment(this.#cloud, exchange, reply);
  }
}
