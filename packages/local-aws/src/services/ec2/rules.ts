/** Rules of security groups as EC2 keeps them, one peer each, and as permissions, which gather peers by ports. */
import { isDeepStrictEqual } from "node:util";
import type { IpPermission } from "@aws-sdk/client-ec2";
import { AwsError } from "../../service.ts";
import { canonical } from "./cidr.ts";
import type { Items } from "./kinds.ts";
import type { Network } from "./network.ts";

export type Rule = Omit<Items["sgr"], "SecurityGroupRuleId" | "SecurityGroupRuleArn" | "Tags" | "GroupOwnerId">;

/** Whom a rule is about; ports and protocol beside it are what for. */
const peers = ["CidrIpv4", "CidrIpv6", "PrefixListId", "ReferencedGroupInfo"] as const;
const limits = ["IpProtocol", "FromPort", "ToPort"] as const;

export const rulesOf = (network: Network, group: string, egress: boolean): Items["sgr"][] =>
  network.list("sgr").filter(({ GroupId, IsEgress }) => GroupId === group && IsEgress === egress);

/** @throws AwsError where the group has that rule. */
export function addRule(network: Network, rule: Rule, input: Parameters<Network["make"]>[1] = {}): Items["sgr"] {
  const same = rulesOf(network, rule.GroupId, rule.IsEgress).some((one) => isSame(one, rule));
  if (same) {
    const message = `the specified rule "${told(rule)}" already exists`;
    throw new AwsError("InvalidPermission.Duplicate", message);
  }
  return network.make("sgr", input, (SecurityGroupRuleId, Tags) => ({
    SecurityGroupRuleId,
    SecurityGroupRuleArn: network.arn("sgr", SecurityGroupRuleId),
    GroupOwnerId: network.accountId,
    ...rule,
    Tags,
  }));
}

/** Whether two rules let the same through, whatever they say of it. */
export const isSame = (one: Rule, other: Rule): boolean =>
  [...limits, ...peers].every((name) => isDeepStrictEqual(one[name], other[name]));

function told({ IpProtocol, FromPort, ToPort, ...peer }: Rule): string {
  const whom = peer.CidrIpv4 ?? peer.CidrIpv6 ?? peer.PrefixListId ?? peer.ReferencedGroupInfo?.GroupId;
  const what = IpProtocol === "-1" ? "ALL" : `${IpProtocol.toUpperCase()}, from port: ${FromPort}, to port: ${ToPort}`;
  return `peer: ${whom}, ${what}, ALLOW`;
}

/** Rules gathered by protocol and ports. */
export function permissions(rules: Items["sgr"][]): IpPermission[] {
  const gathered = Map.groupBy(rules, ({ IpProtocol, FromPort, ToPort }) => [IpProtocol, FromPort, ToPort].join(" "));
  return [...gathered.values()].map((alike) => {
    const { IpProtocol, FromPort, ToPort } = alike[0]!;
    const all = <Peer>(read: (rule: Items["sgr"]) => Peer | undefined): Peer[] =>
      alike.flatMap((rule) => {
        const peer = read(rule);
        return peer === undefined
          ? []
          : [{ ...peer, ...(rule.Description !== undefined && { Description: rule.Description }) }];
      });
    return {
      IpProtocol,
      // A rule for everything has no ports.
      ...(IpProtocol !== "-1" && { FromPort, ToPort }),
      IpRanges: all(({ CidrIpv4 }) => (CidrIpv4 === undefined ? undefined : { CidrIp: CidrIpv4 })),
      Ipv6Ranges: all(({ CidrIpv6 }) => (CidrIpv6 === undefined ? undefined : { CidrIpv6 })),
      PrefixListIds: all(({ PrefixListId }) => (PrefixListId === undefined ? undefined : { PrefixListId })),
      UserIdGroupPairs: all(
        ({ ReferencedGroupInfo: group }) => group && { GroupId: group.GroupId, UserId: group.UserId },
      ),
    };
  });
}

