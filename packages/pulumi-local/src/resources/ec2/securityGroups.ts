/** Security groups, and their rules as resources of their own. */
import { crc32 } from "node:zlib";
import type { IpPermission, SecurityGroup, SecurityGroupRule } from "@aws-sdk/client-ec2";
import type { Properties } from "../../engine/provider.ts";
import { capitalized, uncapitalized } from "../described.ts";
import { type Ec2, ec2Type, none } from "./part.ts";
import { filled, permissionsOf, type Rule, rulesOf, settleRules } from "./permissions.ts";

export const securityGroupTypes = (ec2: Ec2) => [
  group(ec2),
  defaultGroup(ec2),
  groupRule(ec2),
  rule(ec2, "Ingress"),
  rule(ec2, "Egress"),
];

const findGroup = async (ec2: Ec2, id: string): Promise<SecurityGroup | undefined> =>
  (await ec2.ask<{ SecurityGroups: SecurityGroup[] }>("DescribeSecurityGroups", { GroupIds: [id] })).SecurityGroups[0];

/** Rules are as the program writes them, where it writes them. */
function describeGroup(ec2: Ec2, found: SecurityGroup, given: Properties): Properties {
  const id = found.GroupId!;
  const rules = (name: "ingress" | "egress", permissions: IpPermission[] = []) =>
    (given[name] as Rule[] | undefined)?.map(filled) ?? rulesOf(permissions, id);
  return {
    arn: ec2.arn("security-group", id),
    name: found.GroupName,
    namePrefix: given.namePrefix ?? none,
    description: found.Description,
    ownerId: found.OwnerId,
    vpcId: found.VpcId,
    ingress: rules("ingress", found.IpPermissions),
    egress: rules("egress", found.IpPermissionsEgress),
    revokeRulesOnDelete: given.revokeRulesOnDelete ?? false,
  };
}

