/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */

import { sourceOf } from "../../../activity.ts";
import { parseJson } from "../../../jsonText.ts";
import type { TraceLink } from "../../../kit/trace.ts";
import type { OperationOf, Operations } from "../../../operations.ts";
import type { Input, Output } from "../../../sdks.ts";
import { AwsError, type Call } from "../../../service.ts";
import type { AsyncQueue } from "../asyncQueue.ts";
import type { Lambda } from "../context.ts";
import { checkEnum, invalidRequestContent } from "../errors.ts";
import type { Invoker } from "../invoker.ts";
import { functionReference } from "../names.ts";
import type { Target } from "../registry.ts";
import { checkRuns } from "../runtimes.ts";

/** `Payload` may be text, too, for callers in process; so may a trace header, which the wire carries as a header. */
export type InvokeInput = Omit<Input<"lambda", "Invoke">, "Payload"> & {
  Payload?: Uint8Array | string;
  /** `Root=…;Parent=…;Sampled=…`: the trace that the invocation belongs to. */
  TraceHeader?: string;
  /** Request id of the invocation. Default: the call's. */
  RequestId?: string;
  /** Segments of several traces that it comes of. */
  TraceLinks?: TraceLink[];
};
export type InvokeOutput = Output<"lambda", "Invoke"> & { Payload: Buffer };

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html#function-configuration-deployment-and-execution */
const maxSyncBytes = 6_291_456;
const maxAsyncBytes = 1_048_576;
const maxTailBytes = 4096;

export function invokeOperations(
  { registry, arns }: Lambda,
  invoker: Invoker,
  queue: AsyncQueue,
): Operations<"lambda"> {
  const Invoke: OperationOf<"lambda", "Invoke"> = {
    access({ FunctionName, Qualifier }) {
      const target = known(() => registry.target(FunctionName, Qualifier));
      const action = "lambda:InvokeFunction";
      if (target) return [{ action, resource: target.arn, ...(target.policy && { resourcePolicy: target.policy }) }];
      const { name, qualifier } = functionReference(FunctionName, Qualifier);
      return [{ action, resource: arns.function(name, qualifier) }];
    },
    async run(input, call) {
      const target = registry.target(input.FunctionName, input.Qualifier);
      checkRuns(target.version.configuration.Runtime);
      const type = input.InvocationType ?? "RequestResponse";
      if (type === "RequestResponse") return respond(target, input, call);
      checkEnum(type, "invocationType", ["Event", "RequestResponse", "DryRun"]);
      const nothing = Buffer.alloc(0);
      if (type === "DryRun") return { StatusCode: 204, Payload: nothing };
      const payload = eventPayload(input.Payload);
      const trace = input.TraceHeader ?? call.trace;
      const source = sourceOf(call);
      const { RequestId: requestId = call.requestId } = input;
      queue.add(target, { requestId, payload, ...(trace && { trace }), ...(source && { source }) });
      return { StatusCode: 202, Payload: nothing };
    },
  };

  async function respond(target: Target, input: InvokeInput, call: Call): Promise<InvokeOutput> {
    const payload = text(input.Payload);
    if (payload.length * 3 > maxSyncBytes && Buffer.byteLength(payload) > maxSyncBytes) {
      const message = `Request must be smaller than ${maxSyncBytes} bytes for the InvokeFunction operation`;
      throw new AwsError("RequestEntityTooLargeException", message, 413);
    }
    const { trace } = call;
    const { RequestId: requestId = call.requestId } = input;
    const source = sourceOf(call);
    const invoked = await invoker.invoke(target, {
      requestId,
      ...(source && { source }),
      payload,
      tail: input.LogType === "Tail",
      ...((input.TraceHeader ?? trace) && { trace: input.TraceHeader ?? trace }),
      ...(input.TraceLinks && { links: input.TraceLinks }),
      ...(input.ClientContext && { clientContext: clientContext(input.ClientContext) }),
    });
    const output: InvokeOutput = {
      StatusCode: 200,
      Payload: Buffer.from(invoked.json),
      ExecutedVersion: invoked.version,
    };
    if (invoked.functionError) output.FunctionError = invoked.functionError;
    if (invoked.log !== undefined)
      output.LogResult = Buffer.from(invoked.log).subarray(-maxTailBytes).toString("base64");
    return output;
  }

  return { Invoke };
}

function known<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof AwsError && error.code === "ResourceNotFoundException") return undefined;
    throw error;
  }
}

const text = (payload: Uint8Array | string | undefined): string => {
  if (payload === undefined) return "";
  if (typeof payload === "string") return payload;
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("utf8");
};

/** Checked when it is accepted: later there is no caller to report to. */
function eventPayload(given: Uint8Array | string | undefined): string {
  const payload = text(given) || "{}";
  const size = Buffer.byteLength(payload);
  if (size > maxAsyncBytes) {
    const message = `${size} byte payload is too large for the Event invocation type (limit ${maxAsyncBytes} bytes)`;
    throw new AwsError("RequestEntityTooLargeException", message, 413);
  }
  try {
    parseJson(payload);
  } catch (error) {
    throw invalidRequestContent(`Could not parse request body into json: ${(error as Error).message}`);
  }
  return payload;
}

/** JSON in base64, 3,583 bytes at most. */
function clientContext(base64: string): string {
  const json = Buffer.from(base64, "base64").toString();
  try {
    parseJson(json);
  } catch {
    throw invalidRequestContent("Client context must be a valid Base64-encoded JSON object.");
  }
  return json;
}
