/** Asks the cloud: operations of its services by AWS's own names and shapes, with the token that the opened URL carried. */
import {
  consolePath,
  decode,
  encode,
  type Received,
  type Refusal,
  type Replay,
  type Sent,
  type ShownCall,
  tokenHeader,
} from "local-aws/console";
import type { Asked, OperationName, Output, ServiceName } from "local-aws/service";

const stored = "console-token";

/** Keeps the token of the URL that was opened, and takes it out of the address: it stays in no history. */
export function takeToken(): void {
  const [, given] = /[#&]token=([\w-]+)/.exec(location.hash) ?? [];
  if (!given) return;
  localStorage.setItem(stored, given);
  history.replaceState(null, "", `${location.pathname}#/`);
}

const headers = (): Record<string, string> => ({ [tokenHeader]: localStorage.getItem(stored) ?? "" });

/** What the cloud refused, in AWS's words. */
export class Refused extends Error {
  readonly code: string;

  constructor({ code, message }: Refusal) {
    super(message);
    this.code = code;
  }
}

/** Called when the token is not, or no longer, this start's. */
export const tokenEnded = new EventTarget();

async function ask(path: string, options: RequestInit): Promise<Response> {
  const response = await fetch(`${consolePath}api/${path}`, {
    ...options,
    headers: { ...headers(), ...options.headers },
  });
  if (response.status === 401) tokenEnded.dispatchEvent(new Event("ended"));
  if (response.ok) return response;
  const said = (await response.json().catch(() => undefined)) as Refusal | undefined;
  throw new Refused(said ?? { code: String(response.status), message: "The cloud does not answer" });
}

const post = async (path: string, value: unknown, signal?: AbortSignal): Promise<unknown> => {
  const body = { method: "POST", body: encode(value), headers: { "content-type": "application/json" } };
  return decode(await (await ask(path, { ...body, ...(signal && { signal }) })).text());
};

const get = async (path: string): Promise<unknown> => decode(await (await ask(path, {})).text());

/** An operation as the account's root: `call("sqs", "ListQueues", {})`. @throws {Refused} in AWS's words. */
export function call<Name extends ServiceName, Of extends string & OperationName<Name>>(
  service: Name,
  operation: Of,
  input: Asked<Name, Of>,
  signal?: AbortSignal,
): Promise<Output<Name, Of>> {
  return post("call", { service, operation, input }, signal) as Promise<Output<Name, Of>>;
}

/** The same, `undefined` where there is none of it. @throws {Refused} for any other reason. */
export async function find<Name extends ServiceName, Of extends string & OperationName<Name>>(
  service: Name,
  operation: Of,
  input: Asked<Name, Of>,
  signal?: AbortSignal,
): Promise<Output<Name, Of> | undefined> {
  const answer = await post("call", { service, operation, input, orNone: true }, signal);
  return (answer ?? undefined) as Output<Name, Of> | undefined;
}

/** What a service shows beside its operations. @throws {Refused} */
export const look = <Answer>(service: string, name: string, about: object): Promise<Answer> =>
  post("look", { service, name, about }) as Promise<Answer>;

/** A request to the routes of deployed APIs. @throws {Refused} */
export const send = (request: Sent): Promise<Received> => post("send", request) as Promise<Received>;

/** One of the last calls of an API's routes. @throws {Refused} where it is no longer kept. */
export const readRouteCall = (api: string, id: string): Promise<ShownCall> =>
  get(`route-call?${new URLSearchParams({ api, id })}`) as Promise<ShownCall>;

/** Sends it again, with the credentials that it had. @throws {Refused} */
export const replay = (call: Replay): Promise<Received> => post("replay", call) as Promise<Received>;

/** What the engine knows: the map, a resource. @throws {Refused} */
export const readDocument = <Answer>(name: string, about = ""): Promise<Answer> =>
  get(`document/${name}?about=${encodeURIComponent(about)}`) as Promise<Answer>;

/** Messages of the stream of events, until the signal. @throws {Refused} or TypeError when it breaks. */
export async function* messages(signal: AbortSignal): AsyncGenerator<unknown> {
  const { body } = await ask("events", { signal });
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; ; ) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    for (let at = text.indexOf("\n\n"); at >= 0; at = text.indexOf("\n\n")) {
      yield JSON.parse(text.slice("data: ".length, at));
      text = text.slice(at + 2);
    }
  }
}

/** All pages of a listing, at most `most` entries: `all((next) => call("lambda", "ListFunctions", { Marker: next }), …)`. */
export async function all<Answer, Item>(
  page: (next: string | undefined) => Promise<Answer>,
  items: (answer: Answer) => Item[] | undefined,
  next: (answer: Answer) => string | undefined,
  most = 10_000,
): Promise<Item[]> {
  const found: Item[] = [];
  for (let token: string | undefined; ; ) {
    const answer = await page(token);
    found.push(...(items(answer) ?? []));
    token = next(answer);
    if (!token || found.length >= most) return found;
  }
}
