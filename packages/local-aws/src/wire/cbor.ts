/** `rpcv2Cbor`, which recent versions of the AWS CLI use for CloudWatch: the operation in the path, CBOR in both directions. */
import { CborCodec } from "@smithy/core/cbor";
import type { RawResponse } from "../http/raw.ts";
import { AwsError } from "../service.ts";
import { unknownOperation } from "./json.ts";
import { bytes, type Protocol } from "./protocol.ts";
import { queryErrorHeader, typeOf } from "./queryMode.ts";

const codec = new CborCodec();
const path = /\/service\/[^/]+\/operation\/([^/]+)$/;

function answer(status: number, body: Buffer, requestId: string): RawResponse {
  const headers = {
    "content-type": "application/cbor",
    "smithy-protocol": "rpc-v2-cbor",
    "x-amzn-requestid": requestId,
  };
  return { status, headers, body };
}

function encode(schema: unknown, value: unknown): Buffer {
  const serializer = codec.createSerializer();
  serializer.write(schema as never, value);
  return Buffer.from(serializer.flush() as Uint8Array);
}

/** Any JSON-like value. */
const documentSchema = 15;

export const rpcCbor: Protocol = {
  dialect: "json",
  invalid: "ValidationException",
  read(shapes, request) {
    const name = path.exec(request.path)?.[1] ?? request.path;
    const operation = shapes.operations.get(name);
    if (!operation) throw unknownOperation(name);
    const body = bytes(request);
    if (body.length === 0 || operation.input.isUnitSchema()) return { operation, input: {} };
    try {
      return { operation, input: codec.createDeserializer().read(operation.input, body) as object };
    } catch {
      throw new AwsError("SerializationException", "The body is not valid CBOR", 400);
    }
  },
  write(_shapes, operation, output, requestId) {
    const schema = operation.output.isUnitSchema() ? documentSchema : operation.output;
    return answer(200, encode(schema, operation.output.isUnitSchema() ? {} : output), requestId);
  },
  writeError(error, requestId, shapes) {
    const document = {
      __type: typeOf(error.code, shapes),
      ...error.members,
      ...(error.message && { message: error.message }),
    };
    const response = answer(error.status >= 500 ? error.status : 400, encode(documentSchema, document), requestId);
    Object.assign(response.headers, queryErrorHeader(error, shapes));
    return response;
  },
};
