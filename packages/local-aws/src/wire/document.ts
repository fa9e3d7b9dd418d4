/** Inputs as AWS's SDK integrations are given them: JSON whose members all begin with a capital, whatever the API's do. */
import type { NormalizedSchema } from "@smithy/core/schema";

/**
 * The input of an operation, from a document of Step Functions or Scheduler. Keys of maps are the caller's own; members
 * that no schema knows are passed on as they are.
 */
export function readDocument(schema: NormalizedSchema, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (schema.isStructSchema()) return readStructure(schema, value);
  if (schema.isListSchema() && Array.isArray(value)) {
    const member = schema.getValueSchema();
    return value.map((one) => readDocument(member, one));
  }
  if (schema.isMapSchema() && typeof value === "object") {
    const member = schema.getValueSchema();
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, readDocument(member, one)]));
  }
  if (schema.isTimestampSchema() && (typeof value === "string" || typeof value === "number")) {
    return new Date(typeof value === "number" ? value * 1_000 : value);
  }
  // Members that are text in the API may be given as JSON.
  const isText = schema.isStringSchema() || schema.isBlobSchema();
  const text = isText && typeof value === "object" ? JSON.stringify(value) : value;
  if (schema.isBlobSchema() && typeof text === "string") return Buffer.from(text);
  return text;
}

function readStructure(schema: NormalizedSchema, value: unknown): unknown {
  if (typeof value !== "object" || Array.isArray(value)) return value;
  const members = new Map([...schema.structIterator()].map(([name, member]) => [capital(name), { name, member }]));
  return Object.fromEntries(
    Object.entries(value as object).map(([key, one]) => {
      const known = members.get(capital(key));
      return known ? [known.name, readDocument(known.member, one)] : [key, one];
    }),
  );
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
