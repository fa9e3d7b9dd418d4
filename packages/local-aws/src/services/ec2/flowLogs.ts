/** Flow logs. Nothing flows here: they are kept, and write nothing. */
import type { CreateFlowLogsRequest } from "@aws-sdk/client-ec2";
import { passRole } from "../../kit/passRole.ts";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs, needsToMake } from "./access.ts";
import { describe } from "./describe.ts";
import type { Items, Kind } from "./kinds.ts";
import type { Network } from "./network.ts";
import { unmodelled } from "./unmodelled.ts";

const resourceKinds: Record<string, Kind> = { VPC: "vpc", Subnet: "subnet", NetworkInterface: "eni" };
const destinationTypes = ["cloud-watch-logs", "s3", "kinesis-data-firehose"];
const trafficTypes = ["ACCEPT", "REJECT", "ALL"];
const defaultFormat = [
  ...["version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets"],
  ...["bytes", "start", "end", "action", "log-status"],
]
  .map((field) => `\${${field}}`)
  .join(" ");

export function flowLogOperations(network: Network): Operations<"ec2"> {
  return {
    CreateFlowLogs: {
      access: (input) => [
        ...needsToMake(network, "fl", "CreateFlowLogs", input, input.ResourceIds),
        ...passRole("vpc-flow-logs.amazonaws.com", input.DeliverLogsPermissionArn, input.DeliverCrossAccountRole),
      ],
      run(input) {
        const kind = resourceKinds[input.ResourceType];
        if (!kind) throw unmodelled(`flow logs of a ${input.ResourceType}`);
        const settings = settingsOf(network, input);
        const missing = input.ResourceIds.filter((id) => !network.find(kind, id));
        const found = input.ResourceIds.filter((id) => network.find(kind, id));
        const made = network.transaction(() => found.map((ResourceId) => add(network, input, ResourceId, settings)));
        return {
          ClientToken: input.ClientToken,
          FlowLogIds: made.map(({ FlowLogId }) => FlowLogId),
          Unsuccessful: missing.map((ResourceId) => ({
            ResourceId,
            Error: { Code: "InvalidResourceId.NotFound", Message: `Unknown resource: ${ResourceId}` },
          })),
        };
      },
    },
    DescribeFlowLogs: {
      access: () => needs(network, "DescribeFlowLogs"),
      run({ Filter: Filters, FlowLogIds = [], ...input }) {
        // Those that are not there are left out.
        const ids = FlowLogIds.filter((id) => network.find("fl", id));
        if (FlowLogIds.length > 0 && ids.length === 0) return { FlowLogs: [] };
        const { items, ...rest } = describe(network, "fl", { ...input, Filters }, ids, {
          "deliver-log-status": ({ DeliverLogsStatus }) => DeliverLogsStatus,
          "flow-log-id": ({ FlowLogId }) => FlowLogId,
          "log-destination-type": ({ LogDestinationType }) => LogDestinationType,
          "log-group-name": ({ LogGroupName }) => LogGroupName,
          "resource-id": ({ ResourceId }) => ResourceId,
          "traffic-type": ({ TrafficType }) => TrafficType,
        });
        return { FlowLogs: items, ...rest };
      },
    },
    DeleteFlowLogs: {
      access: ({ FlowLogIds }) => needs(network, "DeleteFlowLogs", FlowLogIds),
      run({ FlowLogIds }) {
        for (const id of FlowLogIds) network.get("fl", id);
        for (const id of FlowLogIds) network.delete(id);
        return { Unsuccessful: [] };
      },
    },
  };
}

type Settings = Partial<Items["fl"]>;

function add(network: Network, input: CreateFlowLogsRequest, ResourceId: string, settings: Settings): Items["fl"] {
  const same = network
    .list("fl")
    .find(
      (one) =>
        one.ResourceId === ResourceId &&
        one.LogDestination === settings.LogDestination &&
        one.LogGroupName === settings.LogGroupName,
    );
  if (same && input.ClientToken === undefined) {
    const message = `Error. There is an existing Flow Log with the same configuration and log destination.`;
    throw new AwsError("FlowLogAlreadyExists", message);
  }
  // One request may be for several resources: its token, for one log of each.
  const ClientToken = input.ClientToken && `${input.ClientToken} ${ResourceId}`;
  return network.make("fl", { ...input, ClientToken }, (FlowLogId, Tags) => ({
    FlowLogId,
    ResourceId,
    CreationTime: new Date(),
    FlowLogStatus: "ACTIVE",
    DeliverLogsStatus: "SUCCESS",
    ...settings,
    Tags,
  }));
}

/** @throws AwsError for a destination or a way of counting that there is not. */
function settingsOf(network: Network, input: CreateFlowLogsRequest): Settings {
  const { LogDestinationType = "cloud-watch-logs", LogDestination, LogGroupName, TrafficType } = input;
  const { LogFormat = defaultFormat, MaxAggregationInterval = 600, DeliverLogsPermissionArn: role } = input;
  const refuse = (parameter: string, value: unknown, allowed: (string | number)[]) =>
    new AwsError(
      "InvalidParameterValue",
      `Value (${value}) for parameter ${parameter} is invalid. Allowed are ${allowed.join(", ")}.`,
    );
  if (!destinationTypes.includes(LogDestinationType)) {
    throw refuse("logDestinationType", LogDestinationType, destinationTypes);
  }
  if (!trafficTypes.includes(TrafficType ?? "")) throw refuse("trafficType", TrafficType, trafficTypes);
  if (![60, 600].includes(MaxAggregationInterval)) {
    throw refuse("maxAggregationInterval", MaxAggregationInterval, [60, 600]);
  }
  const toLogs = LogDestinationType === "cloud-watch-logs";
  if (LogDestination === undefined && (LogGroupName === undefined || !toLogs)) {
    throw new AwsError(
      "MissingParameter",
      "The request must contain LogDestination or, for CloudWatch Logs, LogGroupName",
    );
  }
  if (LogDestination !== undefined && LogGroupName !== undefined) {
    const message = "Please only provide LogGroupName or only provide LogDestination.";
    throw new AwsError("InvalidParameter", message);
  }
  if (toLogs && role === undefined) {
    const message = "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.";
    throw new AwsError("InvalidParameter", message);
  }
  if (!toLogs && role !== undefined) {
    const message = `DeliverLogsPermissionArn is not applicable for ${LogDestinationType} delivery`;
    throw new AwsError("InvalidParameter", message);
  }
  const arn = LogDestination?.replace(/:\*$/, "");
  const group = toLogs ? (LogGroupName ?? arn?.split(":log-group:")[1]) : undefined;
  if (toLogs && group === undefined) {
    throw new AwsError(
      "InvalidParameterValue",
      `LogDestination must be the ARN of a log group, it is ${LogDestination}`,
    );
  }
  const { region, accountId } = network;
  return {
    TrafficType,
    LogDestinationType,
    LogFormat,
    MaxAggregationInterval,
    LogDestination: toLogs ? (arn ?? `arn:aws:logs:${region}:${accountId}:log-group:${group}`) : arn,
    ...(group !== undefined && { LogGroupName: group }),
    ...(role !== undefined && { DeliverLogsPermissionArn: role }),
    ...(LogDestinationType === "s3" && {
      DestinationOptions: {
        FileFormat: "plain-text",
        HiveCompatiblePartitions: false,
        PerHourPartition: false,
        ...input.DestinationOptions,
      },
    }),
  };
}
