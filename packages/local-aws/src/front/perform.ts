/** Requests whose caller is known: read, carried out under IAM, and answered, each in its service's protocol. */
import { Readable } from "node:stream";
import type { RawResponse } from "../http/raw.ts";
import { htmlOf } from "../kit/htmlPage.ts";
import { AwsError, type Call, operationOf, type Service, unknownOperation } from "../service.ts";
import { checkInput, protocolOf, shapesOf, type WireRequest } from "../wire/index.ts";
import { signatureError } from "./authenticate.ts";

export interface Performer {
  service: Service;
  /** Runs an operation whose caller is known, under IAM. */
  dispatch(call: Call, input: object): Promise<object>;
  /** Which operations the caller may ask for at all. Default: each one. */
  permitted?: (operation: string) => boolean;
}

export interface Given {
  request: WireRequest;
  /** Path and query as sent. */
  url: string;
  /** For a service that reads the wire itself. */
  body(): Readable;
}

/** @throws AwsError what the service answers with, if it has not answered itself. */
export async function perform(
  { service, dispatch, permitted }: Performer,
  { request, url, body }: Given,
  call: Call,
): Promise<RawResponse> {
  const { method, headers } = request;
  if (service.handle) {
    call.operation = operationName(request);
    const whole = Buffer.isBuffer(request.body) ? request.body : undefined;
    const raw = {
      method,
      url,
      headers,
      ...(whole && { whole }),
      // A stream around what was read already would be made for nothing.
      get body() {
        return body();
      },
    };
    return service.handle(raw, call);
  }
  const shapes = await shapesOf(service);
  if (!shapes) throw unknownService(service.name);
  const protocol = protocolOf(request, shapes);
  const { operation, input } = protocol.read(shapes, request);
  call.operation = operation.name;
  if (permitted && !permitted(operation.name)) throw signatureError(protocol.dialect, "unsigned");
  if (!operationOf(service, operation.name)) throw unknownOperation(service.name, operation.name);
  const answer = async () => {
    checkInput(operation.input, input, protocol.invalid);
    return protocol.write(shapes, operation, await dispatch(call, input), call.requestId);
  };
  const page = service.pages?.[operation.name];
  return page && headers.accept?.includes("text/html") ? pageOf(page, answer) : answer();
}

/** The answer as a page for the person who has opened a mail's link. */
async function pageOf(
  page: NonNullable<NonNullable<Service["pages"]>[string]>,
  answer: () => Promise<unknown>,
): Promise<RawResponse> {
  try {
    await answer();
    return htmlOf({ status: 200, ...page(undefined) });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return htmlOf({ status: error.status, ...page(error.message) });
  }
}

/** As {@link perform}; a refusal is an answer, too. */
export async function performed(performer: Performer, given: Given, call: Call): Promise<RawResponse> {
  try {
    return await perform(performer, given, call);
  } catch (error) {
    const shapes = await shapesOf(performer.service);
    const { request } = given;
    return protocolOf(request, shapes).writeError(known(error, performer.service.name), call.requestId, shapes);
  }
}

/** A body that has been read already, as a stream. */
export const wholeStream = ({ body }: WireRequest): Readable => Readable.from([body], { objectMode: false });

/** For a service that reads the wire itself: what the request names, if it names anything. */
const operationName = ({ headers, query }: WireRequest): string =>
  String(headers["x-amz-target"] ?? "")
    .split(".")
    .at(-1) ||
  (query.get("Action") ?? "");

export const unknownService = (name: string): AwsError =>
  new AwsError("UnknownOperationException", `The local cloud does not have the service ${name}`, 501);

/** A fault of the local cloud itself is printed on its console; the caller learns only what AWS would reveal. */
export function known(error: unknown, service = "endpoint"): AwsError {
  if (error instanceof AwsError) return error;
  // The client went away before it had sent its request: no one reads the answer.
  if ((error as NodeJS.ErrnoException).code === "ECONNRESET") return new AwsError("RequestTimeout", "aborted", 400);
  console.error(`${service}:`, error);
  return new AwsError(
    "InternalFailure",
    "The request processing has failed because of an unknown error, exception or failure.",
    500,
  );
}
