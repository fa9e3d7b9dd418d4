/** `restXml`: operations by method, path and fixed query, XML bodies. S3 has its own form of errors. */
import { Readable } from "node:stream";
import { bytes, type Protocol } from "./protocol.ts";
import { readBindings, route, writeBindings } from "./rest.ts";
import { escapeXml, readXml, writeXml } from "./xml.ts";

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html */
export const restXml: Protocol = {
  dialect: "query",
  invalid: "InvalidInput",
  read(shapes, request) {
    const { operation, labels } = route(shapes, request);
    const { input, payload, bound } = readBindings(operation, request, labels);
    if (!payload) {
      const members = [...operation.input.structIterator()].map(([name]) => name).filter((name) => !bound.has(name));
      if (members.length === 0 || bytes(request).length === 0) return { operation, input };
      const body = readXml(operation.input, bytes(request)) as Record<string, unknown>;
      return { operation, input: { ...Object.fromEntries(members.map((name) => [name, body[name]])), ...input } };
    }
    const [name, member] = payload;
    if (member.isStreaming()) input[name] = request.body;
    else if (bytes(request).length > 0) {
      if (member.isBlobSchema()) input[name] = new Uint8Array(bytes(request));
      else if (member.isStringSchema()) input[name] = bytes(request).toString();
      else input[name] = readXml(member, bytes(request));
    }
    return { operation, input };
  },
  write(shapes, operation, output, requestId) {
    const { response, payload, body } = writeBindings(operation, output as Record<string, unknown>);
    response.headers["x-amz-request-id"] = requestId;
    if (payload) {
      const value = (output as Record<string, unknown>)[payload.getMemberName()];
      if (value === undefined || value instanceof Readable || typeof value === "string") response.body = value ?? "";
      else if (value instanceof Uint8Array) response.body = Buffer.from(value);
      else {
        response.headers["content-type"] = "application/xml";
        response.body = declaration + writeXml(payload, value, true, shapes.xmlNamespace);
      }
      return response;
    }
    const hasBody = operation.output.isStructSchema() && response.status !== 204;
    if (!hasBody || (!body && ![...operation.output.structIterator()].some(([, member]) => inBody(member))))
      return response;
    response.headers["content-type"] = "application/xml";
    response.body = declaration + writeXml(operation.output, body ?? {}, true, shapes.xmlNamespace);
    return response;
  },
  writeError(error, requestId, shapes) {
    const type = error.status < 500 ? "Sender" : "Receiver";
    const inner = `<Type>${type}</Type><Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message>`;
    const namespace = shapes?.xmlNamespace ? ` xmlns="${shapes.xmlNamespace}"` : "";
    return {
      status: error.status,
      headers: { "content-type": "text/xml", "x-amzn-requestid": requestId },
      body: `${declaration}<ErrorResponse${namespace}><Error>${inner}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    };
  },
};

/** S3's form (`noErrorWrapping`): the error is the outermost element, with more members. */
export const s3Xml: Protocol = {
  ...restXml,
  dialect: "s3",
  invalid: "InvalidRequest",
  writeError(error, requestId) {
    const members = Object.entries(error.members)
      .filter(([, value]) => typeof value === "string" || typeof value === "number")
      .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
      .join("");
    const inner = `<Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message>${members}`;
    return {
      status: error.status,
      headers: { "content-type": "application/xml", "x-amz-request-id": requestId },
      body: `${declaration}<Error>${inner}<RequestId>${requestId}</RequestId><HostId>local</HostId></Error>`,
    };
  },
};

function inBody(member: { getMergedTraits(): object }): boolean {
  const traits = member.getMergedTraits() as Record<string, unknown>;
  return !traits.httpHeader && !traits.httpPrefixHeaders && !traits.httpResponseCode;
}
