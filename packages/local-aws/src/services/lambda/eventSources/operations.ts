/** The operations of event source mappings: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
import { randomUUID } from "node:crypto";
import type {
  CreateEventSourceMappingCommandInput,
  EventSourceMappingConfiguration,
  FunctionConfiguration,
} from "@aws-sdk/client-lambda";
import { regionOf } from "../../../arn.ts";
import { page } from "../../../kit/page.ts";
import type { OperationOf, Operations } from "../../../operations.ts";
import { AwsError, type Cloud } from "../../../service.ts";
import type { Collection } from "../../../store.ts";
import { checkEnum } from "../errors.ts";
import { functionReference } from "../names.ts";
import { checkedTags, type Tagged } from "../operations/tags.ts";
import { functionOf } from "./functionCalls.ts";
import { checkPermissions, checkVisibility } from "./permissions.ts";
import type { Pollers } from "./pollers.ts";
import { type MappingRecord, type SourceKind, sourceKind } from "./records.ts";
import { checkSettings, invalidParameter, type Settings } from "./validate.ts";

type WithUuid = { UUID?: string };

const settingNames = [
  "BatchSize",
  "BisectBatchOnFunctionError",
  "DestinationConfig",
  "FilterCriteria",
  "FunctionResponseTypes",
  "MaximumBatchingWindowInSeconds",
  "MaximumRecordAgeInSeconds",
  "MaximumRetryAttempts",
  "ParallelizationFactor",
  "ScalingConfig",
  "TumblingWindowInSeconds",
] as const;

const streamDefaults = {
  BatchSize: 100,
  BisectBatchOnFunctionError: false,
  DestinationConfig: { OnFailure: {} },
  MaximumRecordAgeInSeconds: -1,
  MaximumRetryAttempts: -1,
  ParallelizationFactor: 1,
  TumblingWindowInSeconds: 0,
};

export function mappingOperations(
  cloud: Cloud,
  mappings: Collection<MappingRecord>,
  pollers: Pollers,
): Operations<"lambda"> {
  const arnOf = (uuid: string) => `arn:aws:lambda:${cloud.region}:${cloud.accountId}:event-source-mapping:${uuid}`;
  const access = (action: string) => (input: WithUuid) => {
    const record = mappings.get(input.UUID ?? "");
    const context = record && { "lambda:FunctionArn": record.FunctionArn };
    return [{ action: `lambda:${action}`, resource: arnOf(input.UUID ?? "*"), ...(context && { context }) }];
  };
  const existing = (uuid = ""): MappingRecord => {
    const record = mappings.get(uuid);
    if (!record) {
      throw new AwsError("ResourceNotFoundException", "The resource you requested does not exist.", 404, {
        Type: "User",
      });
    }
    return record;
  };
  const shown = (
    { tags: _, LastModified, startingTime, ...record }: MappingRecord,
    state?: string,
  ): EventSourceMappingConfiguration => ({
    ...record,
    ...(startingTime !== undefined && { StartingPositionTimestamp: new Date(startingTime) }),
    ...(state && { State: state }),
    LastModified: new Date(LastModified),
    ...(sourceKind(record.EventSourceArn) !== "sqs" && {
      LastProcessingResult: pollers.results.get(record.UUID) ?? "No records processed",
    }),
    EventSourceMappingArn: arnOf(record.UUID),
  });

  async function check(
    settings: Settings,
    source: { arn: string; kind: SourceKind },
    fn: FunctionConfiguration,
  ): Promise<void> {
    checkSettings(settings, source.kind, source.arn.endsWith(".fifo"));
    await checkPermissions(cloud, fn, source, settings.DestinationConfig);
    if (source.kind === "sqs") await checkVisibility(cloud, source.arn, fn);
    else if (source.kind === "kinesis") await cloud.call("kinesis", "DescribeStreamSummary", { StreamARN: source.arn });
    else await cloud.call("dynamodb", "DescribeStream", { StreamArn: source.arn, Limit: 1 });
  }

  const CreateEventSourceMapping: OperationOf<"lambda", "CreateEventSourceMapping"> = {
    access: ({ FunctionName = "" }) => {
      const { name, qualifier } = functionReference(FunctionName);
      const arn = [`arn:aws:lambda:${cloud.region}:${cloud.accountId}:function`, name, qualifier]
        .filter(Boolean)
        .join(":");
      return [{ action: "lambda:CreateEventSourceMapping", resource: "*", context: { "lambda:FunctionArn": arn } }];
    },
    async run(input) {
      const arn = input.EventSourceArn ?? "";
      const kind = sourceKind(arn);
      if (!kind) {
        throw invalidParameter(
          `The local cloud has event sources of DynamoDB streams, Kinesis streams and SQS queues; ${arn || "none"} was given.`,
        );
      }
      if (regionOf(arn) !== cloud.region)
        throw invalidParameter(`Event source region must match Lambda region ${cloud.region}.`);
      const FunctionName = input.FunctionName ?? "";
      const fn = await functionOf(cloud, FunctionName);
      const startingTime = kind === "sqs" ? undefined : checkPosition(input, arn, kind);
      const settings = kept(pick(input));
      await check(settings, { arn, kind }, fn);
      const FunctionArn = qualifiedArn(fn, FunctionName);
      const same = mappings.values().find((one) => one.EventSourceArn === arn && one.FunctionArn === FunctionArn);
      if (same) {
        const name = { sqs: "SQS", dynamodb: "DynamoDB", kinesis: "Kinesis" }[kind];
        throw new AwsError(
          "ResourceConflictException",
          `An event source mapping with ${name} arn (" ${arn} ") and function (" ${fn.FunctionName} ") already exists. Please update or delete the existing mapping with UUID ${same.UUID}`,
          409,
          { Type: "User" },
        );
      }
      const record: MappingRecord = {
        UUID: randomUUID(),
        BatchSize: 10,
        MaximumBatchingWindowInSeconds: 0,
        FunctionResponseTypes: [],
        ...(kind !== "sqs" && { StartingPosition: input.StartingPosition, ...streamDefaults }),
        ...(startingTime !== undefined && { startingTime }),
        ...settings,
        EventSourceArn: arn,
        FunctionArn,
        State: input.Enabled === false ? "Disabled" : "Enabled",
        StateTransitionReason: kind === "sqs" ? "USER_INITIATED" : "User action",
        LastModified: Date.now(),
        tags: checkedTags({}, input.Tags ?? {}),
      };
      mappings.put(record.UUID, record);
      await pollers.restart(record.UUID);
      return shown(record, "Creating");
    },
  };

  const UpdateEventSourceMapping: OperationOf<"lambda", "UpdateEventSourceMapping"> = {
    access: access("UpdateEventSourceMapping"),
    async run(input) {
      const before = existing(input.UUID);
      const kind = sourceKind(before.EventSourceArn) as SourceKind;
      const name = input.FunctionName ?? before.FunctionArn;
      const fn = await functionOf(cloud, name);
      const settings = kept({ ...pick(before), ...pick(input) });
      await check(settings, { arn: before.EventSourceArn, kind }, fn);
      const { FilterCriteria: _, ScalingConfig: __, ...rest } = before;
      const record: MappingRecord = {
        ...rest,
        ...(settings as Partial<MappingRecord>),
        FunctionArn: qualifiedArn(fn, name),
        State: input.Enabled === undefined ? before.State : input.Enabled ? "Enabled" : "Disabled",
        LastModified: Date.now(),
      };
      mappings.put(record.UUID, record);
      void pollers.restart(record.UUID);
      return shown(record, input.Enabled === undefined ? "Updating" : input.Enabled ? "Enabling" : "Disabling");
    },
  };

  const DeleteEventSourceMapping: OperationOf<"lambda", "DeleteEventSourceMapping"> = {
    access: access("DeleteEventSourceMapping"),
    run({ UUID }) {
      const record = existing(UUID);
      mappings.delete(record.UUID);
      void pollers.restart(record.UUID);
      return shown(record, "Deleting");
    },
  };

  const GetEventSourceMapping: OperationOf<"lambda", "GetEventSourceMapping"> = {
    access: access("GetEventSourceMapping"),
    run: ({ UUID }) => shown(existing(UUID)),
  };

  const ListEventSourceMappings: OperationOf<"lambda", "ListEventSourceMappings"> = {
    access: () => [{ action: "lambda:ListEventSourceMappings", resource: "*" }],
    async run({ EventSourceArn, FunctionName, ...paging }) {
      const wanted = FunctionName && qualifiedArn(await functionOf(cloud, FunctionName), FunctionName);
      const found = mappings
        .values()
        .filter(
          (one) =>
            (!EventSourceArn || one.EventSourceArn === EventSourceArn) && (!wanted || one.FunctionArn === wanted),
        );
      const { items, next } = page(found, paging, ({ UUID }) => UUID, { most: 100 });
      return { EventSourceMappings: items.map((one) => shown(one)), ...(next && { NextMarker: next }) };
    },
  };

  return {
    CreateEventSourceMapping,
    UpdateEventSourceMapping,
    DeleteEventSourceMapping,
    GetEventSourceMapping,
    ListEventSourceMappings,
  };
}

/** The tagged mapping with that ARN, if it is one. */
export const taggedMapping =
  (mappings: Collection<MappingRecord>) =>
  (arn: string): Tagged | undefined => {
    const record = mappings.get(arn.split(":event-source-mapping:")[1] ?? "");
    return record && { tags: record.tags ?? {}, put: (tags) => mappings.put(record.UUID, { ...record, tags }) };
  };