/** Rules of permissions, one for each peer. @throws AwsError for what is none. */
export function rulesIn(network: Network, group: Items["sg"], egress: boolean, given: IpPermission[]): Rule[] {
  return given.flatMap((permission) => {
    const base = { GroupId: group.GroupId, IsEgress: egress, ...limitsOf(permission) };
    const { IpRanges = [], Ipv6Ranges = [], PrefixListIds = [], UserIdGroupPairs = [] } = permission;
    const described = (Description: string | undefined) => ({
      ...(Description !== undefined && { Description: checked(Description) }),
    });
    const rules: Rule[] = [
      ...IpRanges.map(({ CidrIp = "", Description }) => ({
        ...base,
        CidrIpv4: canonical(CidrIp, "cidrIp"),
        ...described(Description),
      })),
      ...Ipv6Ranges.map(({ CidrIpv6 = "", Description }) => ({
        ...base,
        CidrIpv6: canonical(CidrIpv6, "cidrIpv6"),
        ...described(Description),
      })),
      ...PrefixListIds.map(({ PrefixListId, Description }) => ({
        ...base,
        PrefixListId: network.get("pl", PrefixListId).PrefixListId,
        ...described(Description),
      })),
      ...UserIdGroupPairs.map(({ GroupId, GroupName, Description }) => ({
        ...base,
        ReferencedGroupInfo: reference(network, group, GroupId, GroupName),
        ...described(Description),
      })),
    ];
    if (rules.length > 0) return rules;
    const message = "The request must contain at least one of IpRanges, Ipv6Ranges, PrefixListIds, UserIdGroupPairs";
    throw new AwsError("MissingParameter", message);
  });
}

/** @throws AwsError for a group that is not there, or in another VPC. */
export function reference(network: Network, { VpcId }: Items["sg"], id: string | undefined, name?: string) {
  const found =
    id === undefined && name !== undefined
      ? network.list("sg").find((one) => one.VpcId === VpcId && one.GroupName === name)
      : network.get("sg", id);
  if (!found || found.VpcId !== VpcId) {
    const message = `You have specified two resources that belong to different networks: ${id ?? name} is not in ${VpcId}`;
    throw new AwsError("InvalidGroup.NotFound", message);
  }
  return { GroupId: found.GroupId, UserId: network.accountId };
}

const names: Record<string, string> = { "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", all: "-1" };

/** @throws AwsError for protocols and ports that there are not. */
export function limitsOf({ IpProtocol, FromPort, ToPort }: Pick<IpPermission, (typeof limits)[number]>) {
  if (IpProtocol === undefined) {
    throw new AwsError("MissingParameter", "The request must contain the parameter IpProtocol");
  }
  const lower = IpProtocol.toLowerCase();
  const protocol = Object.hasOwn(names, lower) ? names[lower]! : lower;
  if (protocol === "-1") return { IpProtocol: protocol, FromPort: -1, ToPort: -1 };
  const isNumber = /^\d{1,3}$/.test(protocol) && Number(protocol) <= 255;
  if (!["tcp", "udp", "icmp", "icmpv6"].includes(protocol) && !isNumber) {
    throw new AwsError(
      "InvalidPermission.Malformed",
      `Unsupported IP protocol "${IpProtocol}"  - supported: [tcp, udp, icmp]`,
    );
  }
  if (isNumber) return { IpProtocol: protocol, FromPort: -1, ToPort: -1 };
  if (protocol.startsWith("icmp")) return { IpProtocol: protocol, FromPort: FromPort ?? -1, ToPort: ToPort ?? -1 };
  const isPort = (port: number | undefined): port is number => port !== undefined && port >= 0 && port <= 65535;
  if (!isPort(FromPort) || !isPort(ToPort)) {
    const message = `Invalid value '${isPort(FromPort) ? ToPort : FromPort}' for portRange. Must specify both from and to ports with TCP/UDP, from 0 to 65535.`;
    throw new AwsError("InvalidParameterValue", message);
  }
  if (FromPort > ToPort) {
    const message = `Invalid port range (${FromPort}, ${ToPort}): the first must not be greater than the last`;
    throw new AwsError("InvalidParameterValue", message);
  }
  return { IpProtocol: protocol, FromPort, ToPort };
}

/** @throws AwsError */
export function checked(description: string): string {
  if (/^[\w .:/()#,@[\]+=&;{}!$*-]{0,255}$/.test(description)) return description;
  const message = `Invalid rule description '${description}'. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*`;
  throw new AwsError("InvalidParameterValue", message);
}
