/** `restJson1`: operations by method and path, JSON bodies. */
import { AwsError } from "../service.ts";
import { jsonCodec, jsonError, readJson, writeJson } from "./json.ts";
import { bytes, type Protocol } from "./protocol.ts";
import { readBindings, route, writeBindings } from "./rest.ts";

const codec = jsonCodec(true);

export const restJson: Protocol = {
  dialect: "restJson",
  invalid: "ValidationException",
  read(shapes, request) {
    const { operation, labels } = route(shapes, request);
    const { input, payload, bound } = readBindings(operation, request, labels);
    if (!payload) {
      const body = readJson(codec, operation.input, bytes(request));
      if (typeof body !== "object" || body === null || Array.isArray(body)) {
        throw new AwsError("SerializationException", "The body is not a JSON object", 400);
      }
      const members = Object.entries(body).filter(([name]) => !bound.has(name));
      return { operation, input: Object.assign(input, Object.fromEntries(members)) };
    }
    const [name, member] = payload;
    if (member.isStreaming() && !member.isStructSchema()) input[name] = request.body;
    else if (bytes(request).length > 0) {
      if (member.isBlobSchema()) input[name] = new Uint8Array(bytes(request));
      else if (member.isStringSchema()) input[name] = bytes(request).toString();
      else input[name] = readJson(codec, member, bytes(request));
    }
    return { operation, input };
  },
  write(_shapes, operation, output, requestId) {
    const { response, payload, body } = writeBindings(operation, output as Record<string, unknown>);
    response.headers["x-amzn-requestid"] = requestId;
    if (payload) {
      const value = (output as Record<string, unknown>)[payload.getMemberName()];
      if (payload.isBlobSchema() || payload.isStringSchema()) {
        response.headers["content-type"] ??= "application/octet-stream";
        response.body = value instanceof Uint8Array ? Buffer.from(value) : ((value ?? "") as string);
        return response;
      }
      response.headers["content-type"] = "application/json";
      response.body = value === undefined ? "" : writeJson(codec, payload, value);
      return response;
    }
    if (response.status === 204) return response;
    response.headers["content-type"] = "application/json";
    response.body = body || !operation.output.isUnitSchema() ? writeJson(codec, operation.output, body ?? {}) : "{}";
    return response;
  },
  writeError(error, requestId, shapes) {
    const headers: Record<string, string> = {
      "content-type": "application/json",
      "x-amzn-requestid": requestId,
      "x-amzn-errortype": error.code,
    };
    const shape = shapes?.errors.get(error.code);
    // `retryAfterSeconds` of a throttled call is a header, as are a few others.
    for (const [name, member] of shape ? shape.schema.structIterator() : []) {
      const { httpHeader } = member.getMergedTraits();
      if (httpHeader && error.members[name] !== undefined)
        headers[httpHeader.toLowerCase()] = String(error.members[name]);
    }
    const status = error instanceof AwsError && error.status !== 400 ? error.status : (shape?.status ?? error.status);
    return { status, headers, body: JSON.stringify(jsonError(error, codec, shapes)) };
  },
};
