/** Subnets. */
import type { Subnet } from "@aws-sdk/client-ec2";
import type { Properties } from "../../engine/provider.ts";
import { capitalized, uncapitalized } from "../described.ts";
import { type Ec2, ec2Type, none } from "./part.ts";

/** Settings that EC2 changes one at a time, each with what it is to begin with. */
const settings: Record<string, unknown> = {
  assignIpv6AddressOnCreation: false,
  enableDns64: false,
  enableResourceNameDnsARecordOnLaunch: false,
  enableResourceNameDnsAaaaRecordOnLaunch: false,
  mapPublicIpOnLaunch: false,
  privateDnsHostnameTypeOnLaunch: "ip-name",
};
const place = ["vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6CidrBlock"];

/** What a subnet is, for its resource and for `getSubnet`. */
export function describeSubnet(found: Subnet): Properties {
  const ipv6 = found.Ipv6CidrBlockAssociationSet?.find((one) => one.Ipv6CidrBlockState?.State === "associated");
  const dns = found.PrivateDnsNameOptionsOnLaunch ?? {};
  return {
    arn: found.SubnetArn,
    ...uncapitalized(found, ["assignIpv6AddressOnCreation", "availabilityZone", "availabilityZoneId", "cidrBlock"]),
    ...uncapitalized(found, ["enableDns64", "ipv6Native", "mapPublicIpOnLaunch", "ownerId", "vpcId"]),
    customerOwnedIpv4Pool: none,
    enableLniAtDeviceIndex: 0,
    enableResourceNameDnsARecordOnLaunch: dns.EnableResourceNameDnsARecord,
    enableResourceNameDnsAaaaRecordOnLaunch: dns.EnableResourceNameDnsAAAARecord,
    ipv6CidrBlock: ipv6?.Ipv6CidrBlock ?? none,
    ipv6CidrBlockAssociationId: ipv6?.AssociationId ?? none,
    mapCustomerOwnedIpOnLaunch: found.MapCustomerOwnedIpOnLaunch ?? false,
    outpostArn: none,
    privateDnsHostnameTypeOnLaunch: dns.HostnameType,
  };
}

export const subnetTypes = (ec2: Ec2) => [
  ec2Type(ec2, {
    name: "Subnet",
    kind: "subnet",
    required: ["vpcId"],
    requiredHere: ["cidrBlock"],
    properties: [...place, ...Object.keys(settings)],
    enums: { privateDnsHostnameTypeOnLaunch: ["ip-name", "resource-name"] },
    defaults: {
      assignIpv6AddressOnCreation: false,
      enableDns64: false,
      enableResourceNameDnsARecordOnLaunch: false,
      enableResourceNameDnsAaaaRecordOnLaunch: false,
      mapPublicIpOnLaunch: false,
    },
    mutable: ["ipv6CidrBlock", ...Object.keys(settings)],
    taggable: true,
    async make(inputs, tags) {
      const request = { ...capitalized(inputs, place), ...tags };
      return (await ec2.ask<{ Subnet: Subnet }>("CreateSubnet", request)).Subnet.SubnetId;
    },
    async settle(SubnetId, before, after) {
      const { ipv6CidrBlock: Ipv6CidrBlock } = after;
      const found = await findSubnet(ec2, SubnetId);
      const now = found ? describeSubnet(found) : {};
      if (before.vpcId !== undefined && Ipv6CidrBlock !== before.ipv6CidrBlock) {
        const AssociationId = now.ipv6CidrBlockAssociationId;
        if (AssociationId) await ec2.ask("DisassociateSubnetCidrBlock", { AssociationId });
        if (Ipv6CidrBlock) await ec2.ask("AssociateSubnetCidrBlock", { SubnetId, Ipv6CidrBlock });
      }
      for (const [name, first] of Object.entries(settings)) {
        const value = after[name] ?? first;
        if (value === now[name]) continue;
        // EC2 writes AAAA where the provider writes Aaaa.
        const member = `${name[0]!.toUpperCase()}${name.slice(1)}`.replace("Aaaa", "AAAA");
        await ec2.ask("ModifySubnetAttribute", {
          SubnetId,
          [member]: typeof value === "boolean" ? { Value: value } : value,
        });
      }
    },
    async find(id) {
      const found = await findSubnet(ec2, id);
      return found && { ...describeSubnet(found), Tags: found.Tags };
    },
    remove: (SubnetId) => ec2.ask("DeleteSubnet", { SubnetId }),
  }),
];

const findSubnet = async (ec2: Ec2, id: string): Promise<Subnet | undefined> =>
  (await ec2.ask<{ Subnets: Subnet[] }>("DescribeSubnets", { SubnetIds: [id] })).Subnets[0];
