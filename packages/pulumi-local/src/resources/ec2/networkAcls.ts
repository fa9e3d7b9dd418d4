/** Network ACLs, and their rules as resources of their own. */
import { crc32 } from "node:zlib";
import type { NetworkAcl, NetworkAclEntry } from "@aws-sdk/client-ec2";
import type { Properties } from "../../engine/provider.ts";
import { type Ec2, ec2Type, none } from "./part.ts";

export const networkAclTypes = (ec2: Ec2) => [acl(ec2), aclRule(ec2)];

/** Numbers of protocols: EC2 knows no names. https://www.iana.org/assignments/protocol-numbers */
const protocols: Record<string, string> = { all: "-1", icmp: "1", tcp: "6", udp: "17", icmpv6: "58" };
const numbered = (protocol: unknown): string => protocols[String(protocol).toLowerCase()] ?? String(protocol);
const nameOf = (number: string): string =>
  Object.keys(protocols).find((name) => name !== "all" && protocols[name] === number) ?? number;

interface Entry {
  number: unknown;
  action: unknown;
  egress: boolean;
}

function entryOf(given: Properties, { number, action, egress }: Entry): Record<string, unknown> {
  const Protocol = numbered(given.protocol);
  return {
    RuleNumber: number,
    RuleAction: action,
    Egress: egress,
    Protocol,
    ...(given.cidrBlock ? { CidrBlock: given.cidrBlock } : {}),
    ...(given.ipv6CidrBlock ? { Ipv6CidrBlock: given.ipv6CidrBlock } : {}),
    ...(["6", "17"].includes(Protocol) && { PortRange: { From: given.fromPort ?? 0, To: given.toPort ?? 0 } }),
    ...(["1", "58"].includes(Protocol) && { IcmpTypeCode: { Type: given.icmpType ?? 0, Code: given.icmpCode ?? 0 } }),
  };
}

/** Rules of a list, by their direction and number. */
const listed = (inputs: Properties): Map<string, object> =>
  new Map(
    (["ingress", "egress"] as const).flatMap((direction) =>
      ((inputs[direction] ?? []) as Properties[]).map((one) => {
        const egress = direction === "egress";
        return [
          `${direction} ${one.ruleNo}`,
          entryOf(one, { number: one.ruleNo, action: one.action, egress }),
        ] as const;
      }),
    ),
  );

async function findAcl(ec2: Ec2, id: string): Promise<NetworkAcl | undefined> {
  const input = { NetworkAclIds: [id] };
  return (await ec2.ask<{ NetworkAcls: NetworkAcl[] }>("DescribeNetworkAcls", input)).NetworkAcls[0];
}

const isOwn = ({ RuleNumber = 0 }: NetworkAclEntry): boolean => RuleNumber < 32767;

const shown = (entry: NetworkAclEntry): Properties => ({
  action: entry.RuleAction,
  cidrBlock: entry.CidrBlock ?? none,
  fromPort: entry.PortRange?.From ?? 0,
  icmpCode: entry.IcmpTypeCode?.Code ?? 0,
  icmpType: entry.IcmpTypeCode?.Type ?? 0,
  ipv6CidrBlock: entry.Ipv6CidrBlock ?? none,
  protocol: nameOf(entry.Protocol ?? "-1"),
  ruleNo: entry.RuleNumber,
  toPort: entry.PortRange?.To ?? 0,
});

/** Gives subnets another ACL. */
async function move(ec2: Ec2, subnets: string[], NetworkAclId: unknown): Promise<void> {
  for (const subnet of subnets) {
    const Filters = [{ Name: "association.subnet-id", Values: [subnet] }];
    const [now] = (await ec2.ask<{ NetworkAcls: NetworkAcl[] }>("DescribeNetworkAcls", { Filters })).NetworkAcls;
    const found = now?.Associations?.find(({ SubnetId }) => SubnetId === subnet);
    if (!found || found.NetworkAclId === NetworkAclId) continue;
    const AssociationId = found.NetworkAclAssociationId;
    await ec2.ask("ReplaceNetworkAclAssociation", { AssociationId, NetworkAclId });
  }
}

