/** Functions that look networks up. */
import type {
  AvailabilityZone,
  InternetGateway,
  PrefixList,
  RouteTable,
  SecurityGroup,
  ServiceDetail,
  Subnet,
  Vpc,
} from "@aws-sdk/client-ec2";
import type { Invoke, Properties } from "../../engine/provider.ts";
import { uncapitalized } from "../described.ts";
import { tagMap } from "../tags.ts";
import { type Ec2, none } from "./part.ts";
import { describeSubnet } from "./subnets.ts";
import { describeVpc } from "./vpcs.ts";

/** EC2's filters: those given by their names, tags, and arguments that stand for a filter. */
function filtersOf(args: Properties, named: Record<string, string>): object {
  const given = (args.filters ?? []) as { name: string; values: string[] }[];
  const tags = Object.entries((args.tags ?? {}) as Record<string, string>);
  const Filters = [
    ...given.map(({ name: Name, values: Values }) => ({ Name, Values })),
    ...tags.map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] })),
    ...Object.entries(named)
      .filter(([argument]) => args[argument] !== undefined)
      .map(([argument, Name]) => ({ Name, Values: [String(args[argument])] })),
  ];
  return Filters.length > 0 ? { Filters } : {};
}

/** @throws Error in the provider's words unless there is one. */
function single<Found>(found: Found[], what: string): Found {
  const [one, ...more] = found;
  if (one === undefined) throw new Error(`no matching ${what} found`);
  if (more.length === 0) return one;
  throw new Error(`multiple ${what}s matched; use additional constraints to reduce matches to a single ${what}`);
}

