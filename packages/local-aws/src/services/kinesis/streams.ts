/** Streams: made, described, changed and deleted. */
import type { Shard as ShardShape, StreamDescriptionSummary } from "@aws-sdk/client-kinesis";
import { brokenConstraint } from "../../kit/constraint.ts";
import { page } from "../../kit/page.ts";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { inUse, invalid, nameOf, type Records, type Shard, type Stream, statusOf } from "./records.ts";
import { sequenceNumber } from "./sequence.ts";
import { evenShards, merge, open, rescaled, split } from "./shards.ts";

/** Shards of a stream that grows by itself. */
const onDemandShards = 4;
/** Open shards of an account in a region: a bound of this machine, AWS's are quotas. */
const mostShards = 500;

interface Named {
  StreamName?: string | undefined;
  StreamARN?: string | undefined;
}

export function streamOperations(records: Records): Operations<"kinesis"> {
  const needs = (action: string) => (input: Named) => [
    { action: `kinesis:${action}`, resource: input.StreamARN ?? records.arn(nameOf(input)) },
  ];
  /** @throws AwsError for a count that no stream can have. */
  const checkCount = (count: number | undefined, member: string): number => {
    if (count === undefined || count < 1) {
      const constraint = "Member must have value greater than or equal to 1";
      throw new AwsError("ValidationException", brokenConstraint(count ?? "null", member, constraint));
    }
    if (count <= mostShards) return count;
    throw new AwsError(
      "LimitExceededException",
      `This request would exceed the shard limit for the account of ${mostShards} shards.`,
    );
  };
  const shardsOf = (stream: Stream): ShardShape[] => stream.shards.map((shard) => shown(records, stream, shard));
  const changed = (stream: Stream, more: Partial<Stream>) => {
    if (statusOf(stream) !== "ACTIVE") {
      throw inUse(
        `Stream ${stream.name} under account ${stream.arn.split(":")[4]} not ACTIVE, instead in state ${statusOf(stream)}`,
      );
    }
    records.update({ ...stream, ...more });
    return {};
  };

  return {
    CreateStream: {
      access: needs("CreateStream"),
      run({ StreamName = "", ShardCount, StreamModeDetails, Tags = {} }) {
        if (!/^[\w.-]{1,128}$/.test(StreamName)) {
          const constraint = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+";
          throw new AwsError("ValidationException", brokenConstraint(StreamName, "streamName", constraint));
        }
        // AWS takes neither, too: a provisioned stream would have to say how many shards it has.
        const mode = StreamModeDetails?.StreamMode ?? (ShardCount === undefined ? "ON_DEMAND" : "PROVISIONED");
        if (mode === "ON_DEMAND" && ShardCount !== undefined) {
          throw new AwsError("ValidationException", "ShardCount must not be set for a stream in the ON_DEMAND mode.");
        }
        const count = mode === "ON_DEMAND" ? onDemandShards : checkCount(ShardCount, "shardCount");
        const arn = records.arn(StreamName);
        if (records.streams.has(StreamName)) {
          throw inUse(`Stream ${StreamName} under account ${arn.split(":")[4]} already exists.`);
        }
        const now = Date.now();
        records.put({
          ...{ name: StreamName, arn, mode, shards: evenShards(count), retentionHours: 24, tags: Tags },
          ...{ created: now, changed: now, changing: "CREATING" },
        });
        return {};
      },
    },
    DeleteStream: {
      access: needs("DeleteStream"),
      run({ EnforceConsumerDeletion = false, ...input }) {
        const stream = records.stream(input);
        const consumed = records.consumers.values().some(({ streamArn }) => streamArn === stream.arn);
        if (consumed && !EnforceConsumerDeletion) {
          throw inUse(`Stream ${stream.name} under account ${stream.arn.split(":")[4]} has registered consumers.`);
        }
        records.remove(stream);
        return {};
      },
    },
    DescribeStream: {
      access: needs("DescribeStream"),
      run({ Limit = 100, ExclusiveStartShardId, ...input }) {
        const stream = records.stream(input);
        const rest = shardsOf(stream).filter(({ ShardId = "" }) => ShardId > (ExclusiveStartShardId ?? ""));
        const Shards = rest.slice(0, Math.max(Limit, 1));
        const { OpenShardCount: _, ConsumerCount: __, ...summary } = summaryOf(records, stream);
        return { StreamDescription: { ...summary, Shards, HasMoreShards: Shards.length < rest.length } };
      },
    },
    DescribeStreamSummary: {
      access: needs("DescribeStreamSummary"),
      run: (input) => ({ StreamDescriptionSummary: summaryOf(records, records.stream(input)) }),
    },
    ListStreams: {
      access: () => [{ action: "kinesis:ListStreams", resource: "*" }],
      run({ ExclusiveStartStreamName, Limit, NextToken }) {
        const all = records.streams.values().filter(({ name }) => name > (ExclusiveStartStreamName ?? ""));
        const { items, next } = page(all, { Limit, NextToken }, ({ name }) => name, { most: 10_000 });
        return {
          StreamNames: items.map(({ name }) => name),
          StreamSummaries: items.map((stream) => ({
            ...{ StreamName: stream.name, StreamARN: stream.arn, StreamStatus: statusOf(stream) },
            ...{ StreamModeDetails: { StreamMode: stream.mode }, StreamCreationTimestamp: new Date(stream.created) },
          })),
          HasMoreStreams: next !== undefined,
          ...(next !== undefined && { NextToken: next }),
        };
      },
    },
    ListShards: {
      access({ NextToken, ...input }) {
        // A token is of the stream whose shards are listed.
        return needs("ListShards")(NextToken === undefined ? input : { StreamName: streamOf(NextToken) });
      },
      run({ NextToken, ExclusiveStartShardId, MaxResults, ShardFilter, ...input }) {
        const stream = records.stream(NextToken === undefined ? input : { StreamName: streamOf(NextToken) });
        const latest = ShardFilter?.Type === "AT_LATEST";
        const after = ShardFilter?.Type === "AFTER_SHARD_ID" ? ShardFilter.ShardId : ExclusiveStartShardId;
        const all = (latest ? open(stream) : stream.shards).filter(({ id }) => id > (after ?? ""));
        const token = NextToken?.split("/")[1];
        const invalidToken = () => invalid("Invalid NextToken.");
        const { items, next } = page(all, { MaxResults, NextToken: token }, ({ id }) => id, {
          ...{ size: 1000, most: 10_000, invalid: invalidToken },
        });
        return {
          Shards: items.map((shard) => shown(records, stream, shard)),
          ...(next !== undefined && { NextToken: `${stream.name}/${next}` }),
        };
      },
    },
    IncreaseStreamRetentionPeriod: {
      access: needs("IncreaseStreamRetentionPeriod"),
      run({ RetentionPeriodHours: hours = 0, ...input }) {
        const stream = records.stream(input);
        if (hours > 8760) throw invalid("Maximum allowed retention period is 8760 hours.");
        if (hours >= stream.retentionHours) return changed(stream, { retentionHours: hours });
        throw invalid(
          `Requested retention period (${hours} hours) for stream ${stream.name} can not be shorter than existing retention period (${stream.retentionHours} hours). Use DecreaseRetentionPeriod API.`,
        );
      },
    },
    DecreaseStreamRetentionPeriod: {
      access: needs("DecreaseStreamRetentionPeriod"),
      run({ RetentionPeriodHours: hours = 0, ...input }) {
        const stream = records.stream(input);
        if (hours < 24) throw invalid("Minimum allowed retention period is 24 hours.");
        if (hours <= stream.retentionHours) return changed(stream, { retentionHours: hours });
        throw invalid(
          `Requested retention period (${hours} hours) for stream ${stream.name} can not be longer than existing retention period (${stream.retentionHours} hours). Use IncreaseRetentionPeriod API.`,
        );
      },
    },
    SplitShard: {
      access: needs("SplitShard"),
      run({ ShardToSplit, NewStartingHashKey = "", ...input }) {
        const stream = records.stream(input);
        return changed(stream, { shards: split(stream, ShardToSplit, NewStartingHashKey) });
      },
    },
    MergeShards: {
      access: needs("MergeShards"),
      run({ ShardToMerge, AdjacentShardToMerge, ...input }) {
        const stream = records.stream(input);
        return changed(stream, { shards: merge(stream, ShardToMerge, AdjacentShardToMerge) });
      },
    },
    UpdateShardCount: {
      access: needs("UpdateShardCount"),
      run({ TargetShardCount, ScalingType: _, ...input }) {
        const stream = records.stream(input);
        const target = checkCount(TargetShardCount, "targetShardCount");
        if (stream.mode === "ON_DEMAND") {
          throw new AwsError(
            "ValidationException",
            "Request is invalid. UpdateShardCount is not supported for a stream in the ON_DEMAND mode.",
          );
        }
        const current = open(stream).length;
        if (target > 2 * current || target < Math.ceil(current / 2)) {
          throw new AwsError(
            "LimitExceededException",
            "UpdateShardCount cannot scale below half of or above twice the current open shard count.",
          );
        }
        if (target !== current) changed(stream, { shards: rescaled(stream, target) });
        return { StreamName: stream.name, StreamARN: stream.arn, CurrentShardCount: current, TargetShardCount: target };
      },
    },
    UpdateStreamMode: {
      access: needs("UpdateStreamMode"),
      run({ StreamModeDetails, StreamARN }) {
        return changed(records.stream({ StreamARN }), { mode: StreamModeDetails?.StreamMode ?? "PROVISIONED" });
      },
    },
    StartStreamEncryption: {
      access: needs("StartStreamEncryption"),
      run({ EncryptionType = "KMS", KeyId = "alias/aws/kinesis", ...input }) {
        return changed(records.stream(input), { encryption: { type: EncryptionType, keyId: KeyId } });
      },
    },
    StopStreamEncryption: {
      access: needs("StopStreamEncryption"),
      run({ EncryptionType: _, KeyId: __, ...input }) {
        const { encryption, ...stream } = records.stream(input);
        return encryption ? changed(stream, {}) : {};
      },
    },
    DescribeLimits: {
      access: () => [{ action: "kinesis:DescribeLimits", resource: "*" }],
      run() {
        const streams = records.streams.values();
        return {
          ShardLimit: mostShards,
          OpenShardCount: streams.reduce((sum, stream) => sum + open(stream).length, 0),
          OnDemandStreamCount: streams.filter(({ mode }) => mode === "ON_DEMAND").length,
          OnDemandStreamCountLimit: 50,
        };
      },
    },
  };
}

