/** The parts of a VPC, kept and checked by the local EC2. One machine has no such network: they change nothing else. */
import type { ServiceResources } from "../resourceType.ts";
import { endpointTypes } from "./endpoints.ts";
import { flowLogTypes } from "./flowLogs.ts";
import { ec2Functions } from "./functions.ts";
import { gatewayTypes } from "./gateways.ts";
import { networkAclTypes } from "./networkAcls.ts";
import { networkInterfaceTypes } from "./networkInterfaces.ts";
import { Ec2 } from "./part.ts";
import { routeTypes } from "./routes.ts";
import { securityGroupTypes } from "./securityGroups.ts";
import { subnetTypes } from "./subnets.ts";
import { vpcComponent } from "./vpc.ts";
import { vpcTypes } from "./vpcs.ts";

const kinds = [
  ...[vpcTypes, subnetTypes, gatewayTypes, routeTypes, endpointTypes, securityGroupTypes, networkAclTypes],
  ...[flowLogTypes, networkInterfaceTypes],
];

export const ec2Resources: ServiceResources = (cloud) => {
  const ec2 = new Ec2(cloud);
  return {
    types: kinds.flatMap((types) => types(ec2)),
    invokes: ec2Functions(ec2),
    components: { "awsx:ec2:Vpc": vpcComponent(cloud.region) },
  };
};
