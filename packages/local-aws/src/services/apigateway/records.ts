import { randomBytes, randomInt } from "node:crypto";
import { type Key, type PageRequest, page } from "../../kit/page.ts";
import { AwsError, type Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";
import type {
  Api,
  ApiKey,
  BasePathMapping,
  Deployment,
  DocumentationPart,
  DocumentationVersion,
  DomainName,
  Stage,
  UsagePlan,
  VpcLink,
} from "./model.ts";

export const notFound = (message: string) => new AwsError("NotFoundException", message, 404);
export const badRequest = (message: string) => new AwsError("BadRequestException", message, 400);
export const conflict = (message: string) => new AwsError("ConflictException", message, 409);
export const limitExceeded = (message: string) => new AwsError("LimitExceededException", message, 429);

/** Everything that API Gateway stores, and the listeners for changes. */
export class Records {
  readonly apis: Collection<Api>;
  /** By `apiId/deploymentId`. */
  readonly deployments: Collection<Deployment>;
  /** By `apiId/stageName`. */
  readonly stages: Collection<Stage>;
  readonly apiKeys: Collection<ApiKey>;
  readonly usagePlans: Collection<UsagePlan>;
  /** API key id by `usagePlanId/keyId`. */
  readonly usagePlanKeys: Collection<string>;
  /** Requests used by `usagePlanId/keyId/YYYY-MM-DD`. */
  readonly usage: Collection<number>;
  readonly domainNames: Collection<DomainName>;
  /** By `domainName/basePath`. */
  readonly basePathMappings: Collection<BasePathMapping>;
  readonly account: Collection<{ cloudwatchRoleArn?: string }>;
  readonly vpcLinks: Collection<VpcLink>;
  /** By `apiId/partId`. */
  readonly documentationParts: Collection<DocumentationPart>;
  /** By `apiId/version`. */
  readonly documentationVersions: Collection<DocumentationVersion>;
  readonly #accountId: string;
  readonly #listeners: (() => void)[] = [];

  constructor({ store, accountId }: Pick<Cloud, "store" | "accountId">) {
    this.#accountId = accountId;
    this.vpcLinks = store.collection("apigateway.vpcLinks");
    this.documentationParts = store.collection("apigateway.documentationParts");
    this.documentationVersions = store.collection("apigateway.documentationVersions");
    this.apis = store.collection("apigateway.apis");
    this.deployments = store.collection("apigateway.deployments");
    this.stages = store.collection("apigateway.stages");
    this.apiKeys = store.collection("apigateway.apiKeys");
    this.usagePlans = store.collection("apigateway.usagePlans");
    this.usagePlanKeys = store.collection("apigateway.usagePlanKeys");
    this.usage = store.collection("apigateway.usage");
    this.domainNames = store.collection("apigateway.domainNames");
    this.basePathMappings = store.collection("apigateway.basePathMappings");
    this.account = store.collection("apigateway.account");
  }

  api(restApiId: string): Api {
    const api = this.apis.get(restApiId);
    if (!api) throw notFound(`Invalid API identifier specified ${this.#accountId}:${restApiId}`);
    return api;
  }

  /** An API that one of its parts is asked of: without the API, there is no such part. */
  apiOf(restApiId: string, missing: string | AwsError): Api {
    const api = this.apis.get(restApiId);
    if (!api) throw typeof missing === "string" ? notFound(missing) : missing;
    return api;
  }

  deployment(restApiId: string, deploymentId: string | undefined): Deployment {
    const found = this.deployments.get(`${restApiId}/${deploymentId}`);
    if (!found) throw notFound("Invalid Deployment identifier specified");
    return found;
  }

  stage(restApiId: string, stageName: string): Stage {
    const found = this.stages.get(`${restApiId}/${stageName}`);
    if (!found) throw notFound("Invalid stage identifier specified");
    return found;
  }

  /** Calls `listener` after whatever changes what is served: stages, keys, plans, domains. */
  onServedChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  servedChanged(): void {
    for (const listener of this.#listeners) listener();
  }
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";

/** An identifier in API Gateway's form: ten lower-case letters and digits (resources and plans have six). */
export const newId = (length = 10): string =>
  Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");

/** The value of an API key: forty letters and digits. */
export const newKeyValue = (): string => randomBytes(20).toString("hex");

/** One page of a list, in API Gateway's words; of 25 items unless more are requested. */
export function pageOf<T>(
  all: T[],
  request: Pick<PageRequest, "position" | "limit">,
  key: (item: T) => Key,
): { items: T[]; position?: string } {
  const { limit = 25 } = request;
  if (limit > 500) throw badRequest(`limit is ${limit}; allowed are 1 to 500`);
  if (limit < 1) return { items: [] };
  const invalid = () => badRequest("Invalid position parameter");
  const { items, next } = page(all, request, key, { size: 25, invalid });
  return { items, ...(next && { position: next }) };
}
