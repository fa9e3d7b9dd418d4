/**
 * The parts of a VPC. One machine has no network of the kind: they are recorded, with ids in EC2's form, and change
 * nothing; what uses them is checked to name them.
 */
import { randomBytes } from "node:crypto";
import type { Cloud } from "local-aws/service";
import type { CheckFailure, Properties } from "../../engine/provider.ts";
import type { ResourceType, ServiceResources } from "../resourceType.ts";
import { vpcComponent } from "./vpc.ts";

interface Part {
  /** `aws:ec2/subnet:Subnet` */
  token: string;
  /** Of its ids: `subnet-0123456789abcdef0`. */
  prefix: string;
  /** Of its ARN; none where Pulumi shows none. */
  arn?: string;
  required?: string[];
  requiredHere?: string[];
  /** The ones that count in a record: what a part belongs to. */
  properties: string[];
  inert?: string[];
  replaces?: string[];
  enums?: ResourceType["enums"];
  validate?: ResourceType["validate"];
  defaults?: Properties;
  taggable?: boolean;
  autoname?: ResourceType["autoname"];
  /** Outputs in addition to inputs, id and ARN. */
  outputs?(inputs: Properties, id: string, cloud: Cloud): Properties;
}

const hex = (digits: number) => randomBytes(9).toString("hex").slice(0, digits);
const owner = (_inputs: Properties, _id: string, { accountId }: Cloud) => ({ ownerId: accountId });

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFlowLogs.html */
function flowLogFailures(inputs: Properties): CheckFailure[] {
  const of = ["vpcId", "subnetId", "eniId", "transitGatewayId", "transitGatewayAttachmentId", "regionalNatGatewayId"];
  const given = of.filter((property) => inputs[property] !== undefined);
  const failures: CheckFailure[] = [];
  if (given.length !== 1) {
    failures.push({ property: "vpcId", reason: `exactly one of ${of.join(", ")} is given; it is ${given.length}` });
  }
  if (inputs.trafficType === undefined && inputs.vpcId !== undefined) {
    failures.push({ property: "trafficType", reason: "is required and was not given" });
  }
  if (inputs.logDestinationType === "cloud-watch-logs" && inputs.iamRoleArn === undefined) {
    failures.push({ property: "iamRoleArn", reason: "is required where the destination is CloudWatch Logs" });
  }
  return failures;
}

