/** Subnets: blocks of a VPC in one availability zone. */
import type { ModifySubnetAttributeRequest, SubnetIpv6CidrBlockAssociation, Tag } from "@aws-sdk/client-ec2";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs, needsToMake } from "./access.ts";
import { canonical, contains, hosts, overlaps, readBlock } from "./cidr.ts";
import { describe } from "./describe.ts";
import type { Items } from "./kinds.ts";
import { type Network, newId } from "./network.ts";
import { unmodelled } from "./unmodelled.ts";
import { zoneId, zoneOf } from "./zones.ts";

export function subnetOperations(network: Network): Operations<"ec2"> {
  return {
    CreateSubnet: {
      access: (input) => needsToMake(network, "subnet", "CreateSubnet", input, input.VpcId),
      run(input) {
        const { VpcId, CidrBlock, Ipv6CidrBlock } = input;
        const vpc = network.get("vpc", VpcId);
        if (input.OutpostArn !== undefined || input.Ipv6Native) throw unmodelled("Outposts and subnets of IPv6 alone");
        if (CidrBlock === undefined) throw unmodelled("a subnet without CidrBlock, of an IPAM pool");
        const zone = zoneOf(network.region, input);
        const block = subnetBlock(network, vpc, CidrBlock);
        const ipv6 = Ipv6CidrBlock === undefined ? [] : [ipv6Association(network, vpc, Ipv6CidrBlock)];
        const subnet = network.make("subnet", input, (id, tags) => ({
          ...newSubnet(network, id, { VpcId, block, zone }, tags),
          Ipv6CidrBlockAssociationSet: ipv6,
        }));
        joinDefaultAcl(network, subnet);
        return { Subnet: { ...shown(network, subnet), State: "pending" } };
      },
    },
    DescribeSubnets: {
      access: () => needs(network, "DescribeSubnets"),
      run(input) {
        const { items, ...rest } = describe(network, "subnet", input, input.SubnetIds, {
          "availability-zone": ({ AvailabilityZone }) => AvailabilityZone,
          availabilityZone: ({ AvailabilityZone }) => AvailabilityZone,
          "availability-zone-id": ({ AvailabilityZoneId }) => AvailabilityZoneId,
          "available-ip-address-count": (subnet) => free(network, subnet),
          cidr: ({ CidrBlock }) => CidrBlock,
          "cidr-block": ({ CidrBlock }) => CidrBlock,
          cidrBlock: ({ CidrBlock }) => CidrBlock,
          "default-for-az": ({ DefaultForAz }) => DefaultForAz,
          defaultForAz: ({ DefaultForAz }) => DefaultForAz,
          "ipv6-cidr-block-association.association-id": ({ Ipv6CidrBlockAssociationSet: set }) =>
            set.map(({ AssociationId }) => AssociationId),
          "ipv6-cidr-block-association.ipv6-cidr-block": ({ Ipv6CidrBlockAssociationSet: set }) =>
            set.map(({ Ipv6CidrBlock }) => Ipv6CidrBlock),
          "ipv6-cidr-block-association.state": ({ Ipv6CidrBlockAssociationSet: set }) =>
            set.map(({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.State),
          "ipv6-native": ({ Ipv6Native }) => Ipv6Native,
          "map-public-ip-on-launch": ({ MapPublicIpOnLaunch }) => MapPublicIpOnLaunch,
          "outpost-arn": () => undefined,
          "owner-id": ({ OwnerId }) => OwnerId,
          "private-dns-name-options-on-launch.hostname-type": ({ PrivateDnsNameOptionsOnLaunch: own }) =>
            own?.HostnameType,
          state: ({ State }) => State,
          "subnet-arn": ({ SubnetArn }) => SubnetArn,
          "subnet-id": ({ SubnetId }) => SubnetId,
          "vpc-id": ({ VpcId }) => VpcId,
        });
        return { Subnets: items.map((subnet) => shown(network, subnet)), ...rest };
      },
    },
    DeleteSubnet: {
      access: ({ SubnetId }) => needs(network, "DeleteSubnet", SubnetId),
      run({ SubnetId }) {
        network.get("subnet", SubnetId);
        if (network.list("eni").some((one) => one.SubnetId === SubnetId)) {
          throw new AwsError("DependencyViolation", `The subnet '${SubnetId}' has dependencies and cannot be deleted.`);
        }
        network.transaction(() => {
          for (const acl of network.list("acl")) {
            const Associations = acl.Associations.filter((one) => one.SubnetId !== SubnetId);
            if (Associations.length < acl.Associations.length) network.put("acl", { ...acl, Associations });
          }
          for (const table of network.list("rtb")) {
            const Associations = table.Associations.filter((one) => one.SubnetId !== SubnetId);
            if (Associations.length < table.Associations.length) network.put("rtb", { ...table, Associations });
          }
          network.delete(SubnetId);
        });
        return {};
      },
    },
    ModifySubnetAttribute: {
      access: ({ SubnetId }) => needs(network, "ModifySubnetAttribute", SubnetId),
      run({ SubnetId, ...input }) {
        const subnet = network.get("subnet", SubnetId);
        network.put("subnet", { ...subnet, ...changed(subnet, input) });
        return {};
      },
    },
    AssociateSubnetCidrBlock: {
      access: ({ SubnetId }) => needs(network, "AssociateSubnetCidrBlock", SubnetId),
      run({ SubnetId, Ipv6CidrBlock }) {
        const subnet = network.get("subnet", SubnetId);
        if (Ipv6CidrBlock === undefined) throw unmodelled("blocks of an IPAM pool");
        const added = ipv6Association(network, network.get("vpc", subnet.VpcId), Ipv6CidrBlock);
        network.put("subnet", {
          ...subnet,
          Ipv6CidrBlockAssociationSet: [...subnet.Ipv6CidrBlockAssociationSet, added],
        });
        return { SubnetId, Ipv6CidrBlockAssociation: { ...added, Ipv6CidrBlockState: { State: "associating" } } };
      },
    },
    DisassociateSubnetCidrBlock: {
      access: ({ AssociationId }) =>
        needs(network, "DisassociateSubnetCidrBlock", ipv6Owner(network, AssociationId)?.SubnetId),
      run({ AssociationId }) {
        const subnet = ipv6Owner(network, AssociationId);
        if (!subnet) {
          const message = `The subnet CIDR block association ID '${AssociationId}' does not exist`;
          throw new AwsError("InvalidSubnetCidrBlockAssociationID.NotFound", message);
        }
        const set = subnet.Ipv6CidrBlockAssociationSet;
        const gone = set.find((one) => one.AssociationId === AssociationId);
        network.put("subnet", { ...subnet, Ipv6CidrBlockAssociationSet: set.filter((one) => one !== gone) });
        const Ipv6CidrBlockAssociation = { ...gone, Ipv6CidrBlockState: { State: "disassociating" as const } };
        return { SubnetId: subnet.SubnetId, Ipv6CidrBlockAssociation };
      },
    },
  };
}

const ipv6Owner = (network: Network, association: string): Items["subnet"] | undefined =>
  network
    .list("subnet")
    .find((one) => one.Ipv6CidrBlockAssociationSet.some(({ AssociationId }) => AssociationId === association));

/** Members of a subnet that one request changes; AWS takes one at a time. */
function changed(
  subnet: Items["subnet"],
  input: Omit<ModifySubnetAttributeRequest, "SubnetId">,
): Partial<Items["subnet"]> {
  const options = subnet.PrivateDnsNameOptionsOnLaunch;
  const dns = (members: NonNullable<Items["subnet"]["PrivateDnsNameOptionsOnLaunch"]>) => ({
    PrivateDnsNameOptionsOnLaunch: { ...options, ...members },
  });
  const flag = (name: "AssignIpv6AddressOnCreation" | "EnableDns64" | "MapPublicIpOnLaunch") => ({
    [name]: input[name]?.Value ?? false,
  });
  const known: Record<string, () => Partial<Items["subnet"]>> = {
    AssignIpv6AddressOnCreation: () => flag("AssignIpv6AddressOnCreation"),
    EnableDns64: () => flag("EnableDns64"),
    MapPublicIpOnLaunch: () => flag("MapPublicIpOnLaunch"),
    PrivateDnsHostnameTypeOnLaunch: () => dns({ HostnameType: input.PrivateDnsHostnameTypeOnLaunch }),
    EnableResourceNameDnsARecordOnLaunch: () =>
      dns({ EnableResourceNameDnsARecord: input.EnableResourceNameDnsARecordOnLaunch?.Value }),
    EnableResourceNameDnsAAAARecordOnLaunch: () =>
      dns({ EnableResourceNameDnsAAAARecord: input.EnableResourceNameDnsAAAARecordOnLaunch?.Value }),
  };
  const given = Object.entries(input).filter(([, value]) => value !== undefined && typeof value !== "boolean");
  const [name = "", ...more] = given.map(([member]) => member);
  if (more.length > 0 || name === "") {
    throw new AwsError("InvalidParameterCombination", "Exactly one attribute of a subnet can be modified at a time");
  }
  if (!Object.hasOwn(known, name)) throw unmodelled(`${name} of a subnet`);
  const assigns = name === "AssignIpv6AddressOnCreation" && input.AssignIpv6AddressOnCreation?.Value;
  if (assigns && subnet.Ipv6CidrBlockAssociationSet.length === 0) {
    const message = `Invalid value 'true' for assignIpv6AddressOnCreation: the subnet '${subnet.SubnetId}' has no IPv6 CIDR block`;
    throw new AwsError("InvalidParameterValue", message);
  }
  return known[name]!();
}

/** @throws AwsError where the VPC has no such block, or it is taken. */
function subnetBlock(network: Network, vpc: Items["vpc"], cidr: string): string {
  const block = readBlock(cidr);
  const given = canonical(cidr);
  const within = vpc.CidrBlockAssociationSet.some((one) => contains(readBlock(one.CidrBlock!), block));
  if (!block.isIpv4 || block.mask > 28 || block.mask < 16 || !within) {
    throw new AwsError("InvalidSubnet.Range", `The CIDR '${cidr}' is invalid.`);
  }
  const taken = network
    .list("subnet")
    .some((one) => one.VpcId === vpc.VpcId && one.CidrBlock && overlaps(readBlock(one.CidrBlock), block));
  if (taken) throw new AwsError("InvalidSubnet.Conflict", `The CIDR '${cidr}' conflicts with another subnet`);
  return given;
}

function ipv6Association(network: Network, vpc: Items["vpc"], cidr: string): SubnetIpv6CidrBlockAssociation {
  const block = readBlock(cidr, "ipv6CidrBlock");
  const within = vpc.Ipv6CidrBlockAssociationSet.some((one) => contains(readBlock(one.Ipv6CidrBlock!), block));
  if (block.isIpv4 || !within || block.mask < 44 || block.mask > 64 || block.mask % 4 !== 0) {
    throw new AwsError("InvalidSubnet.Range", `The CIDR '${cidr}' is invalid.`);
  }
  const taken = network
    .list("subnet")
    .flatMap((one) => one.Ipv6CidrBlockAssociationSet)
    .some((one) => overlaps(readBlock(one.Ipv6CidrBlock!), block));
  if (taken) throw new AwsError("InvalidSubnet.Conflict", `The CIDR '${cidr}' conflicts with another subnet`);
  return {
    AssociationId: newId("subnet-cidr-assoc"),
    Ipv6CidrBlock: canonical(cidr),
    Ipv6CidrBlockState: { State: "associated" },
    Ipv6AddressAttribute: "public",
    IpSource: "amazon",
  };
}

interface Place {
  VpcId: string;
  block: string;
  zone: string;
}

export const newSubnet = (
  network: Network,
  SubnetId: string,
  { VpcId, block, zone }: Place,
  Tags: Tag[],
): Items["subnet"] => ({
  SubnetId,
  SubnetArn: network.arn("subnet", SubnetId),
  VpcId,
  OwnerId: network.accountId,
  State: "available",
  CidrBlock: block,
  AvailabilityZone: zone,
  AvailabilityZoneId: zoneId(zone),
  DefaultForAz: false,
  MapPublicIpOnLaunch: false,
  MapCustomerOwnedIpOnLaunch: false,
  AssignIpv6AddressOnCreation: false,
  EnableDns64: false,
  Ipv6Native: false,
  Ipv6CidrBlockAssociationSet: [],
  PrivateDnsNameOptionsOnLaunch: {
    HostnameType: "ip-name",
    EnableResourceNameDnsARecord: false,
    EnableResourceNameDnsAAAARecord: false,
  },
  Tags,
});

/** A subnet has the VPC's default network ACL until it is given another one. */
export function joinDefaultAcl(network: Network, { VpcId, SubnetId }: Items["subnet"]): void {
  if (network.list("acl").some(({ Associations }) => Associations.some((one) => one.SubnetId === SubnetId))) return;
  const acl = network.list("acl").find((one) => one.VpcId === VpcId && one.IsDefault);
  if (!acl) return;
  const { NetworkAclId } = acl;
  const added = { NetworkAclAssociationId: newId("aclassoc"), NetworkAclId, SubnetId };
  network.put("acl", { ...acl, Associations: [...acl.Associations, added] });
}

const shown = (network: Network, subnet: Items["subnet"]): Items["subnet"] => ({
  ...subnet,
  AvailableIpAddressCount: free(network, subnet),
});

/** Addresses that no network interface has. */
const free = (network: Network, { SubnetId, CidrBlock }: Items["subnet"]): number =>
  hosts(CidrBlock!) -
  network
    .list("eni")
    .filter((one) => one.SubnetId === SubnetId)
    .reduce((sum, { PrivateIpAddresses }) => sum + PrivateIpAddresses.length, 0);
