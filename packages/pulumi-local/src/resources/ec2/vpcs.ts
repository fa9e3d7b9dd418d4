/** VPCs, their further blocks, and DHCP options. */
import type { DhcpOptions, NetworkAcl, RouteTable, SecurityGroup, Vpc } from "@aws-sdk/client-ec2";
import type { Properties } from "../../engine/provider.ts";
import { capitalized, uncapitalized } from "../described.ts";
import { type Ec2, ec2Type, none } from "./part.ts";

const attributes = ["enableDnsSupport", "enableDnsHostnames", "enableNetworkAddressUsageMetrics"];

export const vpcTypes = (ec2: Ec2) => [vpc(ec2), cidrBlock(ec2), dhcpOptions(ec2), dhcpAssociation(ec2)];

/** What a VPC is, for its resource and for `getVpc`. */
export async function describeVpc(ec2: Ec2, found: Vpc): Promise<Properties> {
  const VpcId = found.VpcId!;
  const ofVpc = { Name: "vpc-id", Values: [VpcId] };
  const own = async (operation: string, ...Filters: object[]) =>
    ec2.ask<Properties>(operation, { Filters: [ofVpc, ...Filters] });
  const [{ RouteTables }, { NetworkAcls }, { SecurityGroups }, ...values] = await Promise.all([
    own("DescribeRouteTables", { Name: "association.main", Values: ["true"] }) as Promise<{
      RouteTables: RouteTable[];
    }>,
    own("DescribeNetworkAcls", { Name: "default", Values: ["true"] }) as Promise<{ NetworkAcls: NetworkAcl[] }>,
    own("DescribeSecurityGroups", { Name: "group-name", Values: ["default"] }) as Promise<{
      SecurityGroups: SecurityGroup[];
    }>,
    ...attributes.map((Attribute) =>
      ec2.ask<Record<string, { Value?: boolean }>>("DescribeVpcAttribute", { VpcId, Attribute }),
    ),
  ]);
  const ipv6 = found.Ipv6CidrBlockAssociationSet?.find((one) => one.Ipv6CidrBlockState?.State === "associated");
  const attribute = (name: string, index: number) => values[index]?.[`E${name.slice(1)}`]?.Value;
  return {
    arn: ec2.arn("vpc", VpcId),
    ...uncapitalized(found, ["cidrBlock", "dhcpOptionsId", "instanceTenancy", "ownerId"]),
    ...Object.fromEntries(attributes.map((name, index) => [name, attribute(name, index)])),
    mainRouteTableId: RouteTables[0]?.RouteTableId,
    defaultRouteTableId: RouteTables[0]?.RouteTableId,
    defaultNetworkAclId: NetworkAcls[0]?.NetworkAclId,
    defaultSecurityGroupId: SecurityGroups[0]?.GroupId,
    assignGeneratedIpv6CidrBlock: ipv6 !== undefined,
    ipv6AssociationId: ipv6?.AssociationId ?? none,
    ipv6CidrBlock: ipv6?.Ipv6CidrBlock ?? none,
    ipv6CidrBlockNetworkBorderGroup: ipv6?.NetworkBorderGroup ?? none,
    ipv6IpamPoolId: none,
    ipv6NetmaskLength: 0,
  };
}

const findVpc = async (ec2: Ec2, id: string): Promise<Vpc | undefined> =>
  (await ec2.ask<{ Vpcs: Vpc[] }>("DescribeVpcs", { VpcIds: [id] })).Vpcs[0];

const vpc = (ec2: Ec2) =>
  ec2Type(ec2, {
    name: "Vpc",
    kind: "vpc",
    properties: ["cidrBlock", "instanceTenancy", "assignGeneratedIpv6CidrBlock", ...attributes],
    inert: ["ipv6CidrBlockNetworkBorderGroup"],
    requiredHere: ["cidrBlock"],
    enums: { instanceTenancy: ["default", "dedicated"] },
    defaults: { enableDnsSupport: true, instanceTenancy: "default" },
    mutable: ["instanceTenancy", "assignGeneratedIpv6CidrBlock", ...attributes],
    taggable: true,
    async make(inputs, tags) {
      const request = capitalized(inputs, ["cidrBlock", "instanceTenancy"]);
      const AmazonProvidedIpv6CidrBlock = inputs.assignGeneratedIpv6CidrBlock ?? false;
      const { Vpc } = await ec2.ask<{ Vpc: Vpc }>("CreateVpc", { ...request, AmazonProvidedIpv6CidrBlock, ...tags });
      return Vpc.VpcId;
    },
    async settle(VpcId, before, after) {
      const { attributes: now, tenancy, ipv6 } = await current(ec2, VpcId);
      for (const name of attributes) {
        if (after[name] === undefined || after[name] === now[name]) continue;
        await ec2.ask("ModifyVpcAttribute", { VpcId, [`E${name.slice(1)}`]: { Value: after[name] } });
      }
      if (after.instanceTenancy !== tenancy) {
        await ec2.ask("ModifyVpcTenancy", { VpcId, InstanceTenancy: after.instanceTenancy });
      }
      if ((before.assignGeneratedIpv6CidrBlock ?? false) === (after.assignGeneratedIpv6CidrBlock ?? false)) return;
      if (ipv6 && !after.assignGeneratedIpv6CidrBlock) {
        await ec2.ask("DisassociateVpcCidrBlock", { AssociationId: ipv6 });
      } else if (!ipv6 && after.assignGeneratedIpv6CidrBlock) {
        await ec2.ask("AssociateVpcCidrBlock", { VpcId, AmazonProvidedIpv6CidrBlock: true });
      }
    },
    async find(id) {
      const found = await findVpc(ec2, id);
      return found && { ...(await describeVpc(ec2, found)), Tags: found.Tags };
    },
    remove: (VpcId) => ec2.ask("DeleteVpc", { VpcId }),
  });

