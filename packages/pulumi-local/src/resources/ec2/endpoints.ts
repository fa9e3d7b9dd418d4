/** VPC endpoints. */
import type { NetworkInterface, PrefixList, VpcEndpoint } from "@aws-sdk/client-ec2";
import type { Properties } from "../../engine/provider.ts";
import { capitalized, listChanges, uncapitalized } from "../described.ts";
import { type Ec2, ec2Type, none } from "./part.ts";

const lists = ["routeTableIds", "subnetIds", "securityGroupIds"];
const settings = ["policy", "privateDnsEnabled", "ipAddressType", "dnsOptions"];

/** Settings as a request has them. */
const request = ({ policy, dnsOptions, ...inputs }: Properties) => ({
  ...capitalized(inputs, ["privateDnsEnabled", "ipAddressType"]),
  ...(policy !== undefined && { PolicyDocument: typeof policy === "string" ? policy : JSON.stringify(policy) }),
  ...(dnsOptions !== undefined && {
    DnsOptions: capitalized(dnsOptions as Properties, ["dnsRecordIpType", "privateDnsOnlyForInboundResolverEndpoint"]),
  }),
});

/** Addresses of an interface endpoint in its subnets. */
async function subnetConfigurations(ec2: Ec2, NetworkInterfaceIds: string[]): Promise<object[]> {
  if (NetworkInterfaceIds.length === 0) return [];
  type Answer = { NetworkInterfaces: NetworkInterface[] };
  const { NetworkInterfaces } = await ec2.ask<Answer>("DescribeNetworkInterfaces", { NetworkInterfaceIds });
  return NetworkInterfaces.map((one) => ({ ipv4: one.PrivateIpAddress, ipv6: none, subnetId: one.SubnetId }));
}

export const endpointTypes = (ec2: Ec2) => [
  ec2Type(ec2, {
    name: "VpcEndpoint",
    kind: "vpc-endpoint",
    required: ["vpcId"],
    requiredHere: ["serviceName"],
    properties: ["vpcId", "serviceName", "vpcEndpointType", ...lists, ...settings],
    inert: ["autoAccept"],
    enums: { vpcEndpointType: ["Gateway", "Interface"] },
    defaults: { vpcEndpointType: "Gateway" },
    mutable: [...lists, ...settings, "autoAccept"],
    taggable: true,
    async make(inputs, tags) {
      const place = capitalized(inputs, ["vpcId", "serviceName", "vpcEndpointType", ...lists]);
      // EC2's own default is true, the provider's is false.
      const PrivateDnsEnabled = inputs.vpcEndpointType === "Interface" ? false : undefined;
      const input = { ...place, PrivateDnsEnabled, ...request(inputs), ...tags };
      return (await ec2.ask<{ VpcEndpoint: VpcEndpoint }>("CreateVpcEndpoint", input)).VpcEndpoint.VpcEndpointId;
    },
    async settle(VpcEndpointId, before, after) {
      if (before.vpcId === undefined) return;
      const changes = lists.flatMap((name) => {
        const { add, remove } = listChanges(before[name], after[name]);
        const member = name[0]!.toUpperCase() + name.slice(1);
        // A list that is no longer given stays as it is.
        return after[name] === undefined ? [] : [[`Add${member}`, add] as const, [`Remove${member}`, remove] as const];
      });
      const ResetPolicy = before.policy !== undefined && after.policy === undefined;
      await ec2.ask("ModifyVpcEndpoint", {
        VpcEndpointId,
        ...Object.fromEntries(changes.filter(([, ids]) => ids.length > 0)),
        ...request(after),
        ...(ResetPolicy && { ResetPolicy }),
      });
    },
    async find(id) {
      const input = { VpcEndpointIds: [id] };
      const [found] = (await ec2.ask<{ VpcEndpoints: VpcEndpoint[] }>("DescribeVpcEndpoints", input)).VpcEndpoints;
      if (!found) return undefined;
      const Filters = [{ Name: "prefix-list-name", Values: [found.ServiceName] }];
      const [list] =
        found.VpcEndpointType === "Gateway"
          ? (await ec2.ask<{ PrefixLists: PrefixList[] }>("DescribePrefixLists", { Filters })).PrefixLists
          : [];
      return {
        arn: ec2.arn("vpc-endpoint", id),
        ...uncapitalized(found, ["vpcId", "serviceName", "vpcEndpointType", "ownerId", "state", "ipAddressType"]),
        ...uncapitalized(found, ["privateDnsEnabled", "requesterManaged"]),
        ...uncapitalized(found, ["routeTableIds", "subnetIds", "networkInterfaceIds"]),
        securityGroupIds: (found.Groups ?? []).map(({ GroupId }) => GroupId),
        policy: found.PolicyDocument,
        dnsEntries: (found.DnsEntries ?? []).map((one) => ({ dnsName: one.DnsName, hostedZoneId: one.HostedZoneId })),
        dnsOptions: {
          dnsRecordIpType: found.DnsOptions?.DnsRecordIpType,
          privateDnsOnlyForInboundResolverEndpoint: found.DnsOptions?.PrivateDnsOnlyForInboundResolverEndpoint ?? false,
        },
        cidrBlocks: list?.Cidrs ?? [],
        ...(list && { prefixListId: list.PrefixListId }),
        serviceRegion: ec2.region,
        subnetConfigurations: await subnetConfigurations(ec2, found.NetworkInterfaceIds ?? []),
        Tags: found.Tags,
      };
    },
    remove: (id) => ec2.ask("DeleteVpcEndpoints", { VpcEndpointIds: [id] }),
  }),
];