async function defaultAcl(ec2: Ec2, vpc: unknown): Promise<string | undefined> {
  const Filters = Object.entries({ "vpc-id": vpc, default: "true" }).map(([Name, value]) => ({
    Name,
    Values: [value],
  }));
  return (await ec2.ask<{ NetworkAcls: NetworkAcl[] }>("DescribeNetworkAcls", { Filters })).NetworkAcls[0]
    ?.NetworkAclId;
}

const acl = (ec2: Ec2) =>
  ec2Type(ec2, {
    name: "NetworkAcl",
    kind: "network-acl",
    required: ["vpcId"],
    properties: ["vpcId", "ingress", "egress", "subnetIds"],
    mutable: ["ingress", "egress", "subnetIds"],
    taggable: true,
    async make({ vpcId: VpcId }, tags) {
      return (await ec2.ask<{ NetworkAcl: NetworkAcl }>("CreateNetworkAcl", { VpcId, ...tags })).NetworkAcl
        .NetworkAclId;
    },
    async settle(NetworkAclId, before, after) {
      const [old, wanted] = [listed(before), listed(after)];
      for (const [key, entry] of old) {
        if (wanted.has(key)) continue;
        const { RuleNumber, Egress } = entry as NetworkAclEntry;
        await ec2.ask("DeleteNetworkAclEntry", { NetworkAclId, RuleNumber, Egress });
      }
      for (const [key, entry] of wanted) {
        if (JSON.stringify(old.get(key)) === JSON.stringify(entry)) continue;
        await ec2.ask(old.has(key) ? "ReplaceNetworkAclEntry" : "CreateNetworkAclEntry", { NetworkAclId, ...entry });
      }
      const [left, now] = [before, after].map(({ subnetIds }) => (subnetIds ?? []) as string[]) as [string[], string[]];
      const gone = left.filter((id) => !now.includes(id));
      if (gone.length > 0) await move(ec2, gone, await defaultAcl(ec2, after.vpcId));
      await move(ec2, now, NetworkAclId);
    },
    async find(id) {
      const found = await findAcl(ec2, id);
      if (!found) return undefined;
      const rules = (egress: boolean) =>
        (found.Entries ?? []).filter((one) => isOwn(one) && one.Egress === egress).map(shown);
      return {
        arn: ec2.arn("network-acl", id),
        ownerId: found.OwnerId,
        vpcId: found.VpcId,
        ingress: rules(false),
        egress: rules(true),
        subnetIds: (found.Associations ?? []).map(({ SubnetId }) => SubnetId),
        Tags: found.Tags,
      };
    },
    async remove(NetworkAclId, { subnetIds, vpcId }) {
      const subnets = (subnetIds ?? []) as string[];
      if (subnets.length > 0) await move(ec2, subnets, await defaultAcl(ec2, vpcId));
      return ec2.ask("DeleteNetworkAcl", { NetworkAclId });
    },
  });

const aclRule = (ec2: Ec2) =>
  ec2Type(ec2, {
    name: "NetworkAclRule",
    required: ["networkAclId", "protocol", "ruleAction", "ruleNumber"],
    properties: [
      ...["networkAclId", "ruleNumber", "egress", "protocol", "ruleAction", "cidrBlock", "ipv6CidrBlock"],
      ...["fromPort", "toPort", "icmpType", "icmpCode"],
    ],
    enums: { ruleAction: ["allow", "deny"] },
    defaults: { egress: false },
    async make(inputs) {
      const { networkAclId, ruleNumber: number, ruleAction: action, protocol } = inputs;
      const egress = inputs.egress === true;
      const entry = entryOf(inputs, { number, action, egress });
      await ec2.ask("CreateNetworkAclEntry", { NetworkAclId: networkAclId, ...entry });
      return `nacl-${crc32(`${networkAclId}-${number}-${egress}-${protocol}-`)}`;
    },
    async find(_id, given) {
      const found = given.networkAclId ? await findAcl(ec2, String(given.networkAclId)) : undefined;
      if (!found) return undefined;
      const { ruleNumber, egress } = given;
      return found.Entries?.some((one) => one.RuleNumber === ruleNumber && one.Egress === egress) ? {} : undefined;
    },
    remove: (_id, { networkAclId: NetworkAclId, ruleNumber: RuleNumber, egress: Egress }) =>
      ec2.ask("DeleteNetworkAclEntry", { NetworkAclId, RuleNumber, Egress }),
  });
