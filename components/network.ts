import { FlowLog, SecurityGroup, VpcEndpoint } from "@pulumi/aws/ec2";
import { Vpc } from "@pulumi/awsx/ec2";
import { Config, type Input, interpolate, type Resource } from "@pulumi/pulumi";
import { createExecutionRole } from "./function/executionRole.ts";
import { createServiceLogs, logGroupName } from "./logGroup.ts";

/** Where containers, notebooks and jobs run. */
export interface Network {
  /** Id of the VPC. */
  vpcId: Input<string>;
  /** Ids of subnets whose hosts reach AWS's endpoints: private ones, behind a NAT gateway or with VPC endpoints. */
  subnetIds: Input<Input<string>[]>;
}

export interface NetworkArgs {
  /**
   * Whether hosts reach the internet, through one NAT gateway.
   * @default true
   */
  nat?: boolean;
  /**
   * Services of AWS that hosts reach without the internet, each by an interface endpoint, which bills by the hour. S3 and
   * DynamoDB have ways of their own, which cost nothing.
   * @default []
   * @example ["logs", "sagemaker.api"]
   */
  interfaceEndpoints?: string[];
  /**
   * Whether connections are logged.
   * @default false
   */
  flowLogs?: boolean;
}

/**
 * A VPC over two availability zones with private subnets: their hosts are reached by nobody, and reach out through one NAT
 * gateway; to S3 (where the layers of images are, too) and DynamoDB they have ways of their own, which cost nothing.
 */
export function createNetwork(name: string, args: NetworkArgs = {}, parent?: Resource): Network {
  const { nat = true, interfaceEndpoints = [], flowLogs = false } = args;
  const region = new Config("aws").require("region");
  const vpc = new Vpc(
    name,
    {
      numberOfAvailabilityZones: 2,
      enableDnsHostnames: true,
      natGateways: { strategy: nat ? "Single" : "None" },
      subnetStrategy: "Auto",
      subnetSpecs: nat ? [{ type: "Private" }, { type: "Public", cidrMask: 24 }] : [{ type: "Isolated" }],
      vpcEndpointStrategy: "Auto",
      vpcEndpointSpecs: ["s3", "dynamodb"].map((service) => ({
        serviceName: `com.amazonaws.${region}.${service}`,
        vpcEndpointType: "Gateway",
      })),
    },
    { parent },
  );
  const network = { vpcId: vpc.vpcId, subnetIds: nat ? vpc.privateSubnetIds : vpc.isolatedSubnetIds };
  if (interfaceEndpoints.length > 0)
    createInterfaceEndpoints(name, { ...network, vpc, region, interfaceEndpoints }, parent);
  if (flowLogs) createFlowLog(name, network, parent);
  return network;
}

/** A security group whose members are reached by nobody, and reach out over HTTPS alone. */
export const createOutwardGroup = (
  name: string,
  { members, vpcId }: { members: string; vpcId: Input<string> },
  parent: Resource,
): SecurityGroup =>
  new SecurityGroup(
    name,
    {
      description: `${members}: reached by nobody, and reach out over HTTPS alone`,
      vpcId,
      ingress: [],
      egress: [{ ...https, cidrBlocks: ["0.0.0.0/0"], description: "The endpoints of AWS" }],
    },
    { parent },
  );

const https = { protocol: "tcp", fromPort: 443, toPort: 443 };

function createInterfaceEndpoints(
  name: string,
  args: Network & { vpc: Vpc; region: string; interfaceEndpoints: string[] },
  parent: Resource | undefined,
): void {
  const { vpcId, subnetIds, vpc, region, interfaceEndpoints } = args;
  const group = new SecurityGroup(
    `${name}-endpoints`,
    {
      description: `Endpoints of ${name}: reached from within`,
      vpcId,
      ingress: [{ ...https, cidrBlocks: [vpc.vpc.cidrBlock], description: "Hosts of the network" }],
      egress: [],
    },
    { parent },
  );
  for (const service of interfaceEndpoints) {
    new VpcEndpoint(
      `${name}-${service.replaceAll(".", "-")}`,
      {
        vpcId,
        serviceName: `com.amazonaws.${region}.${service}`,
        vpcEndpointType: "Interface",
        privateDnsEnabled: true,
        subnetIds,
        securityGroupIds: [group.id],
      },
      { parent },
    );
  }
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html */
function createFlowLog(name: string, { vpcId }: Network, parent: Resource | undefined): void {
  const logs = createServiceLogs(`${name}-flow`, { name: logGroupName("vpc", name), retention: undefined }, parent);
  const { role, policy } = createExecutionRole(
    `${name}-flow-logs`,
    "vpc-flow-logs.amazonaws.com",
    [
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        Resource: [interpolate`${logs.arn}:*`],
      },
      { Effect: "Allow", Action: ["logs:DescribeLogGroups"], Resource: ["*"] },
    ],
    parent,
  );
  new FlowLog(
    `${name}-flow-log`,
    { vpcId, trafficType: "ALL", logDestination: logs.arn, iamRoleArn: role.arn },
    { parent, dependsOn: [policy] },
  );
}
