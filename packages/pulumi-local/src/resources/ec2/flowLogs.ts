/** Flow logs: kept and checked; nothing flows here. */
import type { FlowLog } from "@aws-sdk/client-ec2";
import type { CheckFailure, Properties } from "../../engine/provider.ts";
import { capitalized, uncapitalized } from "../described.ts";
import { type Ec2, ec2Type, none } from "./part.ts";

/** `ResourceType` of what is logged, by the input that names it. */
const sources: Record<string, string> = {
  vpcId: "VPC",
  subnetId: "Subnet",
  eniId: "NetworkInterface",
  transitGatewayId: "TransitGateway",
  transitGatewayAttachmentId: "TransitGatewayAttachment",
  regionalNatGatewayId: "RegionalNatGateway",
};
const settings = ["trafficType", "logDestinationType", "logDestination", "logFormat", "maxAggregationInterval"];

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFlowLogs.html */
function failures(inputs: Properties): CheckFailure[] {
  const of = Object.keys(sources);
  const given = of.filter((property) => inputs[property] !== undefined);
  const found: CheckFailure[] = [];
  if (given.length !== 1) {
    found.push({ property: "vpcId", reason: `exactly one of ${of.join(", ")} is given; it is ${given.length}` });
  }
  if (inputs.trafficType === undefined && inputs.vpcId !== undefined) {
    found.push({ property: "trafficType", reason: "is required and was not given" });
  }
  if (inputs.logDestinationType === "cloud-watch-logs" && inputs.iamRoleArn === undefined) {
    found.push({ property: "iamRoleArn", reason: "is required where the destination is CloudWatch Logs" });
  }
  return found;
}

export const flowLogTypes = (ec2: Ec2) => [
  ec2Type(ec2, {
    name: "FlowLog",
    kind: "vpc-flow-log",
    properties: [...Object.keys(sources), ...settings, "iamRoleArn", "deliverCrossAccountRole", "destinationOptions"],
    inert: ["tagFieldSpecifications"],
    enums: {
      trafficType: ["ACCEPT", "REJECT", "ALL"],
      logDestinationType: ["cloud-watch-logs", "s3", "kinesis-data-firehose"],
      maxAggregationInterval: [60, 600],
    },
    defaults: { logDestinationType: "cloud-watch-logs", maxAggregationInterval: 600 },
    validate: failures,
    taggable: true,
    async make(inputs, tags) {
      const [source, ResourceType] = Object.entries(sources).find(([name]) => inputs[name] !== undefined)!;
      const options = inputs.destinationOptions as Properties | undefined;
      type Answer = { FlowLogIds: string[]; Unsuccessful: { Error: { Message: string } }[] };
      const { FlowLogIds, Unsuccessful } = await ec2.ask<Answer>("CreateFlowLogs", {
        ResourceIds: [inputs[source]],
        ResourceType,
        ...capitalized(inputs, settings),
        DeliverLogsPermissionArn: inputs.iamRoleArn,
        DeliverCrossAccountRole: inputs.deliverCrossAccountRole,
        ...(options && {
          DestinationOptions: capitalized(options, ["fileFormat", "hiveCompatiblePartitions", "perHourPartition"]),
        }),
        ...tags,
      });
      if (Unsuccessful[0]) throw new Error(Unsuccessful[0].Error.Message);
      return FlowLogIds[0];
    },
    async find(id, given) {
      const [found] = (await ec2.ask<{ FlowLogs: FlowLog[] }>("DescribeFlowLogs", { FlowLogIds: [id] })).FlowLogs;
      if (!found) return undefined;
      const [kind = ""] = String(found.ResourceId).split("-");
      const source = { vpc: "vpcId", subnet: "subnetId", eni: "eniId" }[kind] ?? "vpcId";
      const options = found.DestinationOptions;
      return {
        arn: ec2.arn("vpc-flow-log", id),
        ...uncapitalized(found, settings),
        // A log group's ARN may be given with the end that stands for its streams.
        logDestination: given.logDestination ?? found.LogDestination,
        [source]: found.ResourceId,
        iamRoleArn: found.DeliverLogsPermissionArn ?? none,
        deliverCrossAccountRole: found.DeliverCrossAccountRole ?? none,
        ...(options && {
          destinationOptions: uncapitalized(options, ["fileFormat", "hiveCompatiblePartitions", "perHourPartition"]),
        }),
        Tags: found.Tags,
      };
    },
    remove: (id) => ec2.ask("DeleteFlowLogs", { FlowLogIds: [id] }),
  }),
];
