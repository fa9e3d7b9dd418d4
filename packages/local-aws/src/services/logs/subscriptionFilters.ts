/** Subscription filters: events that match go to a function as they come. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html */
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { deliver } from "../../delivery/deliver.ts";
import { passRole } from "../../kit/passRole.ts";
import type { Operations } from "../../operations.ts";
import { AwsError, type Principal, servicePrincipal } from "../../service.ts";
import { checkName, invalid, notFound } from "./errors.ts";
import type { LogEvent } from "./events.ts";
import { filterPattern } from "./filterPattern.ts";
import { type LogGroups, pageOf, type SubscriptionFilterRecord } from "./groups.ts";

const zip = promisify(gzip);
/** Of one group. */
const maxFilters = 2;

const actsFor = (logs: LogGroups, group: string): Principal =>
  servicePrincipal("logs.amazonaws.com", `${logs.arn(group)}:*`);

/** Sends new events to the functions that are subscribed. One that cannot be reached misses them, as on AWS in the end. */
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
  stream: string,
  events: LogEvent[],
): Promise<void> {
  const message = {
    messageType: "DATA_MESSAGE",
    owner: logs.cloud.accountId,
    logGroup: filter.logGroupName,
    logStream: stream,
    subscriptionFilters: [filter.filterName],
    // 56 digits, in the order of time.
    logEvents: events.map(({ timestamp, message }, index) => ({
      id: `${String(timestamp).padStart(20, "0")}${String(index).padStart(8, "0")}${decimal(28)}`,
      timestamp,
      message,
    })),
  };
  const data = (await zip(JSON.stringify(message))).toString("base64");
  const body = JSON.stringify({ awslogs: { data } });
  await deliver(logs.cloud, { arn: filter.destinationArn, body, principal: actsFor(logs, filter.logGroupName) });
}

const decimal = (length: number): string => [...randomBytes(length)].map((byte) => byte % 10).join("");

export function subscriptionFilterOperations(logs: LogGroups): Operations<"logs"> {
  const { subscriptionFilters } = logs;
  const key = (group: string, name: string) => `${group}\n${name}`;

  /** @throws AwsError unless the function is there and lets CloudWatch Logs in. */
  async function checkDestination(group: string, arn: string): Promise<void> {
    if (!/^arn:[\w-]+:lambda:/.test(arn))
      throw invalid(`The local cloud sends log events to functions, not to ${arn}.`);
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
      access: ({ logGroupName, roleArn }) => [
        ...logs.access("PutSubscriptionFilter", logGroupName),
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
        await checkDestination(logGroupName, destinationArn);
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
