/** Subscription filters: events that match go to a function as they come. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html */
import { randomBytes, randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { deliver } from "../../delivery/deliver.ts";
import { passRole } from "../../kit/passRole.ts";
import { patiently } from "../../kit/patience.ts";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { checkStream, destinationName, putRecord, throughDestination } from "./destinations.ts";
import { checkName, invalid, notFound } from "./errors.ts";
import type { LogEvent } from "./events.ts";
import { filterPattern } from "./filterPattern.ts";
import { actsFor, type LogGroups, pageOf, type SubscriptionFilterRecord } from "./groups.ts";

const zip = promisify(gzip);
/** Of one group. */
const maxFilters = 2;

/** Sends new events to the functions and streams that are subscribed. One that cannot be reached misses them, as on AWS in the end. */
export function forward(logs: LogGroups, group: string, stream: string, events: LogEvent[]): void {
  for (const filter of logs.subscriptionFilters.values(`${group}\n`)) {
    const matches = filterPattern(filter.filterPattern);
    const matching = events.filter(({ message }) => matches(message));
    if (matching.length > 0) void send(logs, filter, stream, matching).catch(() => {});
  }
}

async function send(
  logs: LogGroups,
  filter: SubscriptionFilterRecord,
  logStream: string,
  events: LogEvent[],
): Promise<void> {
  const message = {
    messageType: "DATA_MESSAGE",
    owner: logs.cloud.accountId,
    logGroup: filter.logGroupName,
    logStream,
    subscriptionFilters: [filter.filterName],
    // 56 digits, in the order of time.
    logEvents: events.map(({ timestamp, message }, index) => ({
      id: `${String(timestamp).padStart(20, "0")}${String(index).padStart(8, "0")}${decimal(28)}`,
      timestamp,
      message,
    })),
  };
  const data = await zip(JSON.stringify(message));
  const stream = streamOf(logs, filter);
  if (stream) return putRecord(logs, stream, data, filter.distribution === "Random" ? randomUUID() : logStream);
  const body = JSON.stringify({ awslogs: { data: data.toString("base64") } });
  const principal = actsFor(logs, filter.logGroupName);
  await patiently(() => deliver(logs.cloud, { arn: filter.destinationArn, body, principal }));
}

/** The stream that a filter leads to, by itself or by a destination; nothing where it leads to a function. */
function streamOf(logs: LogGroups, { destinationArn: arn, roleArn = "" }: SubscriptionFilterRecord) {
  const destination = logs.destinations.get(destinationName(arn) ?? "");
  if (destination) return { arn: destination.targetArn, roleArn: destination.roleArn };
  return /^arn:[\w-]+:kinesis:/.test(arn) ? { arn, roleArn } : undefined;
}

const decimal = (length: number): string => [...randomBytes(length)].map((byte) => byte % 10).join("");

export function subscriptionFilterOperations(logs: LogGroups): Operations<"logs"> {
  const { subscriptionFilters } = logs;
  const key = (group: string, name: string) => `${group}\n${name}`;

  /** @throws AwsError unless the function is there and lets CloudWatch Logs in, or the role may write to the stream. */
  async function checkDestination(group: string, arn: string, roleArn: string | undefined): Promise<void> {
    if (/^arn:[\w-]+:kinesis:/.test(arn)) {
      if (roleArn === undefined) throw invalid("destinationArn for vendor kinesis requires roleArn to be specified.");
      await checkStream(
        logs,
        { arn, roleArn },
        "Could not deliver test message to specified Kinesis stream. Check if the given kinesis stream is in ACTIVE state.",
      );
      return;
    }
    const destination = destinationName(arn);
    if (destination !== undefined) {
      if (!logs.destinations.has(destination)) throw notFound("destination");
      return;
    }
    if (!/^arn:[\w-]+:lambda:/.test(arn))
      throw invalid(`The local cloud sends log events to functions, Kinesis streams and destinations, not to ${arn}.`);
    const input = { FunctionName: arn, InvocationType: "DryRun" as const };
    try {
      await logs.cloud.call("lambda", "Invoke", input, actsFor(logs, group));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw invalid(
        "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.",
      );
    }
  }

  return {
    PutSubscriptionFilter: {
      access: ({ logGroupName, roleArn, destinationArn }) => [
        ...logs.access("PutSubscriptionFilter", logGroupName),
        ...throughDestination(logs, destinationArn),
        ...passRole("logs.amazonaws.com", roleArn),
      ],
      async run({
        logGroupName,
        filterName,
        filterPattern: pattern,
        destinationArn,
        roleArn,
        distribution = "ByLogStream",
      }) {
        logs.group(logGroupName);
        checkName(filterName, "filterName", /^[^:*]*$/);
        filterPattern(pattern);
        const before = subscriptionFilters.get(key(logGroupName, filterName));
        if (!before && subscriptionFilters.entries(`${logGroupName}\n`).length >= maxFilters)
          throw new AwsError("LimitExceededException", "Resource limit exceeded.");
        await checkDestination(logGroupName, destinationArn, roleArn);
        subscriptionFilters.put(key(logGroupName, filterName), {
          filterName,
          logGroupName,
          filterPattern: pattern,
          destinationArn,
          ...(roleArn !== undefined && { roleArn }),
          distribution,
          creationTime: before?.creationTime ?? Date.now(),
        });
        return {};
      },
    },
    DescribeSubscriptionFilters: {
      access: ({ logGroupName }) => logs.access("DescribeSubscriptionFilters", logGroupName),
      run({ logGroupName, filterNamePrefix = "", ...rest }) {
        logs.group(logGroupName);
        const found = subscriptionFilters.values(`${logGroupName}\n${filterNamePrefix}`);
        const { items, paging } = pageOf(found, rest, ({ filterName }) => filterName);
        return { subscriptionFilters: items.map((one) => ({ ...one, applyOnTransformedLogs: false })), ...paging };
      },
    },
    DeleteSubscriptionFilter: {
      access: ({ logGroupName }) => logs.access("DeleteSubscriptionFilter", logGroupName),
      run({ logGroupName, filterName }) {
        logs.group(logGroupName);
        if (!subscriptionFilters.delete(key(logGroupName, filterName))) throw notFound("subscription filter");
        return {};
      },
    },
  };
}
