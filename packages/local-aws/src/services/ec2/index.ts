/**
 * EC2's networking: what VPCs are made of, kept and checked as AWS does. Nothing is routed: one machine has no such network.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/OperationList-query-vpc.html
 */
import { AwsError, type Cloud, type Operation, type Service } from "../../service.ts";
import { addressOperations } from "./addresses.ts";
import { defaultOperations, furnishRegion } from "./defaults.ts";
import { dhcpOperations } from "./dhcpOptions.ts";
import { endpointServiceOperations } from "./endpointServices.ts";
import { endpointOperations } from "./endpoints.ts";
import { flowLogOperations } from "./flowLogs.ts";
import { gatewayOperations } from "./gateways.ts";
import { natGatewayOperations } from "./natGateways.ts";
import { Network } from "./network.ts";
import { networkAclOperations } from "./networkAcls.ts";
import { networkInterfaceOperations } from "./networkInterfaces.ts";
import { prefixListOperations } from "./prefixLists.ts";
import { routeOperations } from "./routes.ts";
import { routeTableOperations } from "./routeTables.ts";
import { securityGroupRuleOperations } from "./securityGroupRules.ts";
import { securityGroupOperations } from "./securityGroups.ts";
import { subnetOperations } from "./subnets.ts";
import { tagOperations } from "./tags.ts";
import { vpcOperations } from "./vpcs.ts";
import { zoneOperations } from "./zones.ts";

export function createEc2(cloud: Cloud): Service {
  const network = new Network(cloud);
  furnishRegion(network);
  const operations: Service["operations"] = {
    ...zoneOperations(network),
    ...vpcOperations(network),
    ...defaultOperations(network),
    ...subnetOperations(network),
    ...routeTableOperations(network),
    ...routeOperations(network),
    ...gatewayOperations(network),
    ...natGatewayOperations(network),
    ...addressOperations(network),
    ...endpointOperations(network),
    ...endpointServiceOperations(network),
    ...securityGroupOperations(network),
    ...securityGroupRuleOperations(network),
    ...networkAclOperations(network),
    ...networkInterfaceOperations(network),
    ...flowLogOperations(network),
    ...dhcpOperations(network),
    ...prefixListOperations(network),
    ...tagOperations(network),
  };
  return {
    name: "ec2",
    shapes: () => import("@aws-sdk/client-ec2"),
    operations: Object.fromEntries(Object.entries(operations).map(([name, one]) => [name, one && withDryRun(one)])),
  };
}

/** A request may only ask whether it would be allowed. */
const withDryRun = ({ access, run }: Operation): Operation => ({
  access,
  run(input, call) {
    if (!input.DryRun) return run(input, call);
    throw new AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);
  },
});
