/** The last calls of each API's routes, with what was sent and answered, for a page that shows them and sends one again. */
import { isUtf8 } from "node:buffer";
import { type RouteCall, routeCallChannel } from "../routeCall.ts";
import { AwsError, type OpenCloud } from "../service.ts";
import type { Received, Replay, ShownBody, ShownCall } from "./protocol.ts";
import { bodyWithoutSecrets, urlWithoutSecrets, withoutSecret } from "./secrets.ts";
import { sendToRoutes } from "./send.ts";

/** How many of an API are kept. */
const kept = 30;
/** Bytes of the largest body that is kept. */
const longestBody = 64 * 1024;
/** Bytes of all that is kept; the oldest goes first. */
const most = 16 * 1024 * 1024;

interface Kept extends RouteCall {
  /** Bytes that it takes. */
  size: number;
  /** Bytes of the bodies as they were, kept or not. */
  sent: number;
  answered: number;
}

export class Calls {
  readonly #byApi = new Map<string, Kept[]>();
  #size = 0;

  readonly #note = (message: unknown): void => {
    const call = message as RouteCall;
    const [sent, answered] = [call.body?.length ?? 0, Buffer.byteLength(call.answer)];
    const body = sent > longestBody ? undefined : call.body;
    const answer = answered > longestBody ? "" : call.answer;
    const size = (body?.length ?? 0) + Buffer.byteLength(answer) + 2 * (call.url.length + lengthOf(call.headers));
    const list = this.#byApi.get(call.api) ?? [];
    this.#byApi.set(call.api, list);
    list.push({ ...call, body, answer, size, sent, answered });
    this.#size += size;
    if (list.length > kept) this.#drop(list);
    while (this.#size > most) this.#drop(this.#oldest());
  };

  constructor() {
    routeCallChannel.subscribe(this.#note);
  }

  close(): void {
    routeCallChannel.unsubscribe(this.#note);
  }

  /** @throws AwsError `NotFound` where it is not, or no longer, kept. */
  shown(api: string, requestId: string): ShownCall {
    return shownOf(this.#find(api, requestId));
  }

  /**
   * Sends a call again, with the credentials that it had: a page never sees those.
   * @throws AwsError where it is not kept, or not whole.
   */
  async replay(cloud: OpenCloud, { api, requestId, signed = false }: Replay): Promise<Received> {
    const call = this.#find(api, requestId);
    const { method, url, body, sent } = call;
    if (sent > (body?.length ?? 0)) {
      throw new AwsError("NotKept", `Its body of ${sent} bytes was not kept: at most ${longestBody} bytes are`);
    }
    const headers = headersOf(call.headers);
    for (const name of [...notAgain, ...(isSigned(headers) ? ofSignature : [])]) delete headers[name];
    const again = { method, path: url, headers, signed, ...(body && { body }) };
    const answer = await sendToRoutes(cloud, again, headersOf(call.headers).host);
    const type = answer.headers["content-type"] ?? "";
    return { ...answer, headers: shownHeaders(answer.headers), body: bodyWithoutSecrets(answer.body, type) };
  }

  #find(api: string, requestId: string): Kept {
    const call = this.#byApi.get(api)?.find((one) => one.requestId === requestId);
    if (!call) throw new AwsError("NotFound", "The call is no longer kept: only an API's last ones are", 404);
    return call;
  }

  #oldest(): Kept[] {
    return [...this.#byApi.values()]
      .filter(({ length }) => length > 0)
      .reduce((one, other) => (one[0]!.at <= other[0]!.at ? one : other));
  }

  #drop(list: Kept[]): void {
    this.#size -= list.shift()?.size ?? 0;
  }
}

function lengthOf(texts: string[]): number {
  let length = 0;
  for (const text of texts) length += text.length;
  return length;
}

/** What belonged to the connection or the trace of then; an answer that nobody unpacks is of no use. */
const notAgain = ["accept-encoding", "expect", "x-amzn-trace-id"];
/** A signature is of its time. */
const ofSignature = ["authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"];

const isSigned = ({ authorization = "" }: Record<string, string>): boolean => authorization.startsWith("AWS4-");

/** Of names and values in turn. */
function headersOf(raw: string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    const value = raw[i + 1] as string;
    headers[name] = headers[name] === undefined ? value : `${headers[name]}${name === "cookie" ? "; " : ", "}${value}`;
  }
  return headers;
}

const shownHeaders = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, withoutSecret(name, value)]));

function shownOf(call: Kept): ShownCall {
  const { at, requestId, method, url, status, milliseconds, invocation, sent, answered } = call;
  const [headers, answerHeaders] = [headersOf(call.headers), headersOf(call.answerHeaders)];
  return {
    ...{ at, requestId, method, status, milliseconds },
    url: urlWithoutSecrets(url),
    signed: isSigned(headers),
    headers: shownHeaders(headers),
    body: shownBody(call.body ?? "", sent, headers["content-type"]),
    answerHeaders: shownHeaders(answerHeaders),
    answer: shownBody(call.answer, answered, answerHeaders["content-type"]),
    ...(call.function !== undefined && { function: call.function }),
    ...(invocation !== undefined && { invocation }),
  };
}

/** @param bytes that it had. */
function shownBody(body: Buffer | string, bytes: number, type = ""): ShownBody {
  if (bytes > Buffer.byteLength(body) || (typeof body !== "string" && !isUtf8(body))) return { bytes };
  return { bytes, text: bodyWithoutSecrets(body.toString(), type) };
}