const group = (ec2: Ec2) =>
  ec2Type(ec2, {
    name: "SecurityGroup",
    kind: "security-group",
    properties: ["name", "description", "vpcId", "ingress", "egress", "revokeRulesOnDelete"],
    defaults: { description: "Managed by Pulumi", revokeRulesOnDelete: false },
    mutable: ["ingress", "egress", "revokeRulesOnDelete"],
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
    autoname: { property: "name", prefixed: true, max: 255, pattern: /^(?!sg-)[\w .:/()#,@[\]+=&;{}!$*-]+$/ },
    taggable: true,
    async make({ name: GroupName, description: Description, vpcId: VpcId }, tags) {
      const request = { GroupName, Description, VpcId, ...tags };
      return (await ec2.ask<{ GroupId: string }>("CreateSecurityGroup", request)).GroupId;
    },
    async settle(id, before, after) {
      const found = (await findGroup(ec2, id))!;
      // EC2 lets everything out of a new group; the provider does not.
      const isNew = before.description === undefined;
      await settleRules(ec2, found, isNew ? { egress: [], ...after } : after);
    },
    async find(id, given) {
      const found = await findGroup(ec2, id);
      return found && { ...describeGroup(ec2, found, given), Tags: found.Tags };
    },
    async remove(GroupId, { revokeRulesOnDelete }) {
      const found = revokeRulesOnDelete && (await findGroup(ec2, GroupId));
      if (found) await settleRules(ec2, found, { ingress: [], egress: [] });
      return ec2.ask("DeleteSecurityGroup", { GroupId });
    },
  });

const defaultGroup = (ec2: Ec2) =>
  ec2Type(ec2, {
    name: "DefaultSecurityGroup",
    kind: "security-group",
    properties: ["vpcId", "ingress", "egress"],
    inert: ["revokeRulesOnDelete"],
    mutable: ["ingress", "egress", "revokeRulesOnDelete"],
    taggable: true,
    async make({ vpcId }) {
      const ofVpc = vpcId ?? (await defaultVpc(ec2));
      const Filters = Object.entries({ "group-name": "default", "vpc-id": ofVpc }).map(([Name, value]) => ({
        Name,
        Values: [value],
      }));
      const answer = await ec2.ask<{ SecurityGroups: SecurityGroup[] }>("DescribeSecurityGroups", { Filters });
      const [found] = answer.SecurityGroups;
      if (!found) throw new Error(`the VPC ${ofVpc} has no default security group`);
      return found.GroupId;
    },
    // It is there already: it gets these rules and tags, and loses all others.
    async settle(id, before, after) {
      const found = (await findGroup(ec2, id))!;
      await settleRules(ec2, found, { ingress: [], egress: [], ...after });
      const Tags = Object.entries((after.tagsAll ?? {}) as Record<string, string>);
      if (before.tagsAll === undefined && Tags.length > 0) {
        await ec2.ask("CreateTags", { Resources: [id], Tags: Tags.map(([Key, Value]) => ({ Key, Value })) });
      }
    },
    async find(id, given) {
      const found = await findGroup(ec2, id);
      return found && { ...describeGroup(ec2, found, given), Tags: found.Tags };
    },
    // Nobody deletes it but with its VPC.
    remove: async () => {},
  });

async function defaultVpc(ec2: Ec2): Promise<string | undefined> {
  const Filters = [{ Name: "is-default", Values: ["true"] }];
  return (await ec2.ask<{ Vpcs: { VpcId?: string }[] }>("DescribeVpcs", { Filters })).Vpcs[0]?.VpcId;
}

/** `SecurityGroupRule`: several peers in one resource, which has an id of the provider's own. */
const groupRule = (ec2: Ec2) => {
  const permissions = ({ sourceSecurityGroupId: source, ...inputs }: Properties) => {
    const own = String(inputs.securityGroupId);
    return permissionsOf([{ ...(inputs as unknown as Rule), securityGroups: source ? [String(source)] : [] }], own);
  };
  const verbOf = ({ type }: Properties) => (type === "ingress" ? "Ingress" : "Egress");
  return ec2Type(ec2, {
    name: "SecurityGroupRule",
    required: ["fromPort", "protocol", "securityGroupId", "toPort", "type"],
    properties: [
      ...["type", "securityGroupId", "protocol", "fromPort", "toPort", "cidrBlocks", "ipv6CidrBlocks"],
      ...["prefixListIds", "self", "sourceSecurityGroupId", "description"],
    ],
    enums: { type: ["ingress", "egress"] },
    defaults: { self: false },
    mutable: ["description"],
    async make(inputs) {
      const GroupId = inputs.securityGroupId;
      const request = { GroupId, IpPermissions: permissions(inputs) };
      await ec2.ask(`AuthorizeSecurityGroup${verbOf(inputs)}`, request);
      const { type, fromPort, toPort, protocol } = inputs;
      const lists = [inputs.cidrBlocks, inputs.ipv6CidrBlocks, inputs.prefixListIds, inputs.sourceSecurityGroupId];
      const parts = [GroupId, fromPort, toPort, protocol, type, ...lists.flatMap((list) => [list ?? []].flat())];
      return `sgrule-${crc32(`${parts.join("-")}-`)}`;
    },
    async settle(_id, before, after) {
      if (before.type === undefined || before.description === after.description) return;
      const IpPermissions = permissions(after);
      const verb = `UpdateSecurityGroupRuleDescriptions${verbOf(after)}`;
      await ec2.ask(verb, { GroupId: after.securityGroupId, IpPermissions });
    },
    async find(_id, given) {
      const found = given.securityGroupId ? await findGroup(ec2, String(given.securityGroupId)) : undefined;
      if (!found) return undefined;
      const all = given.type === "ingress" ? found.IpPermissions : found.IpPermissionsEgress;
      const now = permissionsOf(rulesOf(all ?? [], found.GroupId!), found.GroupId!).map((one) => JSON.stringify(one));
      const wanted = permissions(given).map((one) => JSON.stringify(one));
      if (!wanted.every((one) => now.includes(one))) return undefined;
      const source = given.sourceSecurityGroupId ?? none;
      return { sourceSecurityGroupId: source, securityGroupRuleId: await onlyRule(ec2, given, permissions(given)) };
    },
    remove: (_id, outputs) =>
      ec2.ask(`RevokeSecurityGroup${verbOf(outputs)}`, {
        GroupId: outputs.securityGroupId,
        IpPermissions: permissions(outputs),
      }),
  });
};

/** The id of the rule that it is, where it is one alone. */
async function onlyRule(ec2: Ec2, given: Properties, [one, ...more]: IpPermission[]): Promise<string> {
  if (!one || more.length > 0) return none;
  const Filters = [{ Name: "group-id", Values: [given.securityGroupId] }];
  type Answer = { SecurityGroupRules: SecurityGroupRule[] };
  const { SecurityGroupRules } = await ec2.ask<Answer>("DescribeSecurityGroupRules", { Filters });
  const found = SecurityGroupRules.find(
    (rule) =>
      rule.IsEgress === (given.type === "egress") &&
      rule.IpProtocol === one.IpProtocol &&
      (one.IpProtocol === "-1" || (rule.FromPort === one.FromPort && rule.ToPort === one.ToPort)) &&
      rule.CidrIpv4 === one.IpRanges?.[0]?.CidrIp &&
      rule.CidrIpv6 === one.Ipv6Ranges?.[0]?.CidrIpv6 &&
      rule.PrefixListId === one.PrefixListIds?.[0]?.PrefixListId &&
      rule.ReferencedGroupInfo?.GroupId === one.UserIdGroupPairs?.[0]?.GroupId,
  );
  return found?.SecurityGroupRuleId ?? none;
}

const peers = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"];

/** `vpc.SecurityGroupIngressRule` and `vpc.SecurityGroupEgressRule`: one peer. */
function rule(ec2: Ec2, direction: "Ingress" | "Egress") {
  const limits = ["ipProtocol", "fromPort", "toPort", "description"];
  const request = (inputs: Properties) => ({
    ...capitalized(inputs, [...limits, "cidrIpv4", "cidrIpv6", "prefixListId"]),
    ...(inputs.referencedSecurityGroupId !== undefined && { ReferencedGroupId: inputs.referencedSecurityGroupId }),
  });
  return ec2Type(ec2, {
    name: `vpc:SecurityGroup${direction}Rule`,
    kind: "security-group-rule",
    required: ["ipProtocol", "securityGroupId"],
    properties: ["securityGroupId", ...limits, ...peers],
    mutable: [...limits, ...peers],
    taggable: true,
    validate: (inputs) => {
      const given = peers.filter((name) => inputs[name] !== undefined);
      if (given.length === 1) return [];
      return [{ property: "cidrIpv4", reason: `exactly one of ${peers.join(", ")} is given; it is ${given.length}` }];
    },
    async make(inputs, tags) {
      const { referencedSecurityGroupId: group, ...rest } = inputs;
      const one = (peer: unknown) => (peer === undefined ? [] : [String(peer)]);
      const IpPermissions = permissionsOf(
        [
          {
            protocol: String(rest.ipProtocol),
            fromPort: Number(rest.fromPort ?? -1),
            toPort: Number(rest.toPort ?? -1),
            description: String(rest.description ?? ""),
            cidrBlocks: one(rest.cidrIpv4),
            ipv6CidrBlocks: one(rest.cidrIpv6),
            prefixListIds: one(rest.prefixListId),
            securityGroups: one(group),
          },
        ],
        "",
      );
      type Answer = { SecurityGroupRules: SecurityGroupRule[] };
      const request = { GroupId: rest.securityGroupId, IpPermissions, ...tags };
      const { SecurityGroupRules } = await ec2.ask<Answer>(`AuthorizeSecurityGroup${direction}`, request);
      return SecurityGroupRules[0]?.SecurityGroupRuleId;
    },
    async settle(SecurityGroupRuleId, before, after) {
      if (before.securityGroupId === undefined) return;
      const SecurityGroupRules = [{ SecurityGroupRuleId, SecurityGroupRule: request(after) }];
      await ec2.ask("ModifySecurityGroupRules", { GroupId: after.securityGroupId, SecurityGroupRules });
    },
    async find(id) {
      type Answer = { SecurityGroupRules: SecurityGroupRule[] };
      const answer = await ec2.ask<Answer>("DescribeSecurityGroupRules", { SecurityGroupRuleIds: [id] });
      const [found] = answer.SecurityGroupRules;
      if (!found) return undefined;
      // A rule for everything has no ports.
      const ports = found.IpProtocol === "-1" ? {} : uncapitalized(found, ["fromPort", "toPort"]);
      return {
        arn: ec2.arn("security-group-rule", id),
        securityGroupId: found.GroupId,
        securityGroupRuleId: id,
        ...uncapitalized(found, ["cidrIpv4", "cidrIpv6", "description", "ipProtocol", "prefixListId"]),
        ...ports,
        referencedSecurityGroupId: found.ReferencedGroupInfo?.GroupId,
        Tags: found.Tags,
      };
    },
    remove: (id, { securityGroupId: GroupId }) =>
      ec2.ask(`RevokeSecurityGroup${direction}`, { GroupId, SecurityGroupRuleIds: [id] }),
  });
}
