/**
 * Destinations: Kinesis streams by a name of their own, to which log groups are subscribed, and the records that go to streams.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CrossAccountSubscriptions.html
 */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Destination } from "@aws-sdk/client-cloudwatch-logs";
import { parseJson } from "../../jsonText.ts";
import { passRole } from "../../kit/passRole.ts";
import type { Operations } from "../../operations.ts";
import { type Access, AwsError, type PolicyDocument } from "../../service.ts";
import { checkName, invalid, notFound } from "./errors.ts";
import { type DestinationRecord, type LogGroups, pageOf } from "./groups.ts";

const zip = promisify(gzip);

interface Stream {
  arn: string;
  /** Role as which CloudWatch Logs writes to it. */
  roleArn: string;
}

export const destinationName = (arn: string): string | undefined =>
  /^arn:[\w-]+:logs:[^:]*:\d+:destination:(.+)$/.exec(arn)?.[1];

/** @throws AwsError what Kinesis or IAM refuses. */
export async function putRecord(
  { cloud }: LogGroups,
  stream: Stream,
  Data: Buffer,
  PartitionKey: string,
): Promise<void> {
  const { principal } = await cloud.assumeRole(
    stream.roleArn,
    "logs.amazonaws.com",
    "logs",
    `arn:aws:logs:${cloud.region}:${cloud.accountId}:*`,
  );
  await cloud.call("kinesis", "PutRecord", { StreamARN: stream.arn, Data, PartitionKey }, principal);
}

/** Sends a stream the message by which CloudWatch Logs finds out whether it may. @throws AwsError `wrong` when it may not. */
export async function checkStream(logs: LogGroups, stream: Stream, wrong: string): Promise<void> {
  const message = {
    messageType: "CONTROL_MESSAGE",
    owner: "CloudwatchLogs",
    logGroup: "",
    logStream: "",
    subscriptionFilters: [],
    logEvents: [
      {
        id: "",
        timestamp: Date.now(),
        message: "CWL CONTROL MESSAGE: Checking health of destination Kinesis stream.",
      },
    ],
  };
  try {
    await putRecord(logs, stream, await zip(JSON.stringify(message)), "control");
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalid(wrong);
  }
}

/** What it takes to subscribe a group to a destination: the destination's policy may allow it. */
export function throughDestination(logs: LogGroups, arn: string): Access[] {
  const name = destinationName(arn);
  if (name === undefined) return [];
  const policy = logs.destinations.get(name)?.accessPolicy;
  const resourcePolicy = policy === undefined ? undefined : (JSON.parse(policy) as PolicyDocument);
  return [{ action: "logs:PutSubscriptionFilter", resource: arn, ...(resourcePolicy && { resourcePolicy }) }];
}

export function destinationOperations(logs: LogGroups): Operations<"logs"> {
  const { destinations, cloud } = logs;
  const arnOf = (name: string) => `arn:aws:logs:${cloud.region}:${cloud.accountId}:destination:${name}`;
  const on = (action: string, name: string): Access[] => [{ action: `logs:${action}`, resource: arnOf(name) }];
  const find = (name: string): DestinationRecord => {
    const found = destinations.get(name);
    if (!found) throw notFound("destination");
    return found;
  };
  const shown = ({ tags: _, ...destination }: DestinationRecord): Destination => destination;
  return {
    PutDestination: {
      access: ({ destinationName: name, roleArn }) => [
        ...on("PutDestination", name),
        ...passRole("logs.amazonaws.com", roleArn),
      ],
      async run({ destinationName: name, targetArn, roleArn, tags = {} }) {
        checkName(name, "destinationName", /^[^:*]*$/);
        if (!/^arn:[\w-]+:kinesis:/.test(targetArn))
          throw invalid(`The local cloud has destinations that are Kinesis streams, not ${targetArn}.`);
        const wrong = "Could not deliver test message to specified destination. Check if the destination is valid.";
        await checkStream(logs, { arn: targetArn, roleArn }, wrong);
        const before = destinations.get(name);
        const destination: DestinationRecord = {
          ...before,
          ...{ destinationName: name, targetArn, roleArn, arn: arnOf(name) },
          creationTime: before?.creationTime ?? Date.now(),
          tags: { ...before?.tags, ...tags },
        };
        destinations.put(name, destination);
        return { destination: shown(destination) };
      },
    },
    PutDestinationPolicy: {
      access: ({ destinationName: name }) => on("PutDestinationPolicy", name),
      run({ destinationName: name, accessPolicy }) {
        const destination = find(name);
        let statements: unknown;
        try {
          statements = (parseJson(accessPolicy) as PolicyDocument | null)?.Statement;
        } catch {
          // Reported below.
        }
        if (typeof statements !== "object" || statements === null)
          throw invalid("Destination policy document is invalid.");
        destinations.put(name, { ...destination, accessPolicy });
        return {};
      },
    },
    DescribeDestinations: {
      access: () => on("DescribeDestinations", "*"),
      run({ DestinationNamePrefix = "", ...rest }) {
        const { items, paging } = pageOf(
          destinations.values(DestinationNamePrefix),
          rest,
          ({ destinationName: name }) => name,
        );
        return { destinations: items.map(shown), ...paging };
      },
    },
    DeleteDestination: {
      access: ({ destinationName: name }) => on("DeleteDestination", name),
      run({ destinationName: name }) {
        destinations.delete(find(name).destinationName);
        return {};
      },
    },
  };
}
