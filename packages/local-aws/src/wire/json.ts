/** `awsJson1_0`, `awsJson1_1`: the operation in `x-amz-target`, JSON in both directions. */

import { JsonCodec } from "@smithy/core/protocols";
import type { NormalizedSchema } from "@smithy/core/schema";
import type { RawResponse } from "../http/raw.ts";
import { parseJson } from "../jsonText.ts";
import { AwsError } from "../service.ts";
import { bytes, type Protocol } from "./protocol.ts";
import { queryErrorHeader, typeOf } from "./queryMode.ts";
import { readParsed } from "./sdkInternals.ts";
import type { ServiceShapes } from "./shapes.ts";

/** JSON by schema; `jsonName` is a trait of REST protocols only. */
export const jsonCodec = (jsonName: boolean) =>
  new JsonCodec({ jsonName, timestampFormat: { useTrait: true, default: 7 } });

const codec = jsonCodec(false);

export function awsJson(version: "1.0" | "1.1"): Protocol {
  const contentType = `application/x-amz-json-${version}`;
  const answer = (status: number, body: string, requestId: string, headers: object = {}): RawResponse => ({
    status,
    headers: { "content-type": contentType, "x-amzn-requestid": requestId, ...headers },
    body,
  });

  return {
    dialect: "json",
    invalid: "ValidationException",
    read(shapes, request) {
      const target = String(request.headers["x-amz-target"] ?? "");
      const operation = shapes.operations.get(target.slice(target.indexOf(".") + 1));
      if (!operation) throw unknownOperation(target);
      return { operation, input: readJson(codec, operation.input, bytes(request)) as object };
    },
    write(_shapes, operation, output, requestId) {
      return answer(
        200,
        operation.output.isUnitSchema() ? "{}" : writeJson(codec, operation.output, output),
        requestId,
      );
    },
    writeError(error, requestId, shapes) {
      const body = JSON.stringify({ __type: typeOf(error.code, shapes), ...jsonError(error, codec, shapes) });
      return answer(error.status >= 500 ? error.status : 400, body, requestId, queryErrorHeader(error, shapes));
    },
  };
}

export const unknownOperation = (name: string): AwsError =>
  new AwsError("UnknownOperationException", `The local cloud does not have the operation ${name}`, 501);

/** @throws AwsError `SerializationException` when the text is no JSON or does not fit the schema. */
export function readJson(codec: JsonCodec, schema: NormalizedSchema, body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    const value: unknown = parseJson(body.toString());
    if (schema.isUnitSchema()) return {};
    // The SDK's reader would accept a list as an object without members.
    if (Array.isArray(value) && schema.isStructSchema()) return value;
    return readParsed(codec, schema, value);
  } catch (error) {
    if (error instanceof SyntaxError) throw new AwsError("SerializationException", "The body is not valid JSON", 400);
    throw new AwsError("SerializationException", (error as Error).message, 400);
  }
}

export function writeJson(codec: JsonCodec, schema: NormalizedSchema, value: unknown): string {
  const serializer = codec.createSerializer();
  serializer.write(schema, value);
  return serializer.flush() as string;
}

/** An error's members, its message under the name that its shape has for it. */
export function jsonError(error: AwsError, codec: JsonCodec, shapes: ServiceShapes | undefined) {
  const shape = shapes?.errors.get(error.code);
  const names = shape ? [...shape.schema.structIterator()].map(([name]) => name) : [];
  const messageName = names.includes("Message") ? "Message" : "message";
  const members = shape ? JSON.parse(writeJson(codec, shape.schema, error.members)) : error.members;
  // AWS leaves an empty message out.
  const message = error.message === "" ? {} : { [messageName]: error.message };
  return { ...members, ...message };
}