/** An update removes settings by passing empty values. */
const kept = ({ FilterCriteria, ScalingConfig, ...settings }: Settings): Settings => ({
  ...settings,
  ...(FilterCriteria?.Filters?.length && { FilterCriteria }),
  ...(ScalingConfig?.MaximumConcurrency && { ScalingConfig }),
});

const pick = (input: object): Settings =>
  Object.fromEntries(
    settingNames
      .map((name) => [name, (input as Record<string, unknown>)[name]])
      .filter(([, value]) => value !== undefined),
  ) as Settings;

/** @returns the time of `AT_TIMESTAMP`, which only Kinesis has. */
function checkPosition(
  {
    StartingPosition,
    StartingPositionTimestamp,
  }: Pick<CreateEventSourceMappingCommandInput, "StartingPosition" | "StartingPositionTimestamp">,
  arn: string,
  kind: "dynamodb" | "kinesis",
): number | undefined {
  if (StartingPosition === undefined) {
    throw invalidParameter(
      "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
    );
  }
  checkEnum(StartingPosition, "startingPosition", ["LATEST", "AT_TIMESTAMP", "TRIM_HORIZON"]);
  if (StartingPosition !== "AT_TIMESTAMP") return undefined;
  if (kind === "dynamodb") throw invalidParameter(`Unsupported starting position for arn type: ${arn}`);
  if (StartingPositionTimestamp) return StartingPositionTimestamp.getTime();
  throw invalidParameter("StartingPositionTimestamp must be given for StartingPosition AT_TIMESTAMP.");
}

/** A mapping belongs to the qualifier that it was created for. */
function qualifiedArn({ FunctionArn = "", FunctionName = "" }: FunctionConfiguration, given: string): string {
  const bare = FunctionArn.split(":").slice(0, 7).join(":");
  const qualifier = given.startsWith("arn:") ? given.split(":")[7] : given.split(`${FunctionName}:`)[1];
  return qualifier ? `${bare}:${qualifier}` : bare;
}
