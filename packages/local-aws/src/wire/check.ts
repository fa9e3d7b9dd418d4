/** Checks what was read from a request against its schema: types, and required members. */
import type { NormalizedSchema } from "@smithy/core/schema";
import { NumericValue } from "@smithy/core/serde";
import { AwsError } from "../service.ts";
import type { Protocol } from "./protocol.ts";
import { requiredMembers } from "./sdkInternals.ts";

/** @param invalid code of the error for missing members: `ValidationException`, in the query protocol `ValidationError`. */
export function checkInput(schema: NormalizedSchema, input: unknown, invalid: Protocol["invalid"]): void {
  const missing: string[] = [];
  check(schema, input, [], missing);
  if (missing.length === 0) return;
  if (typeof invalid === "function") throw invalid(missing);
  const sentences = missing.map(
    (path) => `Value null at '${path}' failed to satisfy constraint: Member must not be null`,
  );
  const count = `${missing.length} validation error${missing.length > 1 ? "s" : ""} detected`;
  throw new AwsError(invalid, `${count}: ${sentences.join("; ")}`, 400);
}

function check(schema: NormalizedSchema, value: unknown, path: string[], missing: string[]): void {
  if (schema.isUnitSchema() || schema.isDocumentSchema()) return;
  if (schema.isStructSchema()) {
    if (!isObject(value)) throw wrong(path, "a structure", value);
    const required = requiredMembers(schema);
    let index = 0;
    for (const [name, member] of schema.structIterator()) {
      const found = value[name];
      if (found !== undefined && found !== null) check(member, found, [...path, name], missing);
      else if (index < required) missing.push(camel([...path, name]));
      index++;
    }
    return;
  }
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) throw wrong(path, "a list", value);
    const member = schema.getValueSchema();
    for (const [index, item] of value.entries()) {
      const at = [...path, `${index + 1}.member`];
      if (item !== null) check(member, item, at, missing);
      else if (!schema.getMergedTraits().sparse) missing.push(camel(at));
    }
    return;
  }
  if (schema.isMapSchema()) {
    if (!isObject(value)) throw wrong(path, "a map", value);
    const member = schema.getValueSchema();
    for (const [key, item] of Object.entries(value)) {
      if (item !== null) check(member, item, [...path, `${key}.member`], missing);
    }
    return;
  }
  checkSimple(schema, value, path);
}

function checkSimple(schema: NormalizedSchema, value: unknown, path: string[]): void {
  if (schema.isStringSchema()) {
    // Strings with a JSON media type arrive as an object that behaves like one.
    if (typeof value !== "string" && !(value instanceof String)) throw wrong(path, "a string", value);
  } else if (schema.isBooleanSchema()) {
    if (typeof value !== "boolean") throw wrong(path, "a boolean", value);
  } else if (schema.isNumericSchema()) {
    if (typeof value !== "number" || Number.isNaN(value)) throw wrong(path, "a number", value);
  } else if (schema.isTimestampSchema()) {
    if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw wrong(path, "a timestamp", value);
  } else if (schema.isBlobSchema()) {
    if (!schema.isStreaming() && !(value instanceof Uint8Array)) throw wrong(path, "base64", value);
  } else if (schema.isBigIntegerSchema()) {
    if (typeof value !== "bigint") throw wrong(path, "an integer", value);
  } else if (schema.isBigDecimalSchema()) {
    if (!(value instanceof NumericValue)) throw wrong(path, "a number", value);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const camel = (path: string[]): string => path.map((name) => name.charAt(0).toLowerCase() + name.slice(1)).join(".");

function wrong(path: string[], expected: string, value: unknown): AwsError {
  const given = value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
  const at = path.length > 0 ? camel(path) : "the request";
  return new AwsError("SerializationException", `${at} must be ${expected}, it is ${given}`, 400);
}
