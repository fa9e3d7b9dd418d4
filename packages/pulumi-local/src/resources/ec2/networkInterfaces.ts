/** Network interfaces, and prefix lists. */
import type { ManagedPrefixList, NetworkInterface, PrefixListEntry } from "@aws-sdk/client-ec2";
import type { Properties } from "../../engine/provider.ts";
import { uncapitalized } from "../described.ts";
import { type Ec2, ec2Type, none } from "./part.ts";

export const networkInterfaceTypes = (ec2: Ec2) => [networkInterface(ec2), prefixList(ec2)];

const networkInterface = (ec2: Ec2) =>
  ec2Type(ec2, {
    name: "NetworkInterface",
    kind: "network-interface",
    required: ["subnetId"],
    properties: [
      ...["subnetId", "description", "interfaceType", "privateIp", "privateIps", "privateIpsCount"],
      ...["securityGroups", "sourceDestCheck"],
    ],
    defaults: { sourceDestCheck: true },
    mutable: ["description", "securityGroups", "sourceDestCheck"],
    taggable: true,
    async make(inputs, tags) {
      const [first = inputs.privateIp, ...more] = (inputs.privateIps ?? []) as string[];
      type Answer = { NetworkInterface: NetworkInterface };
      const answer = await ec2.ask<Answer>("CreateNetworkInterface", {
        SubnetId: inputs.subnetId,
        Description: inputs.description,
        InterfaceType: inputs.interfaceType,
        Groups: inputs.securityGroups,
        PrivateIpAddress: first,
        SecondaryPrivateIpAddressCount: inputs.privateIpsCount,
        ...(more.length > 0 && {
          PrivateIpAddress: undefined,
          PrivateIpAddresses: [first, ...more].map((ip, index) => ({ PrivateIpAddress: ip, Primary: index === 0 })),
        }),
        ...tags,
      });
      return answer.NetworkInterface.NetworkInterfaceId;
    },
    async settle(NetworkInterfaceId, before, after) {
      const isNew = before.subnetId === undefined;
      const changes: [string, object][] = [
        ["description", { Description: { Value: after.description ?? "" } }],
        ["securityGroups", { Groups: after.securityGroups }],
        ["sourceDestCheck", { SourceDestCheck: { Value: after.sourceDestCheck } }],
      ];
      for (const [name, change] of changes) {
        const was = isNew ? (name === "sourceDestCheck" ? true : after[name]) : before[name];
        if (JSON.stringify(was) === JSON.stringify(after[name])) continue;
        await ec2.ask("ModifyNetworkInterfaceAttribute", { NetworkInterfaceId, ...change });
      }
    },
    async find(id) {
      const input = { NetworkInterfaceIds: [id] };
      type Answer = { NetworkInterfaces: NetworkInterface[] };
      const [found] = (await ec2.ask<Answer>("DescribeNetworkInterfaces", input)).NetworkInterfaces;
      if (!found) return undefined;
      const ips = (found.PrivateIpAddresses ?? []).map(({ PrivateIpAddress }) => PrivateIpAddress);
      return {
        arn: ec2.arn("network-interface", id),
        attachments: [],
        ...uncapitalized(found, ["description", "interfaceType", "macAddress", "ownerId", "privateDnsName"]),
        ...uncapitalized(found, ["sourceDestCheck", "subnetId"]),
        enablePrimaryIpv6: false,
        ipv4PrefixCount: 0,
        ipv4Prefixes: [],
        ipv6AddressCount: 0,
        ipv6AddressListEnabled: false,
        ipv6AddressLists: [],
        ipv6Addresses: [],
        ipv6PrefixCount: 0,
        ipv6Prefixes: [],
        outpostArn: none,
        privateDnsName: found.PrivateDnsName ?? none,
        privateIp: found.PrivateIpAddress,
        privateIpListEnabled: false,
        privateIpLists: ips,
        privateIps: ips,
        privateIpsCount: ips.length - 1,
        securityGroups: (found.Groups ?? []).map(({ GroupId }) => GroupId),
        Tags: found.TagSet,
      };
    },
    remove: (NetworkInterfaceId) => ec2.ask("DeleteNetworkInterface", { NetworkInterfaceId }),
  });

interface Entry {
  cidr: string;
  description?: string;
}

const told = ({ cidr: Cidr, description: Description }: Entry) => ({ Cidr, ...(Description && { Description }) });

async function findList(ec2: Ec2, id: string): Promise<ManagedPrefixList | undefined> {
  const input = { PrefixListIds: [id] };
  type Answer = { PrefixLists: ManagedPrefixList[] };
  return (await ec2.ask<Answer>("DescribeManagedPrefixLists", input)).PrefixLists[0];
}

const prefixList = (ec2: Ec2) =>
  ec2Type(ec2, {
    name: "ManagedPrefixList",
    kind: "prefix-list",
    required: ["addressFamily", "maxEntries"],
    properties: ["name", "addressFamily", "maxEntries", "entries"],
    enums: { addressFamily: ["IPv4", "IPv6"] },
    mutable: ["name", "maxEntries", "entries"],
    autoname: { property: "name", max: 255 },
    taggable: true,
    async make(inputs, tags) {
      const { name: PrefixListName, addressFamily: AddressFamily, maxEntries: MaxEntries } = inputs;
      const Entries = ((inputs.entries ?? []) as Entry[]).map(told);
      const request = { PrefixListName, AddressFamily, MaxEntries, Entries, ...tags };
      type Answer = { PrefixList: ManagedPrefixList };
      return (await ec2.ask<Answer>("CreateManagedPrefixList", request)).PrefixList.PrefixListId;
    },
    async settle(PrefixListId, before, after) {
      if (before.addressFamily === undefined) return;
      const [old, wanted] = [before, after].map(({ entries }) => ((entries ?? []) as Entry[]).map(told)) as [
        ReturnType<typeof told>[],
        ReturnType<typeof told>[],
      ];
      const has = (list: object[], one: object) => list.some((other) => JSON.stringify(other) === JSON.stringify(one));
      const add = wanted.filter((one) => !has(old, one));
      const gone = old.filter((one) => !has(wanted, one));
      if (before.name !== after.name) {
        await ec2.ask("ModifyManagedPrefixList", { PrefixListId, PrefixListName: after.name });
      }
      // Neither its size nor its entries change in one request.
      if (before.maxEntries !== after.maxEntries) {
        await ec2.ask("ModifyManagedPrefixList", { PrefixListId, MaxEntries: after.maxEntries });
      }
      if (add.length + gone.length === 0) return;
      const CurrentVersion = (await findList(ec2, PrefixListId))?.Version;
      const RemoveEntries = gone.map(({ Cidr }) => ({ Cidr }));
      await ec2.ask("ModifyManagedPrefixList", { PrefixListId, CurrentVersion, AddEntries: add, RemoveEntries });
    },
    async find(PrefixListId) {
      const found = await findList(ec2, PrefixListId);
      if (!found) return undefined;
      type Answer = { Entries: PrefixListEntry[] };
      const { Entries } = await ec2.ask<Answer>("GetManagedPrefixListEntries", { PrefixListId });
      return {
        arn: found.PrefixListArn,
        name: found.PrefixListName,
        ...uncapitalized(found, ["addressFamily", "maxEntries", "ownerId", "version"]),
        entries: Entries.map((one): Properties => ({ cidr: one.Cidr, description: one.Description ?? none })),
        Tags: found.Tags,
      };
    },
    remove: (PrefixListId) => ec2.ask("DeleteManagedPrefixList", { PrefixListId }),
  });
