/** The kinds of resources that EC2 keeps here, each known by how its ids begin. */
import type {
  Address,
  DhcpOptions,
  EgressOnlyInternetGateway,
  FlowLog,
  InternetGateway,
  ManagedPrefixList,
  NatGateway,
  NetworkAcl,
  NetworkInterface,
  PrefixListEntry,
  RouteTable,
  SecurityGroup,
  SecurityGroupRule,
  Subnet,
  Tag,
  Vpc,
  VpcEndpoint,
} from "@aws-sdk/client-ec2";

/** SDK clients declare every member as optional; those named are always there. */
type Made<Shape, Member extends keyof Shape> = Omit<Shape, Member | "Tags"> & {
  [Of in Member]-?: NonNullable<Shape[Of]>;
} & { Tags: Tag[] };

export interface VpcAttributes {
  EnableDnsSupport: boolean;
  EnableDnsHostnames: boolean;
  EnableNetworkAddressUsageMetrics: boolean;
}

/** Resources as EC2 describes them, by the prefix of their ids, with what only attributes show. */
export interface Items {
  acl: Made<NetworkAcl, "NetworkAclId" | "VpcId" | "Entries" | "Associations">;
  dopt: Made<DhcpOptions, "DhcpOptionsId" | "DhcpConfigurations">;
  eigw: Made<EgressOnlyInternetGateway, "EgressOnlyInternetGatewayId" | "Attachments">;
  eipalloc: Made<Address, "AllocationId" | "PublicIp"> & { PtrRecord?: string };
  /** EC2 answers other words than its types have: `nat_gateway` for `natGateway`. */
  eni: Omit<
    Made<NetworkInterface, "NetworkInterfaceId" | "SubnetId" | "VpcId" | "Groups" | "PrivateIpAddresses">,
    "InterfaceType"
  > & {
    InterfaceType: string;
  };
  fl: Made<FlowLog, "FlowLogId" | "ResourceId">;
  igw: Made<InternetGateway, "InternetGatewayId" | "Attachments">;
  nat: Made<NatGateway, "NatGatewayId" | "State" | "SubnetId" | "VpcId" | "NatGatewayAddresses">;
  pl: Made<ManagedPrefixList, "PrefixListId" | "PrefixListName" | "Version" | "MaxEntries" | "AddressFamily"> & {
    /** By version, the first one at index 0. */
    versions: PrefixListEntry[][];
  };
  rtb: Made<RouteTable, "RouteTableId" | "VpcId" | "Routes" | "Associations">;
  sg: Made<SecurityGroup, "GroupId" | "GroupName" | "VpcId">;
  sgr: Made<SecurityGroupRule, "SecurityGroupRuleId" | "GroupId" | "IsEgress" | "IpProtocol">;
  subnet: Made<Subnet, "SubnetId" | "VpcId" | "AvailabilityZone" | "Ipv6CidrBlockAssociationSet">;
  vpc: Made<
    Vpc,
    "VpcId" | "CidrBlock" | "DhcpOptionsId" | "CidrBlockAssociationSet" | "Ipv6CidrBlockAssociationSet"
  > & {
    attributes: VpcAttributes;
  };
  vpce: Made<VpcEndpoint, "VpcEndpointId" | "VpcId" | "ServiceName" | "VpcEndpointType"> & {
    RouteTableIds: string[];
    SubnetIds: string[];
    Groups: { GroupId?: string; GroupName?: string }[];
    NetworkInterfaceIds: string[];
  };
}

export type Kind = keyof Items;

interface Facts<K extends Kind> {
  /** The member that is its id. */
  id: keyof Items[K] & string;
  /** In its ARN, and `ResourceType` of its tags. */
  type: string;
  /** Error for one that is not there, in its words. */
  missing: [code: string, words: (id: string) => string];
  /** Members that are times: JSON has none. */
  times?: (keyof Items[K] & string)[];
}

const noId = (name: string) => (id: string) => `The ${name} ID '${id}' does not exist`;

/** Codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
export const kinds: { [K in Kind]: Facts<K> } = {
  acl: { id: "NetworkAclId", type: "network-acl", missing: ["InvalidNetworkAclID.NotFound", noId("networkAcl")] },
  dopt: { id: "DhcpOptionsId", type: "dhcp-options", missing: ["InvalidDhcpOptionID.NotFound", noId("dhcpOption")] },
  eigw: {
    id: "EgressOnlyInternetGatewayId",
    type: "egress-only-internet-gateway",
    missing: ["InvalidGatewayID.NotFound", noId("egressOnlyInternetGateway")],
  },
  eipalloc: { id: "AllocationId", type: "elastic-ip", missing: ["InvalidAllocationID.NotFound", noId("allocation")] },
  eni: {
    id: "NetworkInterfaceId",
    type: "network-interface",
    missing: ["InvalidNetworkInterfaceID.NotFound", noId("networkInterface")],
  },
  fl: {
    id: "FlowLogId",
    type: "vpc-flow-log",
    missing: ["InvalidFlowLogId.NotFound", (id) => `These flow log ids do not exist: ${id}`],
    times: ["CreationTime"],
  },
  igw: {
    id: "InternetGatewayId",
    type: "internet-gateway",
    missing: ["InvalidInternetGatewayID.NotFound", noId("internetGateway")],
  },
  nat: {
    id: "NatGatewayId",
    type: "natgateway",
    missing: ["NatGatewayNotFound", (id) => `NatGateway ${id} was not found`],
    times: ["CreateTime", "DeleteTime"],
  },
  pl: { id: "PrefixListId", type: "prefix-list", missing: ["InvalidPrefixListID.NotFound", noId("prefixList")] },
  rtb: { id: "RouteTableId", type: "route-table", missing: ["InvalidRouteTableID.NotFound", noId("routeTable")] },
  sg: {
    id: "GroupId",
    type: "security-group",
    missing: ["InvalidGroup.NotFound", (id) => `The security group '${id}' does not exist`],
  },
  sgr: {
    id: "SecurityGroupRuleId",
    type: "security-group-rule",
    missing: ["InvalidSecurityGroupRuleId.NotFound", noId("security group rule")],
  },
  subnet: { id: "SubnetId", type: "subnet", missing: ["InvalidSubnetID.NotFound", noId("subnet")] },
  vpc: { id: "VpcId", type: "vpc", missing: ["InvalidVpcID.NotFound", noId("vpc")] },
  vpce: {
    id: "VpcEndpointId",
    type: "vpc-endpoint",
    missing: ["InvalidVpcEndpointId.NotFound", (id) => `The Vpc Endpoint Id '${id}' does not exist`],
    times: ["CreationTimestamp"],
  },
};

/** The kind of a resource with that id; `undefined` where there is none of the kind here. */
export function kindOf(id: string): Kind | undefined {
  const prefix = id.slice(0, id.indexOf("-"));
  return Object.hasOwn(kinds, prefix) ? (prefix as Kind) : undefined;
}
