/**
 * What a service began with still shows in its errors: the code that the query protocol had for one and, for clients that ask
 * by `x-amzn-query-mode: true`, its status. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#awsquerycompatible-trait
 */
import type { AwsError } from "../service.ts";
import type { Protocol } from "./protocol.ts";
import type { ServiceShapes } from "./shapes.ts";

/** Error codes of the query protocol that have another name as shapes, where SDK packages do not know the shape. */
const olderNames: Record<string, string> = {
  MissingParameter: "MissingRequiredParameterException",
  ValidationError: "ValidationException",
};

/** Namespaces of shapes that are other ones on the wire than in SDK packages. */
const namespaces: Record<string, string> = { "com.amazonaws.cloudwatch": "com.amazonaws.cloudwatch.v2010_08_01" };

/**
 * `__type` of an error. A code without a shape gets the ending of one: `InvalidParameterValue` is
 * `InvalidParameterValueException`.
 */
export function typeOf(code: string, shapes: ServiceShapes | undefined): string {
  if (!shapes?.queryCompatible) return code;
  const name = shapes.errors.has(code) ? code : [...shapes.errors].find(([, { query }]) => query?.[0] === code)?.[0];
  const shape = shapes.errors.get(name ?? "");
  if (shape) return `${namespaces[shape.namespace] ?? shape.namespace}#${name}`;
  const older = olderNames[code] ?? (/(Exception|Error|Failure|Fault)$/.test(code) ? code : `${code}Exception`);
  return older === "ValidationException" ? `com.amazon.coral.validate#${older}` : older;
}

/** The code that the query protocol has for an error. IAM's refusals have an older name there. */
export function queryCodeOf(code: string, shapes: ServiceShapes | undefined): string {
  return shapes?.errors.get(code)?.query?.[0] ?? (code === "AccessDeniedException" ? "AccessDenied" : code);
}

/** `x-amzn-query-error`, where there was a query protocol. */
export const queryErrorHeader = (
  { code, status }: AwsError,
  shapes: ServiceShapes | undefined,
): Record<string, string> =>
  shapes?.queryCompatible
    ? { "x-amzn-query-error": `${queryCodeOf(code, shapes)};${status >= 500 ? "Receiver" : "Sender"}` }
    : {};

/** A protocol that answers errors with the status which the query protocol has for them. */
export const inQueryMode = (protocol: Protocol): Protocol => ({
  ...protocol,
  writeError(error, requestId, shapes) {
    const written = protocol.writeError(error, requestId, shapes);
    const status = shapes?.queryCompatible ? shapes.errors.get(error.code)?.query?.[1] : undefined;
    return { ...written, status: status ?? (shapes?.queryCompatible ? error.status : written.status) };
  },
});
