/**
 * Requests to functions' addresses: `/_aws/lambda-url/ID/path` on the port of routes, or AWS's own host of the URL.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Directory } from "../../authorization/directory.ts";
import { corsHeaders, isPreflight } from "../../http/cors.ts";
import { httpEvent, replyOf } from "../../http/event.ts";
import { signerOf } from "../../http/signer.ts";
import { type HttpReply, type HttpSite, jsonReply, writeReply } from "../../http/site.ts";
import { tellRequest } from "../../http/told.ts";
import { collect } from "../../kit/collect.ts";
import { AwsError, type Principal } from "../../service.ts";
import type { Lambda } from "./context.ts";
import type { Invoker } from "./invoker.ts";
import type { UrlRecord } from "./records.ts";
import { policyKey } from "./registry.ts";

/** Before the id of a URL, in its path form. */
export const URL_PATH = "/_aws/lambda-url/";
const MAX_BODY = 6_291_456;
const anonymous: Principal = { kind: "anonymous", arn: "anonymous" };

const FORBIDDEN = jsonReply(
  403,
  {
    Message:
      "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
  },
  ["x-amzn-ErrorType", "AccessDeniedException"],
);
const FAILED = jsonReply(502, { Message: "Internal Server Error" });

interface Found {
  /** `name:alias`, or `name:` of the function itself. */
  key: string;
  url: UrlRecord;
  /** Within the URL, with the query. */
  rest: string;
  /** Once it is read. */
  body?: Buffer | undefined;
  /** Request id of the invocation, once there is one. */
  invoked?: string;
}

export class UrlSite implements HttpSite {
  readonly #lambda: Lambda;
  readonly #invoker: Invoker;
  readonly #directory: Directory;

  constructor(lambda: Lambda, invoker: Invoker, directory: Directory) {
    this.#lambda = lambda;
    this.#invoker = invoker;
    this.#directory = directory;
  }

  owns(host: string, path: string): boolean {
    const id = idOf(host, path);
    return id !== undefined && this.#find(id) !== undefined;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = request.url as string;
    const host = (request.headers.host ?? "").split(":", 1)[0]!.toLowerCase();
    const id = idOf(host, raw) as string;
    const [key, url] = this.#find(id) as [string, UrlRecord];
    const rest = raw.startsWith(URL_PATH) ? raw.slice(URL_PATH.length + id.length) : raw;
    const requestId = randomUUID();
    const own = ["x-amzn-RequestId", requestId, "Date", new Date().toUTCString()];
    if (url.Cors && isPreflight(request)) {
      request.resume();
      return writeReply(response, { status: 200, headers: corsHeaders(url.Cors, request), body: "" }, own);
    }
    const began = Date.now();
    const found: Found = { key, url, rest };
    const reply = await this.#answer(request, found, requestId);
    const headers = [...reply.headers, ...own, ...(url.Cors ? corsHeaders(url.Cors, request) : [])];
    const written = { ...reply, headers };
    const [name = "", alias] = key.split(":");
    tellRequest({
      ...{ request, path: cut(rest)[0], began, reply: written, requestId },
      ...{ region: this.#lambda.cloud.region, api: url.id, body: found.body, invocation: found.invoked },
      function: this.#lambda.arns.function(name, alias || undefined),
    });
    writeReply(response, written);
  }

  async #answer(request: IncomingMessage, found: Found, requestId: string): Promise<HttpReply> {
    const { registry, cloud } = this.#lambda;
    const tooLarge = () =>
      new AwsError("RequestEntityTooLargeException", "Request must be smaller than 6291456 bytes", 413);
    try {
      const sent = await collect(request, MAX_BODY, tooLarge);
      const body = sent.length > 0 ? sent : undefined;
      found.body = body;
      const { key, url } = found;
      const [name = "", alias] = key.split(":");
      const caller =
        url.AuthType === "AWS_IAM"
          ? signerOf(request, body, "lambda", { directory: this.#directory, ...pick(cloud) })
          : anonymous;
      const resourcePolicy = registry.policies.get(policyKey(name, alias || undefined))?.document;
      const access = {
        action: "lambda:InvokeFunctionUrl",
        resource: this.#lambda.arns.function(name, alias || undefined),
        context: { "lambda:FunctionUrlAuthType": url.AuthType },
        ...(resourcePolicy && { resourcePolicy }),
        ...(url.AuthType === "NONE" && { rule: "resource" as const }),
      };
      await cloud.authorize({ principal: caller, operation: "InvokeFunctionUrl" }, [access]);
      const target = registry.target(name, alias || undefined);
      const [path = "/", query = ""] = cut(found.rest);
      const event = httpEvent({ request, path, query, body, context: this.#context(found, caller, requestId) });
      found.invoked = requestId;
      const invoked = await this.#invoker.invoke(target, { requestId, payload: JSON.stringify(event) });
      return invoked.functionError ? FAILED : replyOf(invoked.json);
    } catch (error) {
      if (!request.complete) request.resume();
      return refusal(error);
    }
  }

  #context({ url }: Found, caller: Principal, requestId: string) {
    const { region } = this.#lambda.cloud;
    const { accountId, accessKeyId, arn, userId } = caller;
    return {
      accountId: accountId ?? "anonymous",
      apiId: url.id,
      ...(caller !== anonymous && {
        authorizer: {
          iam: {
            accessKey: accessKeyId,
            accountId,
            callerId: userId,
            cognitoIdentity: null,
            principalOrgId: null,
            userArn: arn,
            userId,
          },
        },
      }),
      domainName: `${url.id}.lambda-url.${region}.on.aws`,
      requestId,
      routeKey: "$default",
      stage: "$default",
    };
  }

  #find(id: string): [key: string, url: UrlRecord] | undefined {
    return this.#lambda.registry.urls.entries().find(([, url]) => url.id === id);
  }
}

const pick = ({ region, accountId }: { region: string; accountId: string }) => ({ region, accountId });

function idOf(host: string, path: string): string | undefined {
  if (path.startsWith(URL_PATH)) return /^\w+/.exec(path.slice(URL_PATH.length))?.[0];
  return /^(\w+)\.lambda-url\./.exec(host)?.[1];
}

/** `/a?b` as path and query. */
function cut(rest: string): [path: string, query: string] {
  const mark = rest.indexOf("?");
  const path = mark < 0 ? rest : rest.slice(0, mark);
  return [path || "/", mark < 0 ? "" : rest.slice(mark + 1)];
}

/** What the caller is told: why it is refused, never what went wrong within. */
function refusal(error: unknown): HttpReply {
  if (!(error instanceof AwsError)) return FAILED;
  if (error.code.startsWith("AccessDenied") || error.code === "ResourceNotFoundException") return FORBIDDEN;
  if (error.status < 500 && error.status !== 400) {
    return jsonReply(error.status, { Message: error.message }, ["x-amzn-ErrorType", error.code]);
  }
  return error.status === 400 ? FORBIDDEN : FAILED;
}
