/** Operations on the rules of security groups. */
import type { IpPermission, SecurityGroupRuleRequest } from "@aws-sdk/client-ec2";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs, needsToMake } from "./access.ts";
import { canonical } from "./cidr.ts";
import { describe } from "./describe.ts";
import type { Items } from "./kinds.ts";
import type { Network } from "./network.ts";
import { addRule, checked, isSame, limitsOf, type Rule, reference, rulesIn, rulesOf } from "./rules.ts";
import { byName } from "./securityGroups.ts";

/** A request for rules: as permissions, or one of them in members of its own. */
interface Given extends Pick<IpPermission, "IpProtocol" | "FromPort" | "ToPort"> {
  GroupId?: string | undefined;
  GroupName?: string | undefined;
  IpPermissions?: IpPermission[] | undefined;
  CidrIp?: string | undefined;
  SourceSecurityGroupName?: string | undefined;
  SecurityGroupRuleIds?: string[] | undefined;
}

export function securityGroupRuleOperations(network: Network): Operations<"ec2"> {
  const groupOf = ({ GroupId, GroupName }: Given) =>
    GroupId === undefined && GroupName !== undefined ? byName(network, GroupName) : network.get("sg", GroupId);

  const authorize = (egress: boolean, input: Given & Parameters<Network["make"]>[1]) => {
    const group = groupOf(input);
    const rules = rulesIn(network, group, egress, permissionsIn(input));
    const TagSpecifications = input.TagSpecifications;
    const made = network.transaction(() => rules.map((rule) => addRule(network, rule, { TagSpecifications })));
    return { Return: true, SecurityGroupRules: made };
  };

  const revoke = (egress: boolean, input: Given) => {
    const group = groupOf(input);
    const own = rulesOf(network, group.GroupId, egress);
    const { SecurityGroupRuleIds: ids = [] } = input;
    const missing = ids.find((id) => !own.some((rule) => rule.SecurityGroupRuleId === id));
    if (missing !== undefined) {
      const message = `The security group rule ID '${missing}' does not exist`;
      throw new AwsError("InvalidSecurityGroupRuleId.NotFound", message);
    }
    const asked = ids.length > 0 ? [] : rulesIn(network, group, egress, permissionsIn(input));
    const found = asked.map((rule) => own.find((one) => isSame(one, rule)));
    if (found.includes(undefined)) {
      throw new AwsError("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
    }
    const gone = [
      ...own.filter((rule) => ids.includes(rule.SecurityGroupRuleId)),
      ...found.filter((one) => one !== undefined),
    ];
    network.transaction(() => {
      for (const { SecurityGroupRuleId } of gone) network.delete(SecurityGroupRuleId);
    });
    return {
      Return: true,
      RevokedSecurityGroupRules: gone.map(({ ReferencedGroupInfo, ...rule }) => ({
        ...rule,
        ...(ReferencedGroupInfo?.GroupId && { ReferencedGroupId: ReferencedGroupInfo.GroupId }),
      })),
    };
  };

  /** Rules keep everything but what is said of them. */
  const redescribe = (
    egress: boolean,
    input: Given & {
      SecurityGroupRuleDescriptions?: { SecurityGroupRuleId?: string; Description?: string }[] | undefined;
    },
  ) => {
    const group = groupOf(input);
    const own = rulesOf(network, group.GroupId, egress);
    const byId = (input.SecurityGroupRuleDescriptions ?? []).map(({ SecurityGroupRuleId, Description = "" }) => ({
      rule: network.get("sgr", SecurityGroupRuleId),
      Description,
    }));
    const byPeer = rulesIn(network, group, egress, input.IpPermissions ?? []).map((rule) => ({
      rule: own.find((one) => isSame(one, rule)),
      Description: rule.Description,
    }));
    network.transaction(() => {
      for (const { rule, Description } of [...byId, ...byPeer]) {
        if (!rule) {
          throw new AwsError("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
        }
        const { Description: _, ...rest } = rule;
        network.put("sgr", { ...rest, ...(Description && { Description: checked(Description) }) });
      }
    });
    return { Return: true };
  };

  return {
    AuthorizeSecurityGroupIngress: {
      access: (input) => makes("AuthorizeSecurityGroupIngress", input),
      run: (input) => authorize(false, input),
    },
    AuthorizeSecurityGroupEgress: {
      access: (input) => makes("AuthorizeSecurityGroupEgress", input),
      run: (input) => authorize(true, input),
    },
    RevokeSecurityGroupIngress: {
      access: ({ GroupId }) => needs(network, "RevokeSecurityGroupIngress", GroupId),
      run: (input) => revoke(false, input),
    },
    RevokeSecurityGroupEgress: {
      access: ({ GroupId }) => needs(network, "RevokeSecurityGroupEgress", GroupId),
      run: (input) => revoke(true, input),
    },
    UpdateSecurityGroupRuleDescriptionsIngress: {
      access: ({ GroupId }) => needs(network, "UpdateSecurityGroupRuleDescriptionsIngress", GroupId),
      run: (input) => redescribe(false, input),
    },
    UpdateSecurityGroupRuleDescriptionsEgress: {
      access: ({ GroupId }) => needs(network, "UpdateSecurityGroupRuleDescriptionsEgress", GroupId),
      run: (input) => redescribe(true, input),
    },
    ModifySecurityGroupRules: {
      access: ({ GroupId, SecurityGroupRules = [] }) =>
        needs(
          network,
          "ModifySecurityGroupRules",
          GroupId,
          SecurityGroupRules.map((one) => one.SecurityGroupRuleId),
        ),
      run({ GroupId, SecurityGroupRules }) {
        const group = network.get("sg", GroupId);
        network.transaction(() => {
          for (const { SecurityGroupRuleId, SecurityGroupRule: wanted = {} } of SecurityGroupRules) {
            const { IsEgress, Tags, SecurityGroupRuleArn, GroupOwnerId, ...before } = network.get(
              "sgr",
              SecurityGroupRuleId,
            );
            if (before.GroupId !== GroupId) {
              const message = `The security group rule ID '${SecurityGroupRuleId}' does not exist in '${GroupId}'`;
              throw new AwsError("InvalidSecurityGroupRuleId.NotFound", message);
            }
            const rule = ruleIn(network, group, IsEgress, wanted);
            const id = before.SecurityGroupRuleId;
            network.put("sgr", { ...rule, SecurityGroupRuleId: id, SecurityGroupRuleArn, GroupOwnerId, Tags });
          }
        });
        return { Return: true };
      },
    },
    DescribeSecurityGroupRules: {
      access: () => needs(network, "DescribeSecurityGroupRules"),
      run(input) {
        const { items, ...rest } = describe(network, "sgr", input, input.SecurityGroupRuleIds, {
          "group-id": ({ GroupId }) => GroupId,
          "security-group-rule-id": ({ SecurityGroupRuleId }) => SecurityGroupRuleId,
        });
        return { SecurityGroupRules: items, ...rest };
      },
    },
  };

  function makes(action: string, input: Given & Parameters<Network["make"]>[1]) {
    const [first, ...tagging] = needsToMake(network, "sgr", action, input);
    // The group is always a resource of it; its rules are where they are tagged.
    return [...needs(network, action, input.GroupId), ...(tagging.length > 0 ? [first!, ...tagging] : [])];
  }
}

/** @throws AwsError where a request has both, or neither. */
function permissionsIn({ IpPermissions, ...input }: Given): IpPermission[] {
  const { IpProtocol, FromPort, ToPort, CidrIp, SourceSecurityGroupName: GroupName } = input;
  if (IpPermissions?.length) {
    if (IpProtocol === undefined && CidrIp === undefined) return IpPermissions;
    const message = "The parameter ipPermissions may not be used with ipProtocol, cidrIp, fromPort, toPort";
    throw new AwsError("InvalidParameterCombination", message);
  }
  if (IpProtocol === undefined && GroupName === undefined) {
    throw new AwsError("MissingParameter", "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.");
  }
  // A source group by name alone means every protocol.
  const limits = { IpProtocol: IpProtocol ?? "-1", FromPort, ToPort };
  return [
    {
      ...limits,
      ...(CidrIp !== undefined && { IpRanges: [{ CidrIp }] }),
      ...(GroupName !== undefined && { UserIdGroupPairs: [{ GroupName }] }),
    },
  ];
}

/** @throws AwsError unless it names one peer. */
function ruleIn(network: Network, group: Items["sg"], IsEgress: boolean, wanted: SecurityGroupRuleRequest): Rule {
  const { CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupId, Description } = wanted;
  const given = [CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupId].filter((one) => one !== undefined);
  if (given.length !== 1) {
    const message = `Exactly one of CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupId must be given; it is ${given.length}`;
    throw new AwsError("InvalidParameterCombination", message);
  }
  return {
    GroupId: group.GroupId,
    IsEgress,
    ...limitsOf(wanted),
    ...(CidrIpv4 !== undefined && { CidrIpv4: canonical(CidrIpv4, "cidrIpv4") }),
    ...(CidrIpv6 !== undefined && { CidrIpv6: canonical(CidrIpv6, "cidrIpv6") }),
    ...(PrefixListId !== undefined && { PrefixListId: network.get("pl", PrefixListId).PrefixListId }),
    ...(ReferencedGroupId !== undefined && { ReferencedGroupInfo: reference(network, group, ReferencedGroupId) }),
    ...(Description && { Description: checked(Description) }),
  };
}
