/**
 * Lambda's Runtime API, from which a runtime in a process fetches its requests, and to which it sends the answers. It is
 * part of the AWS endpoint, below a path that only the environment's own processes know.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import type { RawRequest, RawResponse } from "../../../http/raw.ts";
import type { InvocationMessage } from "../runtime/protocol.ts";
import { maxResponseBytes } from "./limits.ts";

/** An environment's side of the Runtime API. */
export interface RuntimeSession {
  /** The next request. Aborted when the waiting runtime has disconnected. */
  next(signal: AbortSignal): Promise<InvocationMessage>;
  /** The request in progress. */
  readonly requestId: string | undefined;
  /** Whether the runtime has not asked for a request yet. */
  readonly starting: boolean;
  /** Resolves when whoever called has been answered. */
  responded(json: string): Promise<void>;
  /** @param type from the header `Lambda-Runtime-Function-Error-Type`. Resolves as {@link responded} does. */
  failed(json: string, type: string | undefined): Promise<void>;
  /** No further request goes to this runtime: it could not start, or is about to end. */
  failedForGood(json: string, type: string | undefined): void;
}

/** No bucket has such a name: none begins with an underscore. */
const root = "/_lambda/";

export class RuntimeApi {
  readonly #sessions = new Map<string, RuntimeSession>();

  /** Whether a path of the AWS endpoint is the Runtime API's. */
  owns(url: string): boolean {
    return url.startsWith(root);
  }

  /** @returns the path to append to the endpoint's host and port in `AWS_LAMBDA_RUNTIME_API`, and a function that closes it. */
  open(session: RuntimeSession): { path: string; close(): void } {
    const secret = randomBytes(32).toString("base64url");
    this.#sessions.set(secret, session);
    return { path: root + secret, close: () => this.#sessions.delete(secret) };
  }

  /** @param signal aborted when the client has disconnected. */
  async answer({ method, url, headers, body }: RawRequest, signal: AbortSignal): Promise<RawResponse> {
    const [secret = "", version, ...rest] = url.slice(root.length).split("?", 1)[0]!.split("/");
    const session = this.#sessions.get(secret);
    if (!session) return refusal(403, "Forbidden", "There is no execution environment at that path");
    const operation = version === "2018-06-01" ? `${method} ${rest.join("/")}` : "";
    if (operation === "GET runtime/invocation/next") return invocation(await session.next(signal));
    const text = method === "POST" ? await collect(body) : "";
    const type = headers["lambda-runtime-function-error-type"] as string | undefined;
    if (operation === "POST runtime/init/error") {
      if (!session.starting) return refusal(403, "InvalidStateTransition", "The runtime is already initialised");
      session.failedForGood(text ?? "", type);
      return accepted;
    }
    const [, id, what] = /^POST runtime\/invocation\/([^/]+)\/(response|error)$/.exec(operation) ?? [];
    if (id === undefined) return refusal(404, "NotFound", `The Runtime API has no operation ${method} of this path`);
    if (id !== session.requestId) return refusal(400, "InvalidRequestID", "Invalid request ID");
    if (what === "error") await session.failed(text ?? "", type);
    else if (text !== undefined) await session.responded(text);
    else {
      const message = `Response payload size exceeded maximum allowed payload size (${maxResponseBytes} bytes).`;
      const errorType = "Function.ResponseSizeTooLarge";
      session.failedForGood(JSON.stringify({ errorType, errorMessage: message }), errorType);
      return refusal(413, "RequestEntityTooLarge", message);
    }
    return accepted;
  }
}

function invocation([requestId, payload, deadline, arn, trace, clientContext]: InvocationMessage): RawResponse {
  return {
    status: 200,
    headers: {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": requestId,
      "lambda-runtime-deadline-ms": String(deadline),
      "lambda-runtime-invoked-function-arn": arn,
      "lambda-runtime-trace-id": trace,
      ...(clientContext !== undefined && { "lambda-runtime-client-context": headerOf(clientContext) }),
    },
    // As bytes: a text would be written together with the headers, in its encoding.
    body: Buffer.from(payload),
  };
}

/** JSON in one line; non-ASCII characters are sent as their UTF-8 bytes. */
const headerOf = (json: string) => Buffer.from(JSON.stringify(JSON.parse(json))).toString("latin1");

/** @returns `undefined` beyond a function's response limit; the rest is read and dropped. */
function collect(body: Readable): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  const chunks: Buffer[] = [];
  let size = 0;
  body.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxResponseBytes) chunks.push(chunk);
  });
  body.once("end", () => resolve(size <= maxResponseBytes ? Buffer.concat(chunks).toString() : undefined));
  body.once("error", reject);
  return promise;
}

const json = (status: number, content: object): RawResponse => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(content),
});
const accepted = json(202, { status: "OK" });
const refusal = (status: number, errorType: string, errorMessage: string) => json(status, { errorMessage, errorType });
