/** HTTP bindings of REST protocols: which parts of an input are in the path, the query, headers or the body. */
import { FromStringShapeDeserializer, ToStringShapeSerializer } from "@smithy/core/protocols";
import type { NormalizedSchema } from "@smithy/core/schema";
import type { RawResponse } from "../http/raw.ts";
import { AwsError } from "../service.ts";
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

/** What of an operation's input, or output, is where. */
type Place = "label" | "header" | "prefix" | "query" | "rest" | "payload" | "status" | "body";
interface Bound {
  name: string;
  member: NormalizedSchema;
  place: Place;
  /** Name of the header or parameter, or their prefix; headers in lower case. */
  at: string;
}

const plans = new WeakMap<NormalizedSchema, Bound[]>();

/** The members of a structure, each with its place: read from its traits once. */
function planOf(schema: NormalizedSchema): Bound[] {
  let plan = plans.get(schema);
  if (!plan) {
    plan = schema.isStructSchema() ? [...schema.structIterator()].map(placed) : [];
    plans.set(schema, plan);
  }
  return plan;
}

function placed([name, member]: [string, NormalizedSchema]): Bound {
  const traits = member.getMergedTraits();
  const bound = (place: Place, at = ""): Bound => ({ name, member, place, at });
  if (traits.httpLabel) return bound("label");
  if (traits.httpHeader) return bound("header", traits.httpHeader.toLowerCase());
  if (typeof traits.httpPrefixHeaders === "string") return bound("prefix", traits.httpPrefixHeaders.toLowerCase());
  if (traits.httpQuery) return bound("query", traits.httpQuery);
  if (traits.httpQueryParams) return bound("rest");
  if (traits.httpPayload) return bound("payload");
  return bound(traits.httpResponseCode ? "status" : "body");
}

/** Members of each input that are not in the body. */
const outside = new WeakMap<NormalizedSchema, ReadonlySet<string>>();

function outsideOf(schema: NormalizedSchema): ReadonlySet<string> {
  let names = outside.get(schema);
  if (!names) {
    const inBody: Place[] = ["payload", "status", "body"];
    names = new Set(planOf(schema).flatMap(({ name, place }) => (inBody.includes(place) ? [] : [name])));
    outside.set(schema, names);
  }
  return names;
}

/** Reads all that is not in the body. @returns also which member is the body, and which members cannot be in it. */
export function readBindings(
  { input: schema, http }: OperationShape,
  request: WireRequest,
  labels: Record<string, string>,
) {
  const input: Record<string, unknown> = {};
  let payload: [name: string, member: NormalizedSchema] | undefined;
  let rest: string | undefined;
  for (const { name, member, place, at } of planOf(schema)) {
    if (place === "header") {
      const value = request.headers[at];
      if (value !== undefined) input[name] = readText(member, String(value));
    } else if (place === "query") {
      const values = request.query.size === 0 ? [] : request.query.getAll(at);
      if (values.length > 0) input[name] = readQuery(member, values);
    } else if (place === "label") {
      if (labels[name] !== undefined) input[name] = readText(member, labels[name]);
    } else if (place === "prefix") {
      const found = withPrefix(request, at);
      if (Object.keys(found).length > 0) input[name] = found;
    } else if (place === "rest") rest = name;
    else if (place === "payload") payload = [name, member];
  }
  if (rest) {
    const claimed = new Set(new URLSearchParams(http?.[1].split("?")[1]).keys());
    for (const { place, at } of planOf(schema)) if (place === "query") claimed.add(at);
    const lists = schema.getMemberSchema(rest).getValueSchema().isListSchema();
    const names = new Set([...request.query.keys()].filter((name) => !claimed.has(name)));
    const found = [...names].map((name) => [name, lists ? request.query.getAll(name) : request.query.get(name)]);
    if (found.length > 0) input[rest] = Object.fromEntries(found);
  }
  return { input, payload, bound: outsideOf(schema) };
}

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

function withPrefix({ headers }: WireRequest, prefix: string): Record<string, string> {
  const found: [string, string][] = [];
  for (const header in headers)
    if (header.startsWith(prefix)) found.push([header.slice(prefix.length), String(headers[header])]);
  return Object.fromEntries(found);
}

/**
 * Writes an output's headers, status and payload. The remaining members, those of the body, are left to the protocol
 * (`body` is absent when there is a payload).
 */
export function writeBindings(operation: OperationShape, output: Record<string, unknown>) {
  const response: RawResponse = { status: operation.http?.[2] ?? 200, headers: {} };
  let payload: NormalizedSchema | undefined;
  let body: Record<string, unknown> | undefined;
  for (const { name, member, place, at } of planOf(operation.output)) {
    if (place === "payload") {
      payload = member;
      continue;
    }
    const value = output[name];
    if (value === undefined || value === null) continue;
    if (place === "status") response.status = Number(value);
    else if (place === "header") response.headers[at] = writeText(member, value);
    else if (place === "prefix") {
      for (const [key, text] of Object.entries(value)) response.headers[`${at}${key}`.toLowerCase()] = String(text);
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
