/** Network interfaces: of NAT gateways and endpoints, and those that are made by themselves. */

import { randomBytes } from "node:crypto";
import type { NetworkInterface } from "@aws-sdk/client-ec2";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs, needsToMake } from "./access.ts";
import { dissociate } from "./addresses.ts";
import { addressAt, hosts, isHost } from "./cidr.ts";
import { describe } from "./describe.ts";
import type { Items } from "./kinds.ts";
import type { Network } from "./network.ts";
import { unmodelled } from "./unmodelled.ts";

type Card = Items["eni"];

export function networkInterfaceOperations(network: Network): Operations<"ec2"> {
  return {
    CreateNetworkInterface: {
      access: (input) => needsToMake(network, "eni", "CreateNetworkInterface", input, input.SubnetId, input.Groups),
      run(input) {
        const unknown = (
          [
            "Ipv4Prefixes",
            "Ipv4PrefixCount",
            "Ipv6Prefixes",
            "Ipv6PrefixCount",
            "Ipv6Addresses",
            "Ipv6AddressCount",
          ] as const
        ).find((name) => input[name] && (!Array.isArray(input[name]) || input[name].length > 0));
        if (unknown) throw unmodelled(`${unknown} of a network interface`);
        const primary = input.PrivateIpAddresses?.find(({ Primary }) => Primary)?.PrivateIpAddress;
        const others = (input.PrivateIpAddresses ?? []).flatMap(({ Primary, PrivateIpAddress }) =>
          Primary || !PrivateIpAddress ? [] : [PrivateIpAddress],
        );
        const made = addInterface(
          network,
          {
            SubnetId: input.SubnetId,
            Groups: input.Groups,
            Description: input.Description ?? "",
            InterfaceType: input.InterfaceType ?? "interface",
            PrivateIpAddress: input.PrivateIpAddress ?? primary,
            secondary: others.length > 0 ? others : (input.SecondaryPrivateIpAddressCount ?? 0),
          },
          input,
        );
        return {
          NetworkInterface: { ...shown(made), Status: "pending" as "available" },
          ClientToken: input.ClientToken,
        };
      },
    },
    DescribeNetworkInterfaces: {
      access: () => needs(network, "DescribeNetworkInterfaces"),
      run(input) {
        const { items, ...rest } = describe(network, "eni", input, input.NetworkInterfaceIds, {
          "addresses.association.public-ip": ({ Association }) => Association?.PublicIp,
          "addresses.private-ip-address": ({ PrivateIpAddresses: all }) => all.map((one) => one.PrivateIpAddress),
          "association.allocation-id": ({ Association }) => Association?.AllocationId,
          "association.association-id": ({ Association }) => Association?.AssociationId,
          "association.public-ip": ({ Association }) => Association?.PublicIp,
          "attachment.attachment-id": ({ Attachment }) => Attachment?.AttachmentId,
          "attachment.instance-id": ({ Attachment }) => Attachment?.InstanceId,
          "attachment.instance-owner-id": ({ Attachment }) => Attachment?.InstanceOwnerId,
          "attachment.status": ({ Attachment }) => Attachment?.Status,
          "availability-zone": ({ AvailabilityZone }) => AvailabilityZone,
          description: ({ Description }) => Description,
          "group-id": ({ Groups }) => Groups.map(({ GroupId }) => GroupId),
          "group-name": ({ Groups }) => Groups.map(({ GroupName }) => GroupName),
          "interface-type": ({ InterfaceType }) => InterfaceType,
          "mac-address": ({ MacAddress }) => MacAddress,
          "network-interface-id": ({ NetworkInterfaceId }) => NetworkInterfaceId,
          "owner-id": ({ OwnerId }) => OwnerId,
          "private-dns-name": ({ PrivateDnsName }) => PrivateDnsName,
          "private-ip-address": ({ PrivateIpAddress }) => PrivateIpAddress,
          "requester-id": ({ RequesterId }) => RequesterId,
          "requester-managed": ({ RequesterManaged }) => RequesterManaged,
          "source-dest-check": ({ SourceDestCheck }) => SourceDestCheck,
          status: ({ Status }) => Status,
          "subnet-id": ({ SubnetId }) => SubnetId,
          "vpc-id": ({ VpcId }) => VpcId,
        });
        return { NetworkInterfaces: items.map(shown), ...rest };
      },
    },
    DescribeNetworkInterfaceAttribute: {
      access: ({ NetworkInterfaceId }) => needs(network, "DescribeNetworkInterfaceAttribute", NetworkInterfaceId),
      run({ NetworkInterfaceId, Attribute }) {
        const card = network.get("eni", NetworkInterfaceId);
        const known = {
          description: { Description: { Value: card.Description } },
          groupSet: { Groups: card.Groups },
          sourceDestCheck: { SourceDestCheck: { Value: card.SourceDestCheck } },
          attachment: { Attachment: card.Attachment },
        };
        const name = Attribute ?? "";
        if (!Object.hasOwn(known, name)) {
          const message = `Value (${name}) for parameter attribute is invalid. Allowed are ${Object.keys(known).join(", ")}.`;
          throw new AwsError("InvalidParameterValue", message);
        }
        return { NetworkInterfaceId, ...known[name as keyof typeof known] };
      },
    },
    ModifyNetworkInterfaceAttribute: {
      access: ({ NetworkInterfaceId, Groups }) =>
        needs(network, "ModifyNetworkInterfaceAttribute", NetworkInterfaceId, Groups),
      run({ NetworkInterfaceId, Groups, Description, SourceDestCheck, Attachment }) {
        if (Attachment) throw unmodelled("instances");
        const card = network.get("eni", NetworkInterfaceId);
        network.put("eni", {
          ...card,
          ...(Groups && { Groups: groups(network, card.VpcId, Groups) }),
          ...(Description && { Description: Description.Value ?? "" }),
          ...(SourceDestCheck && { SourceDestCheck: SourceDestCheck.Value ?? true }),
        });
        return {};
      },
    },
    DeleteNetworkInterface: {
      access: ({ NetworkInterfaceId }) => needs(network, "DeleteNetworkInterface", NetworkInterfaceId),
      run({ NetworkInterfaceId }) {
        const card = network.get("eni", NetworkInterfaceId);
        if (card.RequesterManaged) {
          const message = `You do not have permission to access the specified resource: ${NetworkInterfaceId} is managed by ${card.InterfaceType}`;
          throw new AwsError("OperationNotPermitted", message);
        }
        network.transaction(() => {
          for (const address of network.list("eipalloc")) {
            if (address.NetworkInterfaceId === NetworkInterfaceId) dissociate(network, address);
          }
          network.delete(NetworkInterfaceId);
        });
        return {};
      },
    },
  };
}

