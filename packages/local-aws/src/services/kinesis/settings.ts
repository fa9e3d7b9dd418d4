/** What belongs to a stream besides its records: tags, a policy, registered consumers. */
import { parsePolicy } from "../../authorization/validate.ts";
import { page } from "../../kit/page.ts";
import { tagList, withoutTags } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { type Consumer, inUse, invalid, nameOf, type Records, type Stream } from "./records.ts";

export function settingOperations(records: Records): Operations<"kinesis"> {
  const named = (action: string) => (input: { StreamName?: string | undefined; StreamARN?: string | undefined }) => [
    { action: `kinesis:${action}`, resource: input.StreamARN ?? records.arn(nameOf(input)) },
  ];
  const on =
    (action: string) =>
    ({ ResourceARN }: { ResourceARN: string | undefined }) => [
      { action: `kinesis:${action}`, resource: ResourceARN ?? "*" },
    ];
  const tag = (stream: Stream, tags: Record<string, string> = {}) => {
    const all = { ...stream.tags, ...tags };
    if (Object.keys(all).length > 50) throw invalid("A stream has at most 50 tags");
    records.put({ ...stream, tags: all });
    return {};
  };
  const untag = (stream: Stream, keys: string[] = []) => {
    records.put({ ...stream, tags: withoutTags(stream.tags, keys) });
    return {};
  };
  const missing = (name: string | undefined) =>
    new AwsError("ResourceNotFoundException", `Consumer ${name} not found.`);
  const consumer = ({
    ConsumerARN,
    StreamARN,
    ConsumerName,
  }: Partial<Record<"ConsumerARN" | "StreamARN" | "ConsumerName", string | undefined>>): Consumer => {
    const found =
      ConsumerARN === undefined
        ? records.consumers.get(`${StreamARN}/${ConsumerName}`)
        : records.consumers.values().find((one) => one.ConsumerARN === ConsumerARN);
    if (!found) throw missing(ConsumerARN ?? ConsumerName);
    return found;
  };
  const shown = ({ streamArn: _, created, ...rest }: Consumer) => ({
    ...rest,
    ConsumerStatus: "ACTIVE" as const,
    ConsumerCreationTimestamp: new Date(created),
  });

  return {
    AddTagsToStream: {
      access: named("AddTagsToStream"),
      run: ({ Tags, ...input }) => tag(records.stream(input), Tags),
    },
    RemoveTagsFromStream: {
      access: named("RemoveTagsFromStream"),
      run: ({ TagKeys, ...input }) => untag(records.stream(input), TagKeys),
    },
    ListTagsForStream: {
      access: named("ListTagsForStream"),
      run({ ExclusiveStartTagKey = "", Limit = 50, ...input }) {
        const rest = tagList(records.stream(input).tags)
          .sort((a, b) => (a.Key < b.Key ? -1 : 1))
          .filter(({ Key }) => Key > ExclusiveStartTagKey);
        return { Tags: rest.slice(0, Math.max(Limit, 1)), HasMoreTags: rest.length > Math.max(Limit, 1) };
      },
    },
    TagResource: {
      access: on("TagResource"),
      run: ({ ResourceARN, Tags }) => tag(records.stream({ StreamARN: ResourceARN }), Tags),
    },
    UntagResource: {
      access: on("UntagResource"),
      run: ({ ResourceARN, TagKeys }) => untag(records.stream({ StreamARN: ResourceARN }), TagKeys),
    },
    ListTagsForResource: {
      access: on("ListTagsForResource"),
      run: ({ ResourceARN }) => ({ Tags: tagList(records.stream({ StreamARN: ResourceARN }).tags) }),
    },
    PutResourcePolicy: {
      access: on("PutResourcePolicy"),
      run({ ResourceARN, Policy = "" }) {
        parsePolicy(Policy, "resource");
        records.put({ ...records.stream({ StreamARN: ResourceARN }), policy: Policy });
        return {};
      },
    },
    GetResourcePolicy: {
      access: on("GetResourcePolicy"),
      run({ ResourceARN }) {
        const { policy } = records.stream({ StreamARN: ResourceARN });
        if (policy !== undefined) return { Policy: policy };
        throw new AwsError("ResourceNotFoundException", `No resource policy found for resource ARN ${ResourceARN}`);
      },
    },
    DeleteResourcePolicy: {
      access: on("DeleteResourcePolicy"),
      run({ ResourceARN }) {
        const { policy: _, ...stream } = records.stream({ StreamARN: ResourceARN });
        records.put(stream);
        return {};
      },
    },
    RegisterStreamConsumer: {
      access: named("RegisterStreamConsumer"),
      run({ StreamARN, ConsumerName = "" }) {
        const { arn } = records.stream({ StreamARN });
        if (!/^[\w.-]{1,128}$/.test(ConsumerName))
          throw invalid(`ConsumerName ${ConsumerName} must match [a-zA-Z0-9_.-]+`);
        if (records.consumers.has(`${arn}/${ConsumerName}`))
          throw inUse(`Consumer ${ConsumerName} under stream ${arn} already exists.`);
        const created = Date.now();
        const ConsumerARN = `${arn}/consumer/${ConsumerName}:${Math.floor(created / 1000)}`;
        const made = { ConsumerName, ConsumerARN, streamArn: arn, created };
        records.consumers.put(`${arn}/${ConsumerName}`, made);
        return { Consumer: { ...shown(made), ConsumerStatus: "CREATING" as const } };
      },
    },
    DescribeStreamConsumer: {
      access: ({ ConsumerARN, StreamARN }) => [
        { action: "kinesis:DescribeStreamConsumer", resource: ConsumerARN ?? StreamARN ?? "*" },
      ],
      run(input) {
        const found = consumer(input);
        return { ConsumerDescription: { ...shown(found), StreamARN: found.streamArn } };
      },
    },
    ListStreamConsumers: {
      access: named("ListStreamConsumers"),
      run({ StreamARN, MaxResults, NextToken }) {
        const { arn } = records.stream({ StreamARN });
        const all = records.consumers.values(`${arn}/`);
        const { items, next } = page(all, { MaxResults, NextToken }, ({ ConsumerName }) => ConsumerName, {
          invalid: () => invalid("Invalid NextToken."),
        });
        return { Consumers: items.map(shown), ...(next !== undefined && { NextToken: next }) };
      },
    },
    DeregisterStreamConsumer: {
      access: ({ ConsumerARN, StreamARN }) => [
        { action: "kinesis:DeregisterStreamConsumer", resource: ConsumerARN ?? StreamARN ?? "*" },
      ],
      run(input) {
        const { streamArn, ConsumerName } = consumer(input);
        records.consumers.delete(`${streamArn}/${ConsumerName}`);
        return {};
      },
    },
  };
}
