/**
 * `awsQuery`: the operation in `Action`, members as form fields (`Tags.member.1.Key`), answers in XML. `ec2Query` has other names
 * of fields (`Tag.1.Key`) and another form of answers and errors.
 */
import { FromStringShapeDeserializer } from "@smithy/core/protocols";
import type { NormalizedSchema } from "@smithy/core/schema";
import { AwsError } from "../service.ts";
import { jsonCodec, unknownOperation, writeJson } from "./json.ts";
import { bytes, type Protocol, type WireRequest } from "./protocol.ts";
import type { ServiceShapes } from "./shapes.ts";
import { escapeXml, writeXmlMembers } from "./xml.ts";

export const awsQuery: Protocol = {
  dialect: "query",
  invalid: "ValidationError",
  read(shapes, request) {
    const { operation, input } = readForm(shapes, request, usual);
    // A queue is the path, where no member names it.
    return { operation, input: { ...queueOf(operation.input, request.path), ...input } };
  },
  write(shapes, operation, output, requestId) {
    const { name } = operation;
    const result = operation.output.isUnitSchema()
      ? ""
      : `<${name}Result>${writeXmlMembers(operation.output, output)}</${name}Result>`;
    const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
    const namespace = shapes.xmlNamespace ? ` xmlns="${shapes.xmlNamespace}"` : "";
    return {
      status: 200,
      headers: { "content-type": "text/xml", "x-amzn-requestid": requestId },
      body: `<${name}Response${namespace}>${result}${metadata}</${name}Response>`,
    };
  },
  writeError(error, requestId, shapes) {
    const shape = shapes?.errors.get(error.code);
    const code = shape?.query?.[0] ?? error.code;
    const status = error.status === 400 ? (shape?.query?.[1] ?? shape?.status ?? 400) : error.status;
    const type = status >= 500 ? "Receiver" : "Sender";
    const members = shape
      ? writeXmlMembers(shape.schema, { ...error.members, message: undefined, Message: undefined })
      : "";
    const namespace = shapes?.xmlNamespace ? ` xmlns="${shapes.xmlNamespace}"` : "";
    // AWS leaves an empty message out.
    const message = error.message === "" ? "" : `<Message>${escapeXml(error.message)}</Message>`;
    // SQS is the only service that has it.
    const detail = isSqs(shapes) ? "<Detail/>" : "";
    const inner = `<Type>${type}</Type><Code>${code}</Code>${message}${detail}${members}`;
    return {
      status,
      headers: { "content-type": "text/xml", "x-amzn-requestid": requestId },
      body: `<ErrorResponse${namespace}><Error>${inner}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    };
  },
};

function queueOf(schema: NormalizedSchema, path: string): { QueueUrl?: string } {
  const named = /^\/\d{12}\/[^/]+\/?$/.test(path) && schema.isStructSchema() && "QueueUrl" in schema.getMemberSchemas();
  return named ? { QueueUrl: `https://queue.amazonaws.com${path}` } : {};
}

/** https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html */
export const ec2Query: Protocol = {
  dialect: "query",
  invalid(missing) {
    const names = missing.map((path) => path.charAt(0).toUpperCase() + path.slice(1).replace(/\.member/g, ""));
    return new AwsError("MissingParameter", `The request must contain the parameter ${names.join(", ")}`, 400);
  },
  read: (shapes, request) => readForm(shapes, request, ofEc2),
  write(shapes, { name, output: schema }, output, requestId) {
    const result = schema.isUnitSchema() ? "<return>true</return>" : writeXmlMembers(schema, output);
    const body = `<${name}Response xmlns="${shapes.xmlNamespace}/"><requestId>${requestId}</requestId>${result}</${name}Response>`;
    return { status: 200, headers: { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": requestId }, body };
  },
  writeError({ code, message, status }, requestId) {
    const error = `<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
    const body = `<Response><Errors>${error}</Errors><RequestID>${requestId}</RequestID></Response>`;
    return { status, headers: { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": requestId }, body };
  },
};

/** How a protocol names form fields. */
interface Naming {
  member(name: string, schema: NormalizedSchema): string;
  /** Whether the items of this list follow its name at once: `VpcId.1` rather than `VpcId.member.1`. */
  flat(schema: NormalizedSchema): boolean;
}

const xmlName = (schema: NormalizedSchema) => schema.getMergedTraits().xmlName as string | undefined;
const usual: Naming = {
  member: (name, schema) => xmlName(schema) ?? name,
  flat: (schema) => Boolean(schema.getMergedTraits().xmlFlattened),
};
const ofEc2: Naming = {
  member(name, schema) {
    const own = schema.getMergedTraits().ec2QueryName as string | undefined;
    const other = xmlName(schema) ?? name;
    return own ?? other.charAt(0).toUpperCase() + other.slice(1);
  },
  flat: () => true,
};

function readForm(shapes: ServiceShapes, request: WireRequest, naming: Naming): ReturnType<Protocol["read"]> {
  const form = formOf(request);
  const action = form.get("Action") ?? "";
  const operation = shapes.operations.get(action);
  if (!operation) throw unknownOperation(action);
  return { operation, input: (read(operation.input, tree(form), naming) ?? {}) as object };
}

const codec = jsonCodec(false);

/** The query protocol for a client that accepts JSON: the same answers, every member named. */
export const awsQueryJson: Protocol = {
  ...awsQuery,
  write(shapes, { name, output: schema }, output, requestId) {
    const all = schema.isUnitSchema() ? undefined : complete(schema, JSON.parse(writeJson(codec, schema, output)));
    const members = all as object | undefined;
    const result = members && { [`${name}Result`]: isSqs(shapes) ? inSqsWords(members) : members };
    return json(200, { [`${name}Response`]: { ...result, ResponseMetadata: { RequestId: requestId } } }, requestId);
  },
  writeError(error, requestId, shapes) {
    const { status } = awsQuery.writeError(error, requestId, shapes);
    const Code = shapes?.errors.get(error.code)?.query?.[0] ?? error.code;
    const Type = status >= 500 ? "Receiver" : "Sender";
    return json(status, { Error: { Code, Message: error.message, Type }, RequestId: requestId }, requestId);
  },
};

const json = (status: number, body: object, requestId: string) => ({
  status,
  headers: { "content-type": "application/json", "x-amzn-requestid": requestId },
  body: JSON.stringify(body),
});

const isSqs = (shapes: ServiceShapes | undefined): boolean => shapes?.errors.has("QueueDoesNotExist") ?? false;

/** What it calls otherwise than its model, as recorded from AWS. */
const sqsWords: Record<string, string> = { Messages: "messages", QueueUrls: "queueUrls" };
const inSqsWords = (result: object) =>
  Object.fromEntries(Object.entries(result).map(([name, value]) => [sqsWords[name] ?? name, value]));

/** Members without a value are null in such answers. */
function complete(schema: NormalizedSchema, value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (schema.isListSchema()) return (value as unknown[]).map((item) => complete(schema.getValueSchema(), item));
  if (!schema.isStructSchema()) return value;
  const members = [...schema.structIterator()];
  return Object.fromEntries(
    members.map(([name, member]) => [name, complete(member, (value as Record<string, unknown>)[name] ?? null)]),
  );
}

/** The fields: of the query and of the body. */
function formOf(request: WireRequest): URLSearchParams {
  const body = bytes(request);
  if (body.length === 0) return request.query;
  return new URLSearchParams([...request.query, ...new URLSearchParams(body.toString())]);
}

export const isQuery = ({ headers, query, method, body }: WireRequest): boolean =>
  String(headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded") ||
  (query.has("Action") && (method === "GET" || (Buffer.isBuffer(body) && body.length === 0)));

export const acceptsJson = ({ headers }: WireRequest): boolean => headers.accept === "application/json";

interface Node {
  value?: string;
  children: Map<string, Node>;
}

function tree(form: URLSearchParams): Node {
  const root: Node = { children: new Map() };
  for (const [key, value] of form) {
    let node = root;
    for (const part of key.split(".")) {
      let child = node.children.get(part);
      if (!child) {
        child = { children: new Map() };
        node.children.set(part, child);
      }
      node = child;
    }
    node.value = value;
  }
  return root;
}

const text = new FromStringShapeDeserializer({ timestampFormat: { useTrait: true, default: 5 }, httpBindings: false });

function read(schema: NormalizedSchema, node: Node, naming: Naming): unknown {
  if (schema.isUnitSchema()) return {};
  if (schema.isStructSchema()) {
    const result: Record<string, unknown> = {};
    for (const [name, member] of schema.structIterator()) {
      // A member's own name is understood, too.
      const child = node.children.get(naming.member(name, member)) ?? node.children.get(name);
      if (child) result[name] = read(member, child, naming);
    }
    return result;
  }
  const flat = naming.flat(schema);
  if (schema.isListSchema()) {
    const member = schema.getValueSchema();
    const holder = flat ? node : node.children.get(xmlName(member) ?? "member");
    return holder ? numbered(holder).map((child) => read(member, child, naming)) : [];
  }
  if (schema.isMapSchema()) {
    const key = xmlName(schema.getKeySchema()) ?? "key";
    const member = schema.getValueSchema();
    const value = xmlName(member) ?? "value";
    const holder = flat ? node : node.children.get("entry");
    return Object.fromEntries(
      (holder ? numbered(holder) : []).map((entry) => {
        const child = entry.children.get(value);
        return [entry.children.get(key)?.value ?? "", child && read(member, child, naming)];
      }),
    );
  }
  return readSimple(schema, node.value ?? "");
}

/** Entries `1`, `2`, … in the order of their numbers. */
const numbered = (node: Node): Node[] =>
  [...node.children]
    .filter(([key]) => /^\d+$/.test(key))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);

function readSimple(schema: NormalizedSchema, value: string): unknown {
  if (schema.isBooleanSchema() && !/^(true|false)$/i.test(value)) {
    throw new AwsError("MalformedInput", `${schema.getMemberName()} must be true or false, it is ${value}`, 400);
  }
  if (schema.isTimestampSchema() && /^\d+(\.\d+)?$/.test(value)) return new Date(Number(value) * 1000);
  try {
    return text.read(schema as never, value);
  } catch {
    throw new AwsError("MalformedInput", `${schema.getMemberName()} has an invalid value: ${value}`, 400);
  }
}
