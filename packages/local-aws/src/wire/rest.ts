/** HTTP bindings of REST protocols: which parts of an input are in the path, the query, headers or the body. */
import { FromStringShapeDeserializer, ToStringShapeSerializer } from "@smithy/core/protocols";
import type { NormalizedSchema } from "@smithy/core/schema";
import { AwsError, type RawResponse } from "../service.ts";
import { unknownOperation } from "./json.ts";
import type { WireRequest } from "./protocol.ts";
import type { OperationShape, ServiceShapes } from "./shapes.ts";

interface Route {
  operation: OperationShape;
  pattern: RegExp;
  labels: string[];
  /** Fixed query parameters (`?versioning`), which distinguish operations on one path. */
  query: [name: string, value: string][];
  /** Count of literal characters: of two matching routes, the more specific one wins. */
  weight: number;
}

const routes = new WeakMap<ServiceShapes, Map<string, Route[]>>();

/** The operation of a request's method, path and fixed query, and the values of the path's labels. */
export function route(shapes: ServiceShapes, request: WireRequest) {
  let byMethod = routes.get(shapes);
  if (!byMethod) {
    byMethod = compileRoutes(shapes);
    routes.set(shapes, byMethod);
  }
  const path = withoutEndingSlash(request.path);
  for (const { operation, pattern, labels, query } of byMethod.get(request.method) ?? []) {
    const match = pattern.exec(path);
    if (
      !match ||
      !query.every(([name, value]) => request.query.has(name) && (!value || request.query.get(name) === value))
    ) {
      continue;
    }
    return {
      operation,
      labels: Object.fromEntries(labels.map((label, index) => [label, decode(match[index + 1] ?? "")])),
    };
  }
  throw unknownOperation(`${request.method} ${request.path}`);
}

function compileRoutes(shapes: ServiceShapes): Map<string, Route[]> {
  const byMethod = new Map<string, Route[]>();
  for (const operation of shapes.operations.values()) {
    if (!operation.http) continue;
    const [method, template] = operation.http;
    const [path = "", search = ""] = template.split("?");
    const labels: string[] = [];
    const source = withoutEndingSlash(path)
      .split(/(\{[^}]+\})/)
      .map((part) => {
        const label = /^\{([^+}]+)(\+?)\}$/.exec(part);
        if (!label) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
        labels.push(label[1] as string);
        return label[2] ? "(.+)" : "([^/]+)";
      })
      .join("");
    const query = [...new URLSearchParams(search)];
    const weight = path.replace(/\{[^}]+\}/g, "").length + 1000 * query.length;
    const list = byMethod.get(method) ?? [];
    byMethod.set(method, list);
    list.push({ operation, pattern: new RegExp(`^${source}$`), labels, query, weight });
  }
  for (const list of byMethod.values()) list.sort((a, b) => b.weight - a.weight);
  return byMethod;
}

/** Older clients write `/functions/`, newer ones `/functions`. */
const withoutEndingSlash = (path: string): string => (path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path);

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError("SerializationException", `The path has an invalid escape sequence: ${text}`, 400);
  }
}

const settings = { timestampFormat: { useTrait: true, default: 7 as const }, httpBindings: true };
const fromText = new FromStringShapeDeserializer(settings);
const toText = new ToStringShapeSerializer(settings);

/** Reads all that is not in the body. @returns also which member is the body, and which members cannot be in it. */
export function readBindings(
  { input: schema, http }: OperationShape,
  request: WireRequest,
  labels: Record<string, string>,
) {
  const input: Record<string, unknown> = {};
  let payload: [name: string, member: NormalizedSchema] | undefined;
  const claimed = new Set(new URLSearchParams(http?.[1].split("?")[1]).keys());
  const bound = new Set<string>();
  let rest: string | undefined;
  for (const [name, member] of schema.isStructSchema() ? schema.structIterator() : []) {
    const traits = member.getMergedTraits();
    if (isBound(traits)) bound.add(name);
    if (traits.httpLabel) {
      if (labels[name] !== undefined) input[name] = readText(member, labels[name]);
    } else if (traits.httpHeader) {
      const value = request.headers[traits.httpHeader.toLowerCase()];
      if (value !== undefined) input[name] = readText(member, String(value));
    } else if (typeof traits.httpPrefixHeaders === "string") {
      const found = withPrefix(request, traits.httpPrefixHeaders.toLowerCase());
      if (Object.keys(found).length > 0) input[name] = found;
    } else if (traits.httpQuery) {
      claimed.add(traits.httpQuery);
      const values = request.query.getAll(traits.httpQuery);
      if (values.length > 0) input[name] = readQuery(member, values);
    } else if (traits.httpQueryParams) {
      rest = name;
    } else if (traits.httpPayload) {
      payload = [name, member];
    }
  }
  if (rest) {
    const lists = schema.getMemberSchema(rest).getValueSchema().isListSchema();
    const names = new Set([...request.query.keys()].filter((name) => !claimed.has(name)));
    const found = [...names].map((name) => [name, lists ? request.query.getAll(name) : request.query.get(name)]);
    if (found.length > 0) input[rest] = Object.fromEntries(found);
  }
  return { input, payload, bound };
}

const isBound = (traits: ReturnType<NormalizedSchema["getMergedTraits"]>): boolean =>
  Boolean(
    traits.httpLabel || traits.httpHeader || traits.httpPrefixHeaders || traits.httpQuery || traits.httpQueryParams,
  );

function readText(member: NormalizedSchema, text: string): unknown {
  try {
    return fromText.read(member as never, text);
  } catch (error) {
    throw new AwsError("SerializationException", `${member.getMemberName()}: ${(error as Error).message}`, 400);
  }
}

const readQuery = (member: NormalizedSchema, values: string[]): unknown =>
  member.isListSchema()
    ? values.map((value) => readText(member.getValueSchema(), value))
    : readText(member, values[0] ?? "");

function withPrefix(request: WireRequest, prefix: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers)
      .filter(([header]) => header.startsWith(prefix))
      .map(([header, value]) => [header.slice(prefix.length), String(value)]),
  );
}

/**
 * Writes an output's headers, status and payload. The remaining members, those of the body, are left to the protocol
 * (`body` is absent when there is a payload).
 */
export function writeBindings(operation: OperationShape, output: Record<string, unknown>) {
  const schema = operation.output;
  const response: RawResponse = { status: operation.http?.[2] ?? 200, headers: {} };
  let payload: NormalizedSchema | undefined;
  let body: Record<string, unknown> | undefined;
  for (const [name, member] of schema.isStructSchema() ? schema.structIterator() : []) {
    const traits = member.getMergedTraits();
    const value = output[name];
    if (traits.httpPayload) {
      payload = member;
      continue;
    }
    if (value === undefined || value === null) continue;
    if (traits.httpResponseCode) response.status = Number(value);
    else if (traits.httpHeader) response.headers[traits.httpHeader.toLowerCase()] = writeText(member, value);
    else if (typeof traits.httpPrefixHeaders === "string") {
      for (const [key, text] of Object.entries(value)) {
        response.headers[`${traits.httpPrefixHeaders}${key}`.toLowerCase()] = String(text);
      }
    } else {
      body ??= {};
      body[name] = value;
    }
  }
  return { response, payload, body };
}

function writeText(member: NormalizedSchema, value: unknown): string {
  toText.write(member as never, value);
  return toText.flush();
}
