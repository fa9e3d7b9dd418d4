/** Results that TestState is given for a task, held against the model of the service that would answer. */
import type { NormalizedSchema } from "@smithy/core/schema";
import { signingName } from "../../kit/sdkNames.ts";
import { AwsError } from "../../service.ts";
import { readShapes } from "../../wire/shapes.ts";
import type { Integration } from "./language/resource.ts";

const invalid = (message: string) =>
  new AwsError("ValidationException", `Mock result schema validation error: ${message}`);

/** Models of the services whose answers are checked: those that this cloud has. */
const models: Record<string, () => Promise<object>> = {
  states: () => import("@aws-sdk/client-sfn"),
  dynamodb: () => import("@aws-sdk/client-dynamodb"),
  events: () => import("@aws-sdk/client-eventbridge"),
  kms: () => import("@aws-sdk/client-kms"),
  lambda: () => import("@aws-sdk/client-lambda"),
  s3: () => import("@aws-sdk/client-s3"),
  secretsmanager: () => import("@aws-sdk/client-secrets-manager"),
  sns: () => import("@aws-sdk/client-sns"),
  sqs: () => import("@aws-sdk/client-sqs"),
};

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/**
 * Fields that an answer always has; what SDK packages know of outputs does not say so.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html#API_StartExecution_ResponseElements
 */
const required: Record<string, string[]> = { StartExecution: ["ExecutionArn", "StartDate"] };

/** @param mode `STRICT`: all fields; `PRESENT`: those that are there; `NONE`. @throws AwsError `ValidationException` */
export async function checkMock(integration: Integration | undefined, result: unknown, mode: string): Promise<void> {
  if (mode === "NONE" || !integration) return;
  const model = models[signingName(integration.service)];
  const name = capital(integration.action);
  // The payload of a function is its own.
  if (
    !model ||
    (integration.service === "lambda" && name === "Invoke") ||
    typeof result !== "object" ||
    result === null
  )
    return;
  const operation = readShapes(await model()).operations.get(name);
  if (!operation) return;
  if (mode === "STRICT") {
    for (const field of required[name] ?? [])
      if (!(field in result)) throw invalid(`Required field '${field}' is missing`);
  }
  checkFields(operation.output, result as Record<string, unknown>);
}

function checkFields(schema: NormalizedSchema, value: Record<string, unknown>): void {
  if (!schema.isStructSchema()) return;
  for (const [name, member] of schema.structIterator()) {
    const given = value[capital(name)];
    if (given !== undefined) checkValue(member, given, capital(name));
  }
}

function checkValue(schema: NormalizedSchema, value: unknown, name: string): void {
  const must = (what: string, holds: boolean) => {
    if (!holds) throw invalid(`Field '${name}' must be ${what}`);
  };
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (schema.isListSchema()) {
    must("an array", Array.isArray(value));
    for (const item of value as unknown[]) checkValue(schema.getValueSchema(), item, name);
  } else if (schema.isMapSchema()) {
    must("an object", isObject);
    for (const item of Object.values(value as object)) checkValue(schema.getValueSchema(), item, name);
  } else if (schema.isStructSchema()) {
    must("an object", isObject);
    checkFields(schema, value as Record<string, unknown>);
  } else if (schema.isBooleanSchema()) must("a boolean", typeof value === "boolean");
  else if (schema.isNumericSchema() || schema.isBigIntegerSchema()) must("a number", typeof value === "number");
  else if (schema.isStringSchema() || schema.isTimestampSchema() || schema.isBlobSchema()) {
    must("a string", typeof value === "string");
    // No model of a blob in an answer allows none.
    if (schema.isBlobSchema() && !schema.isStreaming() && value === "")
      throw invalid(`Field '${name}' is smaller than the minimum length`);
  }
}