export function ec2Functions(ec2: Ec2): Record<string, Invoke> {
  const { region } = ec2;
  const token = (name: string) => `aws:ec2/${name}:${name}`;
  const list = async <Found>(operation: string, member: string, input: object): Promise<Found[]> =>
    (await ec2.ask<Record<string, Found[]>>(operation, input))[member] ?? [];
  const zones = async (args: Properties, named: Record<string, string>): Promise<AvailabilityZone[]> => {
    const input = { AllAvailabilityZones: args.allAvailabilityZones, ...filtersOf(args, named) };
    return list<AvailabilityZone>("DescribeAvailabilityZones", "AvailabilityZones", input);
  };

  return {
    "aws:index/getAvailabilityZones:getAvailabilityZones": async (args) => {
      const [names, ids] = [args.excludeNames, args.excludeZoneIds].map((one) => (one ?? []) as string[]);
      const found = (await zones(args, { state: "state" }))
        .filter(({ ZoneName = "", ZoneId = "" }) => !names?.includes(ZoneName) && !ids?.includes(ZoneId))
        .toSorted((one, other) => (one.ZoneName! < other.ZoneName! ? -1 : 1));
      return {
        ...args,
        id: region,
        region,
        groupNames: [...new Set(found.map(({ GroupName }) => GroupName))],
        names: found.map(({ ZoneName }) => ZoneName),
        zoneIds: found.map(({ ZoneId }) => ZoneId),
      };
    },
    "aws:index/getAvailabilityZone:getAvailabilityZone": async (args) => {
      const named = { name: "zone-name", zoneId: "zone-id", state: "state" };
      const found = single(await zones(args, named), "EC2 Availability Zone");
      return {
        ...args,
        id: found.ZoneName,
        region,
        ...uncapitalized(found, ["groupName", "networkBorderGroup", "optInStatus", "state", "zoneId", "zoneType"]),
        groupLongName: found.GroupLongName ?? none,
        name: found.ZoneName,
        nameSuffix: found.ZoneName?.slice(region.length),
        parentZoneId: none,
        parentZoneName: none,
      };
    },
    [token("getVpc")]: async (args) => {
      const named = { cidrBlock: "cidr", default: "isDefault", dhcpOptionsId: "dhcp-options-id", state: "state" };
      const ids = args.id === undefined ? {} : { VpcIds: [args.id] };
      const found = single(await list<Vpc>("DescribeVpcs", "Vpcs", { ...ids, ...filtersOf(args, named) }), "EC2 VPC");
      return {
        ...args,
        ...(await describeVpc(ec2, found)),
        id: found.VpcId,
        region,
        default: found.IsDefault,
        state: found.State,
        cidrBlockAssociations: (found.CidrBlockAssociationSet ?? []).map((one) => ({
          ...uncapitalized(one, ["associationId", "cidrBlock"]),
          state: one.CidrBlockState?.State,
        })),
        ipv6CidrBlockAssociations: (found.Ipv6CidrBlockAssociationSet ?? []).map((one) => ({
          ...uncapitalized(one, ["associationId", "ipSource", "ipv6AddressAttribute", "ipv6CidrBlock", "ipv6Pool"]),
          ...uncapitalized(one, ["networkBorderGroup"]),
          state: one.Ipv6CidrBlockState?.State,
        })),
        tags: tagMap(found.Tags),
      };
    },
    [token("getVpcs")]: async (args) => {
      const found = await list<Vpc>("DescribeVpcs", "Vpcs", filtersOf(args, {}));
      return { tags: {}, ...args, id: region, region, ids: found.map(({ VpcId }) => VpcId) };
    },
    [token("getSubnet")]: async (args) => {
      const named = {
        availabilityZone: "availabilityZone",
        availabilityZoneId: "availability-zone-id",
        cidrBlock: "cidrBlock",
        defaultForAz: "defaultForAz",
        ipv6CidrBlock: "ipv6-cidr-block-association.ipv6-cidr-block",
        state: "state",
        vpcId: "vpc-id",
      };
      const ids = args.id === undefined ? {} : { SubnetIds: [args.id] };
      const input = { ...ids, ...filtersOf(args, named) };
      const found = single(await list<Subnet>("DescribeSubnets", "Subnets", input), "EC2 Subnet");
      return {
        ...args,
        ...describeSubnet(found),
        id: found.SubnetId,
        region,
        ...uncapitalized(found, ["availableIpAddressCount", "defaultForAz", "state"]),
        tags: tagMap(found.Tags),
      };
    },
    [token("getSubnets")]: async (args) => {
      const found = await list<Subnet>("DescribeSubnets", "Subnets", filtersOf(args, {}));
      return { tags: {}, ...args, id: region, region, ids: found.map(({ SubnetId }) => SubnetId) };
    },
    [token("getSecurityGroup")]: async (args) => {
      const ids = args.id === undefined ? {} : { GroupIds: [args.id] };
      const input = { ...ids, ...filtersOf(args, { name: "group-name", vpcId: "vpc-id" }) };
      const all = await list<SecurityGroup>("DescribeSecurityGroups", "SecurityGroups", input);
      const found = single(all, "EC2 Security Group");
      return {
        ...args,
        id: found.GroupId,
        region,
        arn: ec2.arn("security-group", found.GroupId!),
        name: found.GroupName,
        ...uncapitalized(found, ["description", "vpcId"]),
        tags: tagMap(found.Tags),
      };
    },
    [token("getSecurityGroups")]: async (args) => {
      const found = await list<SecurityGroup>("DescribeSecurityGroups", "SecurityGroups", filtersOf(args, {}));
      return {
        tags: {},
        ...args,
        id: region,
        region,
        arns: found.map(({ GroupId }) => ec2.arn("security-group", GroupId!)),
        ids: found.map(({ GroupId }) => GroupId),
        vpcIds: found.map(({ VpcId }) => VpcId),
      };
    },
    [token("getRouteTable")]: async (args) => {
      const named = {
        gatewayId: "association.gateway-id",
        routeTableId: "route-table-id",
        subnetId: "association.subnet-id",
        vpcId: "vpc-id",
      };
      const all = await list<RouteTable>("DescribeRouteTables", "RouteTables", filtersOf(args, named));
      const found = single(all, "EC2 Route Table");
      return {
        gatewayId: none,
        subnetId: none,
        ...args,
        id: found.RouteTableId,
        region,
        arn: ec2.arn("route-table", found.RouteTableId!),
        ...uncapitalized(found, ["ownerId", "routeTableId", "vpcId"]),
        associations: (found.Associations ?? []).map((one) => ({
          gatewayId: one.GatewayId ?? none,
          main: one.Main,
          routeTableAssociationId: one.RouteTableAssociationId,
          routeTableId: one.RouteTableId,
          subnetId: one.SubnetId ?? none,
        })),
        routes: (found.Routes ?? [])
          .filter(({ GatewayId }) => GatewayId !== "local" && !GatewayId?.startsWith("vpce-"))
          .map((one) => ({
            cidrBlock: one.DestinationCidrBlock ?? none,
            destinationPrefixListId: one.DestinationPrefixListId ?? none,
            egressOnlyGatewayId: one.EgressOnlyInternetGatewayId ?? none,
            gatewayId: one.GatewayId ?? none,
            ipv6CidrBlock: one.DestinationIpv6CidrBlock ?? none,
            natGatewayId: one.NatGatewayId ?? none,
            networkInterfaceId: one.NetworkInterfaceId ?? none,
          })),
        tags: tagMap(found.Tags),
      };
    },
    [token("getInternetGateway")]: async (args) => {
      const input = filtersOf(args, { internetGatewayId: "internet-gateway-id" });
      const all = await list<InternetGateway>("DescribeInternetGateways", "InternetGateways", input);
      const found = single(all, "EC2 Internet Gateway");
      return {
        ...args,
        id: found.InternetGatewayId,
        region,
        arn: ec2.arn("internet-gateway", found.InternetGatewayId!),
        ...uncapitalized(found, ["internetGatewayId", "ownerId"]),
        attachments: (found.Attachments ?? []).map((one) => ({ state: one.State, vpcId: one.VpcId })),
        tags: tagMap(found.Tags),
      };
    },
    [token("getPrefixList")]: async (args) => {
      const input = filtersOf(args, { name: "prefix-list-name", prefixListId: "prefix-list-id" });
      const found = single(await list<PrefixList>("DescribePrefixLists", "PrefixLists", input), "EC2 Prefix List");
      return { ...args, id: found.PrefixListId, region, name: found.PrefixListName, cidrBlocks: found.Cidrs };
    },
    [token("getVpcEndpointService")]: async (args) => {
      const name = args.serviceName ?? (args.service && `com.amazonaws.${region}.${args.service}`);
      const input = { ...(name ? { ServiceNames: [name] } : {}), ...filtersOf(args, { serviceType: "service-type" }) };
      const all = await list<ServiceDetail>("DescribeVpcEndpointServices", "ServiceDetails", input);
      const found = single(all, "EC2 VPC Endpoint Service");
      return {
        ...args,
        id: found.ServiceId,
        region,
        arn: ec2.arn("vpc-endpoint-service", found.ServiceId!),
        ...uncapitalized(found, ["acceptanceRequired", "availabilityZones", "baseEndpointDnsNames", "owner"]),
        ...uncapitalized(found, ["managesVpcEndpoints", "serviceId", "serviceName", "vpcEndpointPolicySupported"]),
        privateDnsName: found.PrivateDnsName ?? none,
        privateDnsNames: (found.PrivateDnsNames ?? []).map(({ PrivateDnsName }) => PrivateDnsName),
        serviceRegion: region,
        serviceType: found.ServiceType?.[0]?.ServiceType,
        supportedIpAddressTypes: found.SupportedIpAddressTypes ?? ["ipv4"],
        tags: tagMap(found.Tags),
      };
    },
  };
}
