/** Data streams of Kinesis, their consumers and policies. */
import type { ConsumerDescription, StreamDescriptionSummary } from "@aws-sdk/client-kinesis";
import type { Properties } from "../engine/provider.ts";
import { byArn, described, fromAws, listChanges, toAws } from "./described.ts";
import type { ServiceResources } from "./resourceType.ts";
import { tagMap } from "./tags.ts";
import { timeOf } from "./time.ts";
import { until } from "./waiting.ts";

const docs = (name: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/kinesis/${name}/`;
const nameIn = (arn: string) => arn.split(":stream/")[1] ?? arn;

export const kinesisResources: ServiceResources = (cloud) => {
  const call = <Answer = unknown>(operation: string, input: object) => cloud.call<Answer>("kinesis", operation, input);
  const summary = async (StreamName: string): Promise<StreamDescriptionSummary> => {
    type Answer = { StreamDescriptionSummary: StreamDescriptionSummary };
    return (await call<Answer>("DescribeStreamSummary", { StreamName })).StreamDescriptionSummary;
  };
  /** After each request a stream is busy for a while, and takes no other. */
  const change = async (StreamName: string, operation: string, input: object): Promise<void> => {
    await call(operation, { StreamName, ...input });
    await until(
      () => summary(StreamName),
      ({ StreamStatus }) => StreamStatus === "ACTIVE",
    );
  };
  const modeOf = ({ streamModeDetails }: Properties): unknown =>
    (streamModeDetails as Properties | undefined)?.streamMode ?? "PROVISIONED";

  /** A stream from what it is, setting by setting, as the provider does it. */
  async function settle(name: string, before: Properties, after: Properties): Promise<void> {
    const now = await summary(name);
    const { retentionPeriod = 24, encryptionType = "NONE", shardCount } = after;
    if (modeOf(after) !== now.StreamModeDetails?.StreamMode) {
      const StreamModeDetails = { StreamMode: modeOf(after) };
      await change(name, "UpdateStreamMode", { StreamARN: now.StreamARN, StreamName: undefined, StreamModeDetails });
    }
    if (modeOf(after) === "PROVISIONED" && shardCount !== undefined && shardCount !== now.OpenShardCount) {
      await change(name, "UpdateShardCount", { TargetShardCount: shardCount, ScalingType: "UNIFORM_SCALING" });
    }
    const hours = now.RetentionPeriodHours ?? 24;
    if (retentionPeriod !== hours) {
      const verb = Number(retentionPeriod) > hours ? "IncreaseStreamRetentionPeriod" : "DecreaseStreamRetentionPeriod";
      await change(name, verb, { RetentionPeriodHours: retentionPeriod });
    }
    const { add, remove } = listChanges(before.shardLevelMetrics, after.shardLevelMetrics);
    if (remove.length > 0) await change(name, "DisableEnhancedMonitoring", { ShardLevelMetrics: remove });
    if (add.length > 0) await change(name, "EnableEnhancedMonitoring", { ShardLevelMetrics: add });
    const { encryptionType: was = "NONE", kmsKeyId: KeyId } = before;
    if (was !== "NONE" && (encryptionType === "NONE" || KeyId !== after.kmsKeyId)) {
      await change(name, "StopStreamEncryption", { EncryptionType: was, KeyId });
    }
    if (encryptionType !== "NONE" && (was === "NONE" || KeyId !== after.kmsKeyId)) {
      await change(name, "StartStreamEncryption", { EncryptionType: encryptionType, KeyId: after.kmsKeyId });
    }
  }

  const stream = described({
    type: "aws:kinesis/stream:Stream",
    docs: docs("stream"),
    properties: [
      ...["name", "shardCount", "retentionPeriod", "shardLevelMetrics", "enforceConsumerDeletion"],
      ...["encryptionType", "kmsKeyId", "streamModeDetails"],
    ],
    inert: ["arn", "maxRecordSizeInKib", "warmThroughputMibPs"],
    enums: { encryptionType: ["NONE", "KMS"], "streamModeDetails.streamMode": ["PROVISIONED", "ON_DEMAND"] },
    defaults: { encryptionType: "NONE", enforceConsumerDeletion: false, retentionPeriod: 24 },
    replaces: ["name"],
    autoname: { property: "name", max: 128, pattern: /^[\w.-]+$/ },
    taggable: true,
    async make({ name, shardCount: ShardCount, streamModeDetails, tagsAll: Tags }) {
      const StreamName = String(name);
      await change(StreamName, "CreateStream", { ShardCount, StreamModeDetails: toAws(streamModeDetails), Tags });
      return String((await summary(StreamName)).StreamARN);
    },
    settle: (id, before, after) => settle(nameIn(id), before, after),
    retag: byArn(call, "ResourceARN", "map"),
    async describe(id) {
      const found = await summary(nameIn(id));
      type Answer = { Tags: { Key: string; Value: string }[] };
      const { Tags } = await call<Answer>("ListTagsForStream", { StreamName: found.StreamName });
      const isShared = found.StreamModeDetails?.StreamMode === "ON_DEMAND";
      return {
        arn: found.StreamARN,
        name: found.StreamName,
        encryptionType: found.EncryptionType ?? "NONE",
        kmsKeyId: found.KeyId ?? "",
        maxRecordSizeInKib: found.MaxRecordSizeInKiB ?? 1024,
        retentionPeriod: found.RetentionPeriodHours,
        shardCount: isShared ? 0 : found.OpenShardCount,
        shardLevelMetrics: (found.EnhancedMonitoring ?? []).flatMap(({ ShardLevelMetrics = [] }) => ShardLevelMetrics),
        streamModeDetails: fromAws(found.StreamModeDetails),
        tagsAll: tagMap(Tags),
      };
    },
    remove: (id, { enforceConsumerDeletion: EnforceConsumerDeletion }) =>
      call("DeleteStream", { StreamName: nameIn(id), EnforceConsumerDeletion }),
  });

  const consumer = described({
    type: "aws:kinesis/streamConsumer:StreamConsumer",
    docs: docs("streamconsumer"),
    required: ["streamArn"],
    properties: ["name", "streamArn"],
    autoname: { property: "name", max: 128, pattern: /^[\w.-]+$/ },
    async make({ name: ConsumerName, streamArn: StreamARN }) {
      type Answer = { Consumer: { ConsumerARN: string } };
      return (await call<Answer>("RegisterStreamConsumer", { ConsumerName, StreamARN })).Consumer.ConsumerARN;
    },
    async describe(ConsumerARN) {
      type Answer = { ConsumerDescription: ConsumerDescription };
      const { ConsumerDescription: found } = await call<Answer>("DescribeStreamConsumer", { ConsumerARN });
      const { ConsumerName: name, StreamARN: streamArn } = found;
      return { arn: ConsumerARN, name, streamArn, creationTimestamp: timeOf(found.ConsumerCreationTimestamp) };
    },
    remove: (ConsumerARN) => call("DeregisterStreamConsumer", { ConsumerARN }),
  });

  const put = async ({ resourceArn, policy }: Properties) => {
    const Policy = typeof policy === "string" ? policy : JSON.stringify(policy);
    await call("PutResourcePolicy", { ResourceARN: resourceArn, Policy });
    return String(resourceArn);
  };
  const resourcePolicy = described({
    type: "aws:kinesis/resourcePolicy:ResourcePolicy",
    docs: docs("resourcepolicy"),
    required: ["policy", "resourceArn"],
    properties: ["policy", "resourceArn"],
    replaces: ["resourceArn"],
    make: put,
    settle: async (_id, before, after) => (before.resourceArn === undefined ? undefined : put(after)),
    async describe(ResourceARN, given) {
      const { Policy } = await call<{ Policy: string }>("GetResourcePolicy", { ResourceARN });
      return { resourceArn: ResourceARN, policy: given.policy ?? Policy };
    },
    remove: (ResourceARN) => call("DeleteResourcePolicy", { ResourceARN }),
  });

  return { types: [stream, consumer, resourcePolicy] };
};
