import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
import { Failure } from "./failure.ts";
import { signedFetch } from "./signedFetch.ts";
import { output, type Stack } from "./stack.ts";

// biome-ignore lint/suspicious/noExplicitAny: each command knows the shape of what it asks for
type Body = any;

export interface PlatformRequest {
  body?: object;
  query?: Record<string, string | undefined>;
  headers?: Record<string, string>;
}

/** Answers that may be another one a little later. */
const transient = { statuses: [429, 502, 503, 504], tries: 4 };

/**
 * The API of notebooks and jobs, as whoever runs this: by an AWS identity, or by a token in `DSP_TOKEN` where the stack's
 * callers are users of Cognito. A request that creates something may be sent again: it has a key of its own.
 */
export class PlatformClient {
  readonly #url: string;
  readonly #fetch: (
    url: URL,
    request: { method: string; headers?: Record<string, string>; body?: string },
  ) => Promise<Response>;

  constructor(stack: Stack) {
    this.#url = output(stack, "platformUrl");
    const { region, profile, credentials } = stack.client;
    const token = process.env.DSP_TOKEN;
    this.#fetch = token
      ? (url, { headers, ...request }) => fetch(url, { ...request, headers: { ...headers, authorization: token } })
      : signedFetch(credentials ?? fromNodeProviderChain({ ...(profile && { profile }) }), region);
  }

  get = (path: string, query?: PlatformRequest["query"]): Promise<Body> =>
    this.send("GET", path, query ? { query } : {});
  post = (path: string, body?: object): Promise<Body> =>
    this.send("POST", path, { ...(body && { body }), headers: { "idempotency-key": randomUUID() } });
  patch = (path: string, body: object): Promise<Body> => this.send("PATCH", path, { body });
  delete = (path: string): Promise<Body> => this.send("DELETE", path);

  /** Every item of a list, newest first. */
  async *all(path: string): AsyncGenerator<Body> {
    let token: string | undefined;
    do {
      const page = await this.get(path, { limit: "100", token });
      yield* page.items;
      token = page.token;
    } while (token);
  }

  /**
   * @returns the answer's body; undefined where there is none.
   * @throws {Failure} with the API's own message.
   */
  async send(method: string, path: string, { body, query = {}, headers = {} }: PlatformRequest = {}): Promise<Body> {
    const url = new URL(`${this.#url}${path}`);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    const text = body && JSON.stringify(body);
    for (let tries = 1; ; tries++) {
      const response = await this.#fetch(url, {
        method,
        headers: { ...headers, ...(text && { "content-type": "application/json" }) },
        ...(text && { body: text }),
      });
      const answer = parse(await response.text());
      if (response.ok) return answer;
      if (!transient.statuses.includes(response.status) || tries === transient.tries) {
        // API Gateway's own refusals begin with a capital.
        const { message, Message } = Object(answer) as { message?: string; Message?: string };
        throw new ApiFailure(response.status, message ?? Message ?? `The API answered ${response.status}`);
      }
      await sleep(250 * 2 ** tries * Math.random());
    }
  }
}

/** What the API refuses, in its own words. */
export class ApiFailure extends Failure {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
