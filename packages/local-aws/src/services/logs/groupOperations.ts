import { brokenConstraint } from "../../kit/constraint.ts";
import { encryptFor } from "../../kit/useKey.ts";
import type { OperationOf, Operations } from "../../operations.ts";
import { AwsError, type Operation } from "../../service.ts";
import { checkName, exists, invalid } from "./errors.ts";
import { type GroupRecord, type LogGroups, pageOf, type StreamRecord } from "./groups.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentions = [
  ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
];

const classes = ["INFREQUENT_ACCESS", "STANDARD", "DELIVERY"];
const groupName = /^[.\-_/#A-Za-z0-9]+$/;
const streamName = /^[^:*]*$/;

export function groupOperations(logs: LogGroups): Operations<"logs"> {
  const { groups, streams, events, cloud } = logs;
  const onGroup = (action: string) => (input: { logGroupName?: string }) =>
    logs.access(action, input.logGroupName ?? "");
  const onStream = (action: string) => (input: { logGroupName?: string; logStreamName?: string }) =>
    logs.access(action, input.logGroupName ?? "", input.logStreamName);

  /** CloudWatch Logs tries a key for itself before it takes it. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
  const admitted = async (name: string, keyId: string): Promise<void> => {
    const arn = logs.arn(name).replace(/:\*$/, "");
    const principal = { kind: "service", arn: `logs.${cloud.region}.amazonaws.com` } as const;
    await encryptFor(cloud, { keyId, principal, context: { "aws:logs:arn": arn } }).catch(() => {
      throw invalid(`The specified KMS key does not exist or is not allowed to be used with LogGroup '${arn}'`);
    });
  };

  const CreateLogGroup: OperationOf<"logs", "CreateLogGroup"> = {
    access: onGroup("CreateLogGroup"),
    async run({ logGroupName, tags = {}, kmsKeyId, logGroupClass = "STANDARD" }) {
      checkName(logGroupName, "logGroupName", groupName);
      if (!classes.includes(logGroupClass)) {
        const set = `Member must satisfy enum value set: [${classes.join(", ")}]`;
        throw invalid(brokenConstraint(logGroupClass, "logGroupClass", set));
      }
      if (groups.has(logGroupName)) throw exists("log group");
      if (kmsKeyId) await admitted(logGroupName, kmsKeyId);
      groups.put(logGroupName, {
        name: logGroupName,
        arn: logs.arn(logGroupName),
        created: Date.now(),
        logGroupClass,
        ...(kmsKeyId && { kmsKeyId }),
        tags,
      });
      return {};
    },
  };

  const DeleteLogGroup: OperationOf<"logs", "DeleteLogGroup"> = {
    access: onGroup("DeleteLogGroup"),
    run({ logGroupName = "" }) {
      if (logs.group(logGroupName).protected) {
        throw new AwsError("ValidationException", "Log group has deletion protection enabled.", 400);
      }
      cloud.store.transaction(() => {
        for (const [key] of streams.entries(`${logGroupName}\n`)) streams.delete(key);
        for (const [key] of logs.metricFilters.entries(`${logGroupName}\n`)) logs.metricFilters.delete(key);
        for (const [key] of logs.subscriptionFilters.entries(`${logGroupName}\n`)) logs.subscriptionFilters.delete(key);
        events.deleteGroup(logGroupName);
        logs.policies.delete(logs.arn(logGroupName));
        groups.delete(logGroupName);
      });
      return {};
    },
  };

  const DescribeLogGroups: OperationOf<"logs", "DescribeLogGroups"> = {
    access: () => logs.access("DescribeLogGroups", ""),
    run({ logGroupNamePrefix = "", logGroupNamePattern, logGroupIdentifiers, ...rest }) {
      if (logGroupNamePrefix && logGroupNamePattern) {
        throw invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
      }
      const pattern = logGroupNamePattern?.toLowerCase();
      const names = logGroupIdentifiers?.map((logGroupIdentifier) => logs.nameOf({ logGroupIdentifier }));
      const found = groups
        .values(logGroupNamePrefix)
        .filter(
          ({ name }) =>
            (pattern === undefined || name.toLowerCase().includes(pattern)) && (names?.includes(name) ?? true),
        );
      const { items, paging } = pageOf(found, rest, ({ name }) => name);
      return { logGroups: items.map((group) => shownGroup(group, pattern === undefined)), ...paging };
    },
  };

  const ListLogGroups: OperationOf<"logs", "ListLogGroups"> = {
    access: () => logs.access("ListLogGroups", ""),
    run({ logGroupNamePattern = "", logGroupClass, limit, ...rest }) {
      // `^` asks for a beginning; otherwise the text may be anywhere.
      const [begins, text] = [logGroupNamePattern.startsWith("^"), logGroupNamePattern.replace(/^\^/, "")];
      const matching = groups.values().filter(({ name, logGroupClass: kind }) => {
        const fits = begins ? name.startsWith(text) : name.includes(text);
        return fits && (logGroupClass === undefined || kind === logGroupClass);
      });
      const { items, paging } = pageOf(matching, { ...rest, limit }, ({ name }) => name);
      const shown = items.map(({ name, arn, logGroupClass: kind }) => ({
        logGroupName: name,
        logGroupArn: arn,
        logGroupClass: kind,
      }));
      return { logGroups: shown, ...paging };
    },
  };

  /** @param whole whether it was not searched for by a pattern: answers of searches say less. */
  const shownGroup = (group: GroupRecord, whole: boolean) => ({
    logGroupName: group.name,
    creationTime: group.created,
    ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
    metricFilterCount: logs.metricFilters.entries(`${group.name}\n`).length,
    arn: `${group.arn}:*`,
    ...(whole && { storedBytes: streams.values(`${group.name}\n`).reduce((sum, { bytes }) => sum + bytes, 0) }),
    ...(group.kmsKeyId && { kmsKeyId: group.kmsKeyId }),
    ...(group.dataProtection && { dataProtectionStatus: "ACTIVATED" as const }),
    logGroupClass: group.logGroupClass,
    logGroupArn: group.arn,
    ...(whole && { deletionProtectionEnabled: group.protected ?? false }),
  });

  const PutLogGroupDeletionProtection: Operation<{ logGroupIdentifier?: string; deletionProtectionEnabled?: boolean }> =
    {
      access: (input) => logs.access("PutLogGroupDeletionProtection", logs.nameOf(input)),
      run(input) {
        const group = logs.group(logs.nameOf(input));
        groups.put(group.name, { ...group, protected: input.deletionProtectionEnabled ?? false });
        return {};
      },
    };

  type OfKey = { logGroupName?: string; resourceIdentifier?: string; kmsKeyId?: string };
  const keyed = ({ logGroupName, resourceIdentifier }: OfKey) =>
    logs.nameOf({ logGroupName, logGroupIdentifier: resourceIdentifier });

  const AssociateKmsKey: OperationOf<"logs", "AssociateKmsKey"> = {
    access: (input) => logs.access("AssociateKmsKey", keyed(input)),
    async run(input) {
      const { name } = logs.group(keyed(input));
      await admitted(name, input.kmsKeyId as string);
      groups.put(name, { ...logs.group(name), kmsKeyId: input.kmsKeyId as string });
      return {};
    },
  };

  const DisassociateKmsKey: OperationOf<"logs", "DisassociateKmsKey"> = {
    access: (input) => logs.access("DisassociateKmsKey", keyed(input)),
    run(input) {
      const { kmsKeyId: _, ...group } = logs.group(keyed(input));
      groups.put(group.name, group);
      return {};
    },
  };

  const PutRetentionPolicy: OperationOf<"logs", "PutRetentionPolicy"> = {
    access: onGroup("PutRetentionPolicy"),
    run({ logGroupName = "", retentionInDays = 0 }) {
      if (!retentions.includes(retentionInDays)) {
        throw invalid(`retentionInDays is ${retentionInDays}; it must be one of ${retentions.join(", ")}.`);
      }
      groups.put(logGroupName, { ...logs.group(logGroupName), retentionInDays });
      return {};
    },
  };

  const DeleteRetentionPolicy: OperationOf<"logs", "DeleteRetentionPolicy"> = {
    access: onGroup("DeleteRetentionPolicy"),
    run({ logGroupName = "" }) {
      const { retentionInDays, ...group } = logs.group(logGroupName);
      groups.put(logGroupName, group);
      return {};
    },
  };

  const CreateLogStream: OperationOf<"logs", "CreateLogStream"> = {
    access: onStream("CreateLogStream"),
    run({ logGroupName = "", logStreamName }) {
      checkName(logStreamName, "logStreamName", streamName);
      logs.group(logGroupName);
      const key = logs.streamKey(logGroupName, logStreamName);
      if (streams.has(key)) throw exists("log stream");
      const arn = logs.streamArn(logGroupName, logStreamName);
      streams.put(key, { name: logStreamName, arn, created: Date.now(), bytes: 0 });
      return {};
    },
  };

  const DeleteLogStream: OperationOf<"logs", "DeleteLogStream"> = {
    access: onStream("DeleteLogStream"),
    run({ logGroupName = "", logStreamName = "" }) {
      logs.stream(logGroupName, logStreamName);
      cloud.store.transaction(() => {
        streams.delete(logs.streamKey(logGroupName, logStreamName));
        events.deleteStream(logGroupName, logStreamName);
      });
      return {};
    },
  };

  const DescribeLogStreams: OperationOf<"logs", "DescribeLogStreams"> = {
    access: (input) => logs.access("DescribeLogStreams", logs.nameOf(input)),
    run(input) {
      const group = logs.nameOf(input);
      logs.group(group);
      const { logStreamNamePrefix = "", orderBy = "LogStreamName", descending = false } = input;
      if (orderBy === "LastEventTime" && logStreamNamePrefix) {
        throw invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
      }
      const found = streams.values(logs.streamKey(group, logStreamNamePrefix));
      const key = ({ name, lastEvent = 0 }: StreamRecord) => (orderBy === "LastEventTime" ? [lastEvent, name] : name);
      const { items, paging } = pageOf(found, input, key, descending);
      return { logStreams: items.map(shownStream), ...paging };
    },
  };

  return {
    CreateLogGroup,
    DeleteLogGroup,
    DescribeLogGroups,
    ListLogGroups,
    PutLogGroupDeletionProtection,
    AssociateKmsKey,
    DisassociateKmsKey,
    PutRetentionPolicy,
    DeleteRetentionPolicy,
    CreateLogStream,
    DeleteLogStream,
    DescribeLogStreams,
  };
}

const shownStream = ({ name, arn, created, firstEvent, lastEvent, lastIngestion }: StreamRecord) => ({
  logStreamName: name,
  creationTime: created,
  ...(firstEvent !== undefined && { firstEventTimestamp: firstEvent }),
  ...(lastEvent !== undefined && { lastEventTimestamp: lastEvent }),
  ...(lastIngestion !== undefined && { lastIngestionTime: lastIngestion }),
  uploadSequenceToken: String(lastIngestion ?? created),
  arn,
  storedBytes: 0,
});
