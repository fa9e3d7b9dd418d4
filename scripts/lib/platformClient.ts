import { randomUUID } from "node:crypto";
import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
import { askPatiently, messageOf, parseAnswer } from "./apiAnswer.ts";
import { Failure } from "./failure.ts";
import { signedFetch } from "./signedFetch.ts";
import { output, type Stack } from "./stack.ts";

// biome-ignore lint/suspicious/noExplicitAny: each command knows the shape of what it asks for
type Body = any;

interface PlatformRequest {
  body?: object;
  query?: Record<string, string | undefined>;
  headers?: Record<string, string>;
}

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
    this.#send("GET", path, query ? { query } : {});
  /** @returns undefined where there is none. */
  find = (path: string): Promise<Body | undefined> =>
    this.get(path).catch((error: unknown) => {
      if (error instanceof ApiFailure && error.status === 404) return undefined;
      throw error;
    });
  /** @param key by which the API knows a request that comes again. Default: a new one. */
  post = (path: string, body?: object, key: string = randomUUID()): Promise<Body> =>
    this.#send("POST", path, { ...(body && { body }), headers: { "idempotency-key": key } });
  patch = (path: string, body: object): Promise<Body> => this.#send("PATCH", path, { body });
  delete = (path: string): Promise<Body> => this.#send("DELETE", path);

  /** Every item of a list, newest first. */
  async all(path: string): Promise<Body[]> {
    const items: Body[] = [];
    let token: string | undefined;
    do {
      const page = await this.get(path, { limit: "100", token });
      items.push(...page.items);
      token = page.token;
    } while (token);
    return items;
  }

  /**
   * @returns the answer's body; undefined where there is none.
   * @throws {Failure} with the API's own message.
   */
  async #send(method: string, path: string, { body, query = {}, headers = {} }: PlatformRequest = {}): Promise<Body> {
    const url = new URL(`${this.#url}${path}`);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    const text = body && JSON.stringify(body);
    const request = {
      method,
      headers: { ...headers, ...(text && { "content-type": "application/json" }) },
      ...(text && { body: text }),
    };
    const response = await askPatiently(() => this.#fetch(url, request), 4);
    const answer = parseAnswer(await response.text());
    if (response.ok) return answer;
    throw new ApiFailure(response.status, messageOf(answer) ?? `The API answered ${response.status}`);
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
