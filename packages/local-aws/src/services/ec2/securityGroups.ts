/** Security groups. Their rules are resources of their own: see `securityGroupRules.ts`. */
import type { IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs, needsToMake } from "./access.ts";
import { describe } from "./describe.ts";
import type { Items } from "./kinds.ts";
import type { Network } from "./network.ts";
import { addRule, permissions, rulesOf } from "./rules.ts";

export function securityGroupOperations(network: Network): Operations<"ec2"> {
  const shown = (group: Items["sg"]): SecurityGroup => ({
    ...group,
    IpPermissions: permissions(rulesOf(network, group.GroupId, false)),
    IpPermissionsEgress: permissions(rulesOf(network, group.GroupId, true)),
  });
  const ingress = (group: Items["sg"], read: (one: IpPermission) => unknown) =>
    permissions(rulesOf(network, group.GroupId, false))
      .map(read)
      .flat(2);
  const egress = (group: Items["sg"], read: (one: IpPermission) => unknown) =>
    permissions(rulesOf(network, group.GroupId, true))
      .map(read)
      .flat(2);
  const ofRules = Object.fromEntries(
    Object.entries<(one: IpPermission) => unknown>({
      cidr: ({ IpRanges = [] }) => IpRanges.map(({ CidrIp }) => CidrIp),
      "from-port": ({ FromPort }) => FromPort,
      "group-id": ({ UserIdGroupPairs = [] }) => UserIdGroupPairs.map(({ GroupId }) => GroupId),
      "ipv6-cidr": ({ Ipv6Ranges = [] }) => Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6),
      "prefix-list-id": ({ PrefixListIds = [] }) => PrefixListIds.map(({ PrefixListId }) => PrefixListId),
      protocol: ({ IpProtocol }) => IpProtocol,
      "to-port": ({ ToPort }) => ToPort,
      "user-id": ({ UserIdGroupPairs = [] }) => UserIdGroupPairs.map(({ UserId }) => UserId),
    }).flatMap(([name, read]) => [
      [`ip-permission.${name}`, (group: Items["sg"]) => ingress(group, read)],
      [`egress.ip-permission.${name}`, (group: Items["sg"]) => egress(group, read)],
    ]),
  );

  return {
    CreateSecurityGroup: {
      access: (input) => needsToMake(network, "sg", "CreateSecurityGroup", input, input.VpcId),
      run(input) {
        const { GroupName, Description } = input;
        const VpcId = input.VpcId ?? network.list("vpc").find(({ IsDefault }) => IsDefault)?.VpcId;
        if (VpcId === undefined) {
          throw new AwsError("VPCIdNotSpecified", "No default VPC for this user");
        }
        network.get("vpc", VpcId);
        checkName("groupName", GroupName);
        checkName("groupDescription", Description);
        if (GroupName.startsWith("sg-")) {
          throw new AwsError("InvalidParameterValue", "Group names may not be in the format sg-*");
        }
        if (GroupName === "default") {
          throw new AwsError("InvalidParameterValue", "Cannot use reserved security group name: default");
        }
        if (network.list("sg").some((one) => one.VpcId === VpcId && one.GroupName === GroupName)) {
          const message = `The security group '${GroupName}' already exists for VPC '${VpcId}'`;
          throw new AwsError("InvalidGroup.Duplicate", message);
        }
        const group = network.make("sg", input, (GroupId, Tags) => {
          addRule(network, {
            GroupId,
            IsEgress: true,
            IpProtocol: "-1",
            FromPort: -1,
            ToPort: -1,
            CidrIpv4: "0.0.0.0/0",
          });
          const SecurityGroupArn = network.arn("sg", GroupId);
          return { GroupId, GroupName, Description, VpcId, OwnerId: network.accountId, SecurityGroupArn, Tags };
        });
        const { GroupId, SecurityGroupArn, Tags } = group;
        return { GroupId, SecurityGroupArn, Tags };
      },
    },
    DescribeSecurityGroups: {
      access: () => needs(network, "DescribeSecurityGroups"),
      run({ GroupNames = [], GroupIds = [], ...input }) {
        const named = GroupNames.map((name) => byName(network, name).GroupId);
        const { items, ...rest } = describe(network, "sg", input, [...GroupIds, ...named], {
          ...ofRules,
          description: ({ Description }) => Description,
          "group-id": ({ GroupId }) => GroupId,
          "group-name": ({ GroupName }) => GroupName,
          "owner-id": ({ OwnerId }) => OwnerId,
          "vpc-id": ({ VpcId }) => VpcId,
        });
        return { SecurityGroups: items.map(shown), ...rest };
      },
    },
    DeleteSecurityGroup: {
      access: ({ GroupId, GroupName }) =>
        needs(network, "DeleteSecurityGroup", GroupId ?? (GroupName && findByName(network, GroupName)?.GroupId)),
      run({ GroupId: id, GroupName: name }) {
        const { GroupId, GroupName } = id === undefined && name ? byName(network, name) : network.get("sg", id);
        if (GroupName === "default") {
          const message = `the specified group: "${GroupId}" name: "default" cannot be deleted by a user`;
          throw new AwsError("CannotDelete", message);
        }
        const isUsed = network.list("eni").some(({ Groups }) => Groups.some((one) => one.GroupId === GroupId));
        const isNamed = network
          .list("sgr")
          .some((rule) => rule.GroupId !== GroupId && rule.ReferencedGroupInfo?.GroupId === GroupId);
        if (isUsed || isNamed) {
          throw new AwsError("DependencyViolation", `resource ${GroupId} has a dependent object`);
        }
        network.transaction(() => {
          for (const rule of network.list("sgr"))
            if (rule.GroupId === GroupId) network.delete(rule.SecurityGroupRuleId);
          network.delete(GroupId);
        });
        return { Return: true, GroupId };
      },
    },
    GetSecurityGroupsForVpc: {
      access: ({ VpcId }) => needs(network, "GetSecurityGroupsForVpc", VpcId),
      run({ VpcId, ...input }) {
        network.get("vpc", VpcId);
        const Filters = [...(input.Filters ?? []), { Name: "primary-vpc-id", Values: [VpcId] }];
        const { items, ...rest } = describe(network, "sg", { ...input, Filters }, undefined, {
          description: ({ Description }) => Description,
          "group-id": ({ GroupId }) => GroupId,
          "group-name": ({ GroupName }) => GroupName,
          "owner-id": ({ OwnerId }) => OwnerId,
          "primary-vpc-id": (group) => group.VpcId,
        });
        const SecurityGroupForVpcs = items.map(({ VpcId: PrimaryVpcId, ...group }) => ({ ...group, PrimaryVpcId }));
        return { SecurityGroupForVpcs, ...rest };
      },
    },
  };
}

/** Groups are named in the default VPC alone. */
const findByName = (network: Network, name: string): Items["sg"] | undefined =>
  network.list("sg").find((one) => one.GroupName === name && network.find("vpc", one.VpcId)?.IsDefault);

/** @throws AwsError */
export function byName(network: Network, name: string): Items["sg"] {
  const found = findByName(network, name);
  if (found) return found;
  throw new AwsError("InvalidGroup.NotFound", `The security group '${name}' does not exist in default VPC`);
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html */
function checkName(parameter: string, text: string): void {
  if (/^[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/.test(text)) return;
  const message = `Value (${text}) for parameter ${parameter} is invalid. Character sets beyond ASCII are not supported, and it must have 1 to 255 of a-z, A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{}!$*`;
  throw new AwsError("InvalidParameterValue", message);
}