async function current(ec2: Ec2, id: string): Promise<{ attributes: Properties; tenancy: unknown; ipv6: unknown }> {
  const found = await describeVpc(ec2, (await findVpc(ec2, id))!);
  return { attributes: found, tenancy: found.instanceTenancy, ipv6: found.ipv6AssociationId };
}

const cidrBlock = (ec2: Ec2) =>
  ec2Type(ec2, {
    name: "VpcIpv4CidrBlockAssociation",
    required: ["vpcId"],
    requiredHere: ["cidrBlock"],
    properties: ["vpcId", "cidrBlock"],
    async make(inputs) {
      const input = capitalized(inputs, ["vpcId", "cidrBlock"]);
      type Answer = { CidrBlockAssociation: { AssociationId: string } };
      return (await ec2.ask<Answer>("AssociateVpcCidrBlock", input)).CidrBlockAssociation.AssociationId;
    },
    async find(id) {
      const Filters = [{ Name: "cidr-block-association.association-id", Values: [id] }];
      const [found] = (await ec2.ask<{ Vpcs: Vpc[] }>("DescribeVpcs", { Filters })).Vpcs;
      const block = found?.CidrBlockAssociationSet?.find(({ AssociationId }) => AssociationId === id);
      return block && { vpcId: found?.VpcId, cidrBlock: block.CidrBlock };
    },
    remove: (AssociationId) => ec2.ask("DisassociateVpcCidrBlock", { AssociationId }),
  });

/** Names of the options, by the inputs that hold them. */
const options: Record<string, string> = {
  domainName: "domain-name",
  domainNameServers: "domain-name-servers",
  ntpServers: "ntp-servers",
  netbiosNameServers: "netbios-name-servers",
  netbiosNodeType: "netbios-node-type",
  ipv6AddressPreferredLeaseTime: "ipv6-address-preferred-lease-time",
};

const dhcpOptions = (ec2: Ec2) =>
  ec2Type(ec2, {
    name: "VpcDhcpOptions",
    kind: "dhcp-options",
    properties: Object.keys(options),
    taggable: true,
    async make(inputs, tags) {
      const DhcpConfigurations = Object.entries(options)
        .filter(([name]) => inputs[name] !== undefined)
        .map(([name, Key]) => ({ Key, Values: [inputs[name]].flat() }));
      const answer = await ec2.ask<{ DhcpOptions: DhcpOptions }>("CreateDhcpOptions", { DhcpConfigurations, ...tags });
      return answer.DhcpOptions.DhcpOptionsId;
    },
    async find(id) {
      const input = { DhcpOptionsIds: [id] };
      const [found] = (await ec2.ask<{ DhcpOptions: DhcpOptions[] }>("DescribeDhcpOptions", input)).DhcpOptions;
      if (!found) return undefined;
      const values = Object.entries(options).map(([name, Key]) => {
        const list = found.DhcpConfigurations?.find((one) => one.Key === Key)?.Values?.map(({ Value }) => Value);
        return [name, name.endsWith("Servers") ? list : list?.[0]];
      });
      return {
        ...Object.fromEntries(values),
        arn: ec2.arn("dhcp-options", id),
        ownerId: found.OwnerId,
        Tags: found.Tags,
      };
    },
    remove: (DhcpOptionsId) => ec2.ask("DeleteDhcpOptions", { DhcpOptionsId }),
  });

const dhcpAssociation = (ec2: Ec2) =>
  ec2Type(ec2, {
    name: "VpcDhcpOptionsAssociation",
    required: ["dhcpOptionsId", "vpcId"],
    properties: ["dhcpOptionsId", "vpcId"],
    async make(inputs) {
      await ec2.ask("AssociateDhcpOptions", capitalized(inputs, ["dhcpOptionsId", "vpcId"]));
      return `${inputs.dhcpOptionsId}-${inputs.vpcId}`;
    },
    async find(id) {
      const [dhcpOptionsId, vpcId = ""] = id.split("-vpc-").map((part, index) => (index ? `vpc-${part}` : part));
      const found = vpcId ? await findVpc(ec2, vpcId) : undefined;
      return found?.DhcpOptionsId === dhcpOptionsId ? { dhcpOptionsId, vpcId } : undefined;
    },
    remove: (_id, { vpcId: VpcId }) => ec2.ask("AssociateDhcpOptions", { VpcId, DhcpOptionsId: "default" }),
  });