/** Under the name that its tags have here. */
const shown = ({ Tags, InterfaceType, ...card }: Card): NetworkInterface => ({
  ...card,
  InterfaceType: InterfaceType as NetworkInterface["InterfaceType"],
  TagSet: Tags,
});

interface Wanted {
  SubnetId: string;
  PrivateIpAddress?: string | undefined;
  /** Further addresses, or how many. */
  secondary?: string[] | number;
  Groups?: string[] | undefined;
  Description: string;
  InterfaceType: string;
  RequesterManaged?: boolean;
}

/** @throws AwsError for an address that the subnet does not have, or that is taken. */
export function addInterface(network: Network, wanted: Wanted, input: Parameters<Network["make"]>[1] = {}): Card {
  const subnet = network.get("subnet", wanted.SubnetId);
  const { SubnetId, VpcId, AvailabilityZone, AvailabilityZoneId } = subnet;
  const { RequesterManaged = false, secondary = 0, InterfaceType, Description } = wanted;
  const given = [
    wanted.PrivateIpAddress,
    ...(typeof secondary === "number" ? Array(secondary).fill(undefined) : secondary),
  ];
  const ips: string[] = [];
  for (const ip of given) ips.push(freeIp(network, subnet, ip, ips));
  const isGateway = InterfaceType === "nat_gateway";
  const dns = (ip: string) => `ip-${ip.replaceAll(".", "-")}.${network.region}.compute.internal`;
  return network.make("eni", input, (NetworkInterfaceId, Tags) => ({
    NetworkInterfaceId,
    OwnerId: network.accountId,
    SubnetId,
    VpcId,
    AvailabilityZone,
    AvailabilityZoneId,
    Description,
    InterfaceType,
    RequesterManaged,
    ...(RequesterManaged && { RequesterId: network.accountId }),
    Groups: isGateway ? [] : groups(network, VpcId, wanted.Groups),
    MacAddress: mac(),
    PrivateIpAddress: ips[0]!,
    PrivateDnsName: dns(ips[0]!),
    PrivateIpAddresses: ips.map((ip, index) => ({
      ...{ Primary: index === 0, PrivateIpAddress: ip, PrivateDnsName: dns(ip) },
    })),
    Ipv6Addresses: [],
    SourceDestCheck: !isGateway,
    Status: RequesterManaged ? "in-use" : "available",
    Tags,
  }));
}

/** Locally administered: https://www.rfc-editor.org/rfc/rfc7042#section-2.1 */
const mac = (): string => ["02", ...(randomBytes(5).toString("hex").match(/../g) ?? [])].join(":");

/** @throws AwsError for groups that are not in that VPC. */
export function groups(network: Network, vpc: string, ids: string[] = []) {
  const own = network.list("sg").filter(({ VpcId }) => VpcId === vpc);
  const chosen =
    ids.length > 0 ? ids : own.filter(({ GroupName }) => GroupName === "default").map(({ GroupId }) => GroupId);
  return chosen.map((id) => {
    const { GroupId, GroupName, VpcId } = network.get("sg", id);
    if (VpcId === vpc) return { GroupId, GroupName };
    const message = `You have specified two resources that belong to different networks: ${id} and ${vpc}`;
    throw new AwsError("InvalidParameterValue", message);
  });
}

function freeIp(network: Network, subnet: Items["subnet"], wanted: string | undefined, also: string[]): string {
  const block = subnet.CidrBlock!;
  const cards = network.list("eni").filter(({ SubnetId }) => SubnetId === subnet.SubnetId);
  const taken = new Set([...also, ...cards.flatMap((one) => one.PrivateIpAddresses.map((ip) => ip.PrivateIpAddress))]);
  if (wanted !== undefined) {
    if (!isHost(block, wanted)) {
      const message = `Address ${wanted} does not fall within the subnet's address range`;
      throw new AwsError("InvalidParameterValue", message);
    }
    if (taken.has(wanted))
      throw new AwsError("InvalidIPAddress.InUse", `The specified address is already in use: ${wanted}`);
    return wanted;
  }
  const count = hosts(block);
  for (let place = 4; place < count + 4; place++) {
    const ip = addressAt(block, place);
    if (!taken.has(ip)) return ip;
  }
  const message = `The specified subnet ${subnet.SubnetId} does not have enough free addresses`;
  throw new AwsError("InsufficientFreeAddressesInSubnet", message);
}