const parts: Part[] = [
  {
    token: "aws:ec2/vpc:Vpc",
    prefix: "vpc",
    arn: "vpc",
    properties: ["cidrBlock"],
    inert: [
      ...["assignGeneratedIpv6CidrBlock", "enableDnsHostnames", "enableDnsSupport", "enableNetworkAddressUsageMetrics"],
      ...["instanceTenancy", "ipv4IpamPoolId", "ipv4NetmaskLength", "ipv6CidrBlock", "ipv6IpamPoolId"],
      ...["ipv6CidrBlockNetworkBorderGroup", "ipv6NetmaskLength"],
    ],
    replaces: ["cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"],
    defaults: { enableDnsSupport: true },
    taggable: true,
    outputs: (_inputs, _id, { accountId }) => ({
      ownerId: accountId,
      mainRouteTableId: `rtb-0${hex(16)}`,
      defaultRouteTableId: `rtb-0${hex(16)}`,
      defaultSecurityGroupId: `sg-0${hex(16)}`,
      defaultNetworkAclId: `acl-0${hex(16)}`,
    }),
  },
  {
    token: "aws:ec2/subnet:Subnet",
    prefix: "subnet",
    arn: "subnet",
    required: ["vpcId"],
    properties: ["vpcId", "cidrBlock", "availabilityZone"],
    inert: [
      ...["assignIpv6AddressOnCreation", "availabilityZoneId", "customerOwnedIpv4Pool", "enableDns64"],
      ...["enableLniAtDeviceIndex", "enableResourceNameDnsARecordOnLaunch"],
      ...["enableResourceNameDnsAaaaRecordOnLaunch", "ipv4IpamPoolId", "ipv4NetmaskLength", "ipv6CidrBlock"],
      ...["ipv6IpamPoolId", "ipv6Native", "ipv6NetmaskLength", "mapCustomerOwnedIpOnLaunch", "mapPublicIpOnLaunch"],
      ...["outpostArn", "privateDnsHostnameTypeOnLaunch"],
    ],
    replaces: ["vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId"],
    taggable: true,
    outputs: owner,
  },
  {
    token: "aws:ec2/internetGateway:InternetGateway",
    prefix: "igw",
    arn: "internet-gateway",
    properties: ["vpcId"],
    taggable: true,
    outputs: owner,
  },
  {
    token: "aws:ec2/routeTable:RouteTable",
    prefix: "rtb",
    arn: "route-table",
    required: ["vpcId"],
    properties: ["vpcId", "routes"],
    inert: ["propagatingVgws"],
    replaces: ["vpcId"],
    taggable: true,
    outputs: owner,
  },
  {
    token: "aws:ec2/route:Route",
    prefix: "r-rtb",
    required: ["routeTableId"],
    properties: ["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "gatewayId", "natGatewayId"],
    inert: [
      ...["carrierGatewayId", "coreNetworkArn", "destinationPrefixListId", "egressOnlyGatewayId", "localGatewayId"],
      ...["networkInterfaceId", "odbNetworkArn", "transitGatewayId", "vpcEndpointId", "vpcPeeringConnectionId"],
    ],
    replaces: ["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"],
    outputs: () => ({ origin: "CreateRoute", state: "active" }),
  },
  {
    token: "aws:ec2/routeTableAssociation:RouteTableAssociation",
    prefix: "rtbassoc",
    required: ["routeTableId"],
    properties: ["routeTableId", "subnetId", "gatewayId"],
    replaces: ["subnetId", "gatewayId"],
  },
  {
    token: "aws:ec2/eip:Eip",
    prefix: "eipalloc",
    arn: "elastic-ip",
    properties: ["domain"],
    inert: [
      ...["address", "associateWithPrivateIp", "customerOwnedIpv4Pool", "instance", "ipamPoolId"],
      ...["networkBorderGroup", "networkInterface", "publicIpv4Pool"],
    ],
    replaces: ["domain"],
    taggable: true,
    // An address of those that are for documentation: https://www.rfc-editor.org/rfc/rfc5737
    outputs: (_inputs, id) => ({ allocationId: id, publicIp: `203.0.113.${Number.parseInt(hex(2), 16)}` }),
  },
  {
    token: "aws:ec2/natGateway:NatGateway",
    prefix: "nat",
    requiredHere: ["subnetId"],
    properties: ["subnetId", "allocationId", "connectivityType"],
    inert: [
      ...["privateIp", "secondaryAllocationIds", "secondaryPrivateIpAddressCount", "secondaryPrivateIpAddresses"],
    ],
    replaces: ["subnetId", "allocationId", "connectivityType"],
    defaults: { connectivityType: "public" },
    taggable: true,
  },
  {
    token: "aws:ec2/vpcEndpoint:VpcEndpoint",
    prefix: "vpce",
    arn: "vpc-endpoint",
    required: ["vpcId"],
    properties: ["vpcId", "serviceName", "vpcEndpointType", "routeTableIds", "subnetIds", "securityGroupIds"],
    inert: ["autoAccept", "dnsOptions", "ipAddressType", "policy", "privateDnsEnabled"],
    replaces: ["vpcId", "serviceName", "vpcEndpointType"],
    defaults: { vpcEndpointType: "Gateway" },
    taggable: true,
    outputs: (_inputs, _id, { accountId }) => ({ ownerId: accountId, state: "available" }),
  },
  {
    token: "aws:ec2/flowLog:FlowLog",
    prefix: "fl",
    arn: "vpc-flow-log",
    properties: ["vpcId", "subnetId", "eniId", "trafficType", "logDestination", "logDestinationType", "iamRoleArn"],
    inert: [
      ...["deliverCrossAccountRole", "destinationOptions", "logFormat", "maxAggregationInterval"],
      ...["regionalNatGatewayId", "tagFieldSpecifications", "transitGatewayAttachmentId", "transitGatewayId"],
    ],
    // Nothing of one changes but its tags.
    replaces: [
      ...["vpcId", "subnetId", "eniId", "trafficType", "logDestination", "logDestinationType", "iamRoleArn"],
      ...["deliverCrossAccountRole", "destinationOptions", "logFormat", "maxAggregationInterval"],
      ...["regionalNatGatewayId", "transitGatewayAttachmentId", "transitGatewayId"],
    ],
    enums: {
      trafficType: ["ACCEPT", "REJECT", "ALL"],
      logDestinationType: ["cloud-watch-logs", "s3", "kinesis-data-firehose"],
      maxAggregationInterval: [60, 600],
    },
    defaults: { logDestinationType: "cloud-watch-logs", maxAggregationInterval: 600 },
    validate: flowLogFailures,
    taggable: true,
  },
  {
    token: "aws:ec2/securityGroup:SecurityGroup",
    prefix: "sg",
    arn: "security-group",
    properties: ["name", "description", "vpcId"],
    inert: ["ingress", "egress", "revokeRulesOnDelete"],
    replaces: ["name", "description", "vpcId"],
    defaults: { description: "Managed by Pulumi" },
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
    autoname: { property: "name", prefixed: true, max: 255, pattern: /^(?!sg-)[\w .:/()#,@[\]+=&;{}!$*-]+$/ },
    taggable: true,
    outputs: owner,
  },
];

export const ec2Resources: ServiceResources = (cloud) => ({
  types: parts.map((part) => recorded(part, cloud)),
  components: { "awsx:ec2:Vpc": vpcComponent(cloud.region) },
});

/** A type whose things are remembered by the engine alone. */
function recorded({ token, prefix, arn, outputs, inert = [], ...facts }: Part, cloud: Cloud): ResourceType {
  const { region, accountId } = cloud;
  const page = token.split("/")[1]?.split(":")[0]?.toLowerCase();
  return {
    ...facts,
    type: token,
    docs: `https://www.pulumi.com/registry/packages/aws/api-docs/ec2/${page}/`,
    inert,
    async create(inputs) {
      const id = `${prefix}-0${hex(16)}`;
      const made = {
        ...inputs,
        region,
        ...(arn && { arn: `arn:aws:ec2:${region}:${accountId}:${arn}/${id}` }),
        ...outputs?.(inputs, id, cloud),
      };
      return { id, outputs: made };
    },
    update: async (id, _before, after, { previous }) => ({ id, outputs: { ...previous?.outputs, ...after } }),
    async delete() {},
  };
}
