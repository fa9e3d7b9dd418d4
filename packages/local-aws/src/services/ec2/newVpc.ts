/** What comes into being with a VPC: its blocks, a main route table, a network ACL and a security group. */
import type { Tag, VpcIpv6CidrBlockAssociation } from "@aws-sdk/client-ec2";
import { addressAt, canonical } from "./cidr.ts";
import type { Items } from "./kinds.ts";
import { type Network, newId } from "./network.ts";
import { defaultEntries } from "./networkAcls.ts";
import { addRule } from "./rules.ts";

export const association = (CidrBlock: string) => ({
  AssociationId: newId("vpc-cidr-assoc"),
  CidrBlock,
  CidrBlockState: { State: "associated" as const },
});

/** A /56 of those that are for documentation: https://www.rfc-editor.org/rfc/rfc3849 */
export const providedBlock = (network: Network): VpcIpv6CidrBlockAssociation => {
  const taken = network.list("vpc").flatMap((vpc) => vpc.Ipv6CidrBlockAssociationSet.map((one) => one.Ipv6CidrBlock));
  const blockAt = (place: number) => `2001:db8:${(place >> 8).toString(16)}:${((place & 255) << 8).toString(16)}::/56`;
  let place = 1;
  while (taken.includes(canonical(blockAt(place)))) place++;
  return {
    AssociationId: newId("vpc-cidr-assoc"),
    Ipv6CidrBlock: canonical(blockAt(place)),
    Ipv6CidrBlockState: { State: "associated" },
    NetworkBorderGroup: network.region,
    Ipv6Pool: "Amazon",
    Ipv6AddressAttribute: "public",
    IpSource: "amazon",
  };
};

/** A VPC as AWS makes it, with the region's own DHCP options. */
export const newVpc = (network: Network, VpcId: string, CidrBlock: string, Tags: Tag[]): Items["vpc"] => ({
  VpcId,
  OwnerId: network.accountId,
  State: "available",
  CidrBlock,
  CidrBlockAssociationSet: [association(CidrBlock)],
  Ipv6CidrBlockAssociationSet: [],
  DhcpOptionsId: regionalOptions(network),
  InstanceTenancy: "default",
  IsDefault: false,
  Tags,
  attributes: { EnableDnsSupport: true, EnableDnsHostnames: false, EnableNetworkAddressUsageMetrics: false },
});

/** Options that AWS makes once in a region. https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSet.html */
function regionalOptions(network: Network): string {
  const { region, accountId: OwnerId } = network;
  const domain = region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;
  const DhcpConfigurations = [
    { Key: "domain-name", Values: [{ Value: domain }] },
    { Key: "domain-name-servers", Values: [{ Value: "AmazonProvidedDNS" }] },
  ];
  const own = network
    .list("dopt")
    .find((one) => JSON.stringify(one.DhcpConfigurations) === JSON.stringify(DhcpConfigurations));
  if (own) return own.DhcpOptionsId;
  const made = network.make("dopt", {}, (DhcpOptionsId, Tags) => ({
    DhcpOptionsId,
    DhcpConfigurations,
    OwnerId,
    Tags,
  }));
  return made.DhcpOptionsId;
}

/** Gives a VPC what each has. */
export function furnish(network: Network, vpc: Items["vpc"]): { table: Items["rtb"] } {
  const { VpcId } = vpc;
  const OwnerId = network.accountId;
  const table = network.make("rtb", {}, (RouteTableId, Tags) => ({
    RouteTableId,
    VpcId,
    OwnerId,
    Tags,
    Routes: [],
    PropagatingVgws: [],
    Associations: [
      {
        Main: true,
        RouteTableAssociationId: newId("rtbassoc"),
        RouteTableId,
        AssociationState: { State: "associated" },
      },
    ],
  }));
  network.make("acl", {}, (NetworkAclId, Tags) => ({
    ...{ NetworkAclId, VpcId, OwnerId, Tags, IsDefault: true, Associations: [], Entries: defaultEntries() },
  }));
  const group = network.make("sg", {}, (GroupId, Tags) => ({
    GroupId,
    GroupName: "default",
    Description: "default VPC security group",
    VpcId,
    OwnerId,
    SecurityGroupArn: network.arn("sg", GroupId),
    Tags,
  }));
  const { GroupId } = group;
  const any = { GroupId, IpProtocol: "-1", FromPort: -1, ToPort: -1 };
  addRule(network, { ...any, IsEgress: false, ReferencedGroupInfo: { GroupId, UserId: OwnerId } });
  addRule(network, { ...any, IsEgress: true, CidrIpv4: "0.0.0.0/0" });
  return { table };
}

/** The nth block of that size in a block of a VPC. */
export const blockIn = (cidr: string, mask: number, place: number): string =>
  `${addressAt(cidr, place * 2 ** (32 - mask))}/${mask}`;
