/**
 * AWS's checks of a mapping's settings, by kind of source.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html and .../services-sqs-parameters.html
 */

import type { CreateEventSourceMappingCommandInput } from "@aws-sdk/client-lambda";
import { brokenConstraint } from "../../../kit/constraint.ts";
import { AwsError } from "../../../service.ts";
import { checkFilter } from "./filter.ts";
import type { SourceKind } from "./records.ts";

export type Settings = Pick<
  CreateEventSourceMappingCommandInput,
  | "BatchSize"
  | "BisectBatchOnFunctionError"
  | "DestinationConfig"
  | "FilterCriteria"
  | "FunctionResponseTypes"
  | "MaximumBatchingWindowInSeconds"
  | "MaximumRecordAgeInSeconds"
  | "MaximumRetryAttempts"
  | "ParallelizationFactor"
  | "ScalingConfig"
  | "TumblingWindowInSeconds"
>;

export const invalidParameter = (message: string) =>
  new AwsError("InvalidParameterValueException", message, 400, { Type: "User" });

const outside = (member: string, value: unknown, constraint: string) =>
  new AwsError("ValidationException", brokenConstraint(value, member, constraint), 400);

/** Settings that only streams have. */
const ofStreams = [
  "BisectBatchOnFunctionError",
  "DestinationConfig",
  "MaximumRecordAgeInSeconds",
  "MaximumRetryAttempts",
  "ParallelizationFactor",
] as const;

export function checkSettings(settings: Settings, kind: SourceKind, isFifo: boolean): void {
  const { FunctionResponseTypes = [], FilterCriteria, ScalingConfig, TumblingWindowInSeconds } = settings;
  if (TumblingWindowInSeconds) {
    throw invalidParameter(
      "TumblingWindowInSeconds is not available in the local cloud: leave it out, or set it to 0.",
    );
  }
  range("maximumBatchingWindowInSeconds", settings.MaximumBatchingWindowInSeconds, 0, 300);
  for (const type of FunctionResponseTypes) {
    if (type !== "ReportBatchItemFailures") {
      throw outside(
        "functionResponseTypes",
        `[${type}]`,
        "Member must satisfy enum value set: [ReportBatchItemFailures]",
      );
    }
  }
  checkFilter(FilterCriteria, kind);
  if (kind === "sqs") checkQueue(settings, isFifo);
  else checkStream(settings);
  const most = ScalingConfig?.MaximumConcurrency;
  if (most === undefined) return;
  if (kind !== "sqs") {
    const name = kind === "dynamodb" ? "DynamoDB" : "Kinesis";
    throw invalidParameter(`ScalingConfig is not supported for ${name} event sources.`);
  }
  range("scalingConfig.maximumConcurrency", most, 2, 1000);
}

function checkStream(settings: Settings): void {
  range("batchSize", settings.BatchSize, 1, 10_000);
  range("parallelizationFactor", settings.ParallelizationFactor, 1, 10);
  range("maximumRetryAttempts", settings.MaximumRetryAttempts, -1, 10_000);
  range("maximumRecordAgeInSeconds", settings.MaximumRecordAgeInSeconds, -1, 604_800);
  const age = settings.MaximumRecordAgeInSeconds ?? -1;
  if (age >= 0 && age < 60) throw invalidParameter("MaximumRecordAgeInSeconds must be -1, or between 60 and 604800.");
}

function checkQueue(settings: Settings, isFifo: boolean): void {
  for (const name of ofStreams) {
    const value = settings[name];
    if (
      value !== undefined &&
      value !== null &&
      Object.keys(Object(value)).length + Number(typeof value !== "object") > 0
    ) {
      throw invalidParameter(`Unsupported ${name} parameter for given event source mapping type.`);
    }
  }
  const { BatchSize = 10, MaximumBatchingWindowInSeconds: window = 0 } = settings;
  range("batchSize", BatchSize, 1, 10_000);
  if (isFifo && window > 0) throw invalidParameter("Batching window is not supported for FIFO queues.");
  if (isFifo && BatchSize > 10) throw invalidParameter("Maximum batch size for FIFO queues is 10.");
  if (BatchSize > 10 && window < 1) {
    throw invalidParameter(
      "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
    );
  }
}

function range(member: string, value: number | undefined, min: number, max: number): void {
  if (value === undefined || value === null) return;
  if (!Number.isInteger(value) || value < min) {
    throw outside(member, value, `Member must have value greater than or equal to ${min}`);
  }
  if (value > max) throw outside(member, value, `Member must have value less than or equal to ${max}`);
}