const streamOf = (token: string): string => token.split("/")[0] ?? "";

function shown(records: Records, stream: Stream, { id, from, to, parents, closed }: Shard): ShardShape {
  const [ParentShardId, AdjacentParentShardId] = parents;
  const last = closed === undefined ? undefined : sequenceNumber(stream, id, records.last(stream.name, id) + 1);
  return {
    ShardId: id,
    HashKeyRange: { StartingHashKey: from, EndingHashKey: to },
    SequenceNumberRange: {
      StartingSequenceNumber: sequenceNumber(stream, id, 0),
      ...(last !== undefined && { EndingSequenceNumber: last }),
    },
    ...(ParentShardId !== undefined && { ParentShardId }),
    ...(AdjacentParentShardId !== undefined && { AdjacentParentShardId }),
  };
}

function summaryOf(records: Records, stream: Stream): StreamDescriptionSummary {
  const { name, arn, mode, retentionHours, encryption, created } = stream;
  return {
    StreamName: name,
    StreamARN: arn,
    StreamStatus: statusOf(stream),
    StreamModeDetails: { StreamMode: mode },
    RetentionPeriodHours: retentionHours,
    StreamCreationTimestamp: new Date(created),
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    EncryptionType: encryption?.type ?? "NONE",
    ...(encryption && { KeyId: encryption.keyId }),
    OpenShardCount: open(stream).length,
    ConsumerCount: records.consumers.values().filter(({ streamArn }) => streamArn === arn).length,
  };
}
