/** Rules of a security group: in Pulumi a list in which each names several peers, in EC2 one peer each. */
import type { IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";
import type { Properties } from "../../engine/provider.ts";
import type { Ec2 } from "./part.ts";

export interface Rule {
  protocol: string;
  fromPort: number;
  toPort: number;
  cidrBlocks?: string[];
  ipv6CidrBlocks?: string[];
  prefixListIds?: string[];
  /** Ids of groups. */
  securityGroups?: string[];
  /** Whether members of the group itself are let through. */
  self?: boolean;
  description?: string;
}

const names: Record<string, string> = { all: "-1", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6" };
const protocolOf = (given: unknown): string => names[String(given).toLowerCase()] ?? String(given).toLowerCase();

/** One permission for each peer. @param own the group's id. */
export function permissionsOf(rules: Rule[], own: string): IpPermission[] {
  return rules.flatMap(({ description, ...rule }) => {
    const IpProtocol = protocolOf(rule.protocol);
    const base = { IpProtocol, ...(IpProtocol !== "-1" && { FromPort: rule.fromPort, ToPort: rule.toPort }) };
    const told = description ? { Description: description } : {};
    const groups = [...(rule.securityGroups ?? []), ...(rule.self ? [own] : [])];
    return [
      ...(rule.cidrBlocks ?? []).map((CidrIp) => ({ ...base, IpRanges: [{ CidrIp, ...told }] })),
      ...(rule.ipv6CidrBlocks ?? []).map((CidrIpv6) => ({ ...base, Ipv6Ranges: [{ CidrIpv6, ...told }] })),
      ...(rule.prefixListIds ?? []).map((PrefixListId) => ({ ...base, PrefixListIds: [{ PrefixListId, ...told }] })),
      ...groups.map((GroupId) => ({ ...base, UserIdGroupPairs: [{ GroupId, ...told }] })),
    ];
  });
}

/** Gathers permissions to rules as the provider does: by protocol, ports and what is said of them. */
export function rulesOf(permissions: IpPermission[], own: string): Required<Rule>[] {
  const rules = new Map<string, Required<Rule>>();
  for (const { IpProtocol = "-1", FromPort = 0, ToPort = 0, ...peers } of permissions) {
    const rule = (description = ""): Required<Rule> => {
      const key = JSON.stringify([IpProtocol, FromPort, ToPort, description]);
      const found = rules.get(key) ?? filled({ protocol: IpProtocol, fromPort: FromPort, toPort: ToPort, description });
      rules.set(key, found);
      return found;
    };
    for (const { CidrIp = "", Description } of peers.IpRanges ?? []) rule(Description).cidrBlocks.push(CidrIp);
    for (const { CidrIpv6 = "", Description } of peers.Ipv6Ranges ?? [])
      rule(Description).ipv6CidrBlocks.push(CidrIpv6);
    for (const { PrefixListId = "", Description } of peers.PrefixListIds ?? []) {
      rule(Description).prefixListIds.push(PrefixListId);
    }
    for (const { GroupId = "", Description } of peers.UserIdGroupPairs ?? []) {
      const found = rule(Description);
      if (GroupId === own) found.self = true;
      else found.securityGroups.push(GroupId);
    }
  }
  return [...rules.values()];
}

/** A rule with every member that the provider gives it. */
export const filled = (rule: Rule): Required<Rule> => ({
  cidrBlocks: [],
  description: "",
  ipv6CidrBlocks: [],
  prefixListIds: [],
  securityGroups: [],
  self: false,
  ...rule,
  protocol: protocolOf(rule.protocol),
});

const verbs = { ingress: "Ingress", egress: "Egress" } as const;

/** Makes a group's rules of both directions those, from what they are; a direction that is not given stays as it is. */
export async function settleRules(ec2: Ec2, group: SecurityGroup, wanted: Properties): Promise<void> {
  const GroupId = group.GroupId!;
  for (const direction of ["ingress", "egress"] as const) {
    if (wanted[direction] === undefined) continue;
    const found = (direction === "ingress" ? group.IpPermissions : group.IpPermissionsEgress) ?? [];
    const byKey = (rules: Rule[]) =>
      new Map(permissionsOf(rules, GroupId).map((one) => [JSON.stringify(one), one] as const));
    const [now, then] = [byKey(rulesOf(found, GroupId)), byKey((wanted[direction] as Rule[]).map(filled))];
    const gone = [...now].filter(([key]) => !then.has(key)).map(([, one]) => one);
    const fresh = [...then].filter(([key]) => !now.has(key)).map(([, one]) => one);
    const verb = verbs[direction];
    if (gone.length > 0) await ec2.ask(`RevokeSecurityGroup${verb}`, { GroupId, IpPermissions: gone });
    if (fresh.length > 0) await ec2.ask(`AuthorizeSecurityGroup${verb}`, { GroupId, IpPermissions: fresh });
  }
}
