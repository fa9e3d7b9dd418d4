import assert from "node:assert/strict";
import { EC2 } from "@aws-sdk/client-ec2";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { refuses } from "../../support/refuses.ts";

describe("EC2's security groups, network ACLs and prefix lists", () => {
  let test: TestCloud;
  let ec2: EC2;
  let VpcId: string;
  before(async () => {
    test = await startCloud();
    ec2 = test.client(EC2);
    VpcId = (await ec2.createVpc({ CidrBlock: "10.0.0.0/16" })).Vpc!.VpcId!;
  });
  after(() => test.stop());

  let names = 0;
  const group = async () => {
    const { GroupId } = await ec2.createSecurityGroup({ GroupName: `group ${++names}`, Description: "d", VpcId });
    return GroupId!;
  };
  const shown = async (GroupId: string) =>
    (await ec2.describeSecurityGroups({ GroupIds: [GroupId] })).SecurityGroups![0]!;

  it("keeps rules one by one, and shows them gathered", async () => {
    const [GroupId, other] = [await group(), await group()];
    const { SecurityGroupRules = [] } = await ec2.authorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [
        {
          IpProtocol: "tcp",
          FromPort: 443,
          ToPort: 443,
          IpRanges: [{ CidrIp: "10.0.0.1/16", Description: "Inside" }, { CidrIp: "192.0.2.0/24" }],
          UserIdGroupPairs: [{ GroupId: other }],
        },
        { IpProtocol: "-1", Ipv6Ranges: [{ CidrIpv6: "2001:DB8::/32" }] },
      ],
      TagSpecifications: [{ ResourceType: "security-group-rule", Tags: [{ Key: "a", Value: "1" }] }],
    });
    assert.deepEqual(
      SecurityGroupRules.map(({ CidrIpv4, CidrIpv6, ReferencedGroupInfo, Tags }) => [
        CidrIpv4 ?? CidrIpv6 ?? ReferencedGroupInfo?.GroupId,
        Tags,
      ]),
      ["10.0.0.0/16", "192.0.2.0/24", other, "2001:db8::/32"].map((peer) => [peer, [{ Key: "a", Value: "1" }]]),
    );
    const { IpPermissions = [] } = await shown(GroupId);
    const https = IpPermissions.find(({ IpProtocol }) => IpProtocol === "tcp");
    assert.deepEqual(
      [https?.FromPort, https?.IpRanges?.map(({ CidrIp }) => CidrIp).sort(), https?.UserIdGroupPairs?.[0]?.GroupId],
      [443, ["10.0.0.0/16", "192.0.2.0/24"], other],
    );
    const one = { GroupId, IpProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIp: "10.0.0.0/16" };
    const twice = ec2.authorizeSecurityGroupIngress(one);
    await refuses(twice, "InvalidPermission.Duplicate", /"peer: 10\.0\.0\.0\/16, TCP, from port: 443/, 400);
    await refuses(ec2.deleteSecurityGroup({ GroupId: other }), "DependencyViolation", /has a dependent object/, 400);

    await ec2.updateSecurityGroupRuleDescriptionsIngress({
      GroupId,
      IpPermissions: [
        { IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "10.0.0.0/16", Description: "Within" }] },
      ],
    });
    const [first] = SecurityGroupRules;
    const SecurityGroupRuleId = first!.SecurityGroupRuleId!;
    const rule = async () =>
      (await ec2.describeSecurityGroupRules({ SecurityGroupRuleIds: [SecurityGroupRuleId] })).SecurityGroupRules![0]!;
    assert.equal((await rule()).Description, "Within");
    await ec2.modifySecurityGroupRules({
      GroupId,
      SecurityGroupRules: [
        {
          SecurityGroupRuleId,
          SecurityGroupRule: { IpProtocol: "udp", FromPort: 1, ToPort: 2, CidrIpv4: "10.0.0.0/8" },
        },
      ],
    });
    const { IpProtocol, CidrIpv4, Description } = await rule();
    assert.deepEqual([IpProtocol, CidrIpv4, Description], ["udp", "10.0.0.0/8", undefined]);
    await refuses(ec2.revokeSecurityGroupIngress(one), "InvalidPermission.NotFound", /does not exist/, 400);
    await ec2.revokeSecurityGroupIngress({ GroupId, SecurityGroupRuleIds: [SecurityGroupRuleId] });
    const Filters = [{ Name: "group-id", Values: [GroupId] }];
    assert.equal((await ec2.describeSecurityGroupRules({ Filters })).SecurityGroupRules?.length, 4);
    await ec2.deleteSecurityGroup({ GroupId });
    await ec2.deleteSecurityGroup({ GroupId: other });
    assert.deepEqual((await ec2.describeSecurityGroupRules({ Filters })).SecurityGroupRules, []);
  });

  it("refuses groups and rules that AWS refuses", async () => {
    const GroupId = await group();
    const create = (GroupName: string, Description = "d") => ec2.createSecurityGroup({ GroupName, Description, VpcId });
    const rule = (more: object) => ec2.authorizeSecurityGroupEgress({ GroupId, IpPermissions: [more] });
    const IpRanges = [{ CidrIp: "10.0.0.0/8" }];
    const refused: [Promise<unknown>, code: string, message: RegExp][] = [
      [create(`group ${names}`), "InvalidGroup.Duplicate", /already exists for VPC/],
      [create("sg-mine"), "InvalidParameterValue", /may not be in the format sg-\*/],
      [create("default"), "InvalidParameterValue", /reserved/],
      [create("x", "é"), "InvalidParameterValue", /groupDescription/],
      [rule({ IpProtocol: "tcp", IpRanges }), "InvalidParameterValue", /from and to ports/],
      [rule({ IpProtocol: "tcp", FromPort: 5, ToPort: 4, IpRanges }), "InvalidParameterValue", /port range \(5, 4\)/],
      [rule({ IpProtocol: "nothing", IpRanges }), "InvalidPermission.Malformed", /"nothing"/],
      [rule({ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: "sg-0" }] }), "InvalidGroup.NotFound", /'sg-0'/],
      [rule({ IpProtocol: "-1" }), "MissingParameter", /at least one of IpRanges/],
    ];
    for (const [work, code, message] of refused) await refuses(work, code, message, 400);
    const groups = await ec2.describeSecurityGroups({ Filters: [{ Name: "vpc-id", Values: [VpcId] }] });
    const own = groups.SecurityGroups?.find(({ GroupName }) => GroupName === "default");
    await refuses(ec2.deleteSecurityGroup({ GroupId: own?.GroupId }), "CannotDelete", /by a user/, 400);
  });

  it("numbers the rules of network ACLs, and gives subnets one", async () => {
    const { NetworkAcl } = await ec2.createNetworkAcl({ VpcId });
    const { NetworkAclId } = NetworkAcl!;
    const entry = {
      ...{ NetworkAclId, RuleNumber: 100, Egress: false, Protocol: "6", RuleAction: "allow" as const },
      ...{ CidrBlock: "10.0.0.0/8", PortRange: { From: 80, To: 80 } },
    };
    await ec2.createNetworkAclEntry(entry);
    await refuses(ec2.createNetworkAclEntry(entry), "NetworkAclEntryAlreadyExists", /100 already exists/, 400);
    await ec2.replaceNetworkAclEntry({ ...entry, RuleAction: "deny" });
    const find = async () => (await ec2.describeNetworkAcls({ NetworkAclIds: [NetworkAclId!] })).NetworkAcls![0]!;
    const numbers = async () => (await find()).Entries?.map((one) => [one.Egress, one.RuleNumber, one.RuleAction]);
    const last = [true, false].map((egress) => [egress, 32767, "deny"]);
    assert.deepEqual(await numbers(), [last[0], [false, 100, "deny"], last[1]]);
    const { Subnet } = await ec2.createSubnet({ VpcId, CidrBlock: "10.0.50.0/24" });
    const Filters = [{ Name: "association.subnet-id", Values: [Subnet!.SubnetId!] }];
    const [before] = (await ec2.describeNetworkAcls({ Filters })).NetworkAcls!;
    assert.equal(before?.IsDefault, true);
    const association = before?.Associations?.find(({ SubnetId }) => SubnetId === Subnet?.SubnetId);
    const AssociationId = association?.NetworkAclAssociationId;
    const { NewAssociationId } = await ec2.replaceNetworkAclAssociation({ AssociationId, NetworkAclId });
    assert.equal((await find()).Associations?.[0]?.NetworkAclAssociationId, NewAssociationId);
    await refuses(ec2.deleteNetworkAcl({ NetworkAclId }), "DependencyViolation", /dependencies/, 400);
    await ec2.deleteNetworkAclEntry({ NetworkAclId, RuleNumber: 100, Egress: false });
    const final = ec2.deleteNetworkAclEntry({ NetworkAclId, RuleNumber: 32767, Egress: false });
    await refuses(final, "InvalidNetworkAclEntry.NotFound", /rule number 32767/, 400);
    await ec2.deleteSubnet({ SubnetId: Subnet?.SubnetId });
    await ec2.deleteNetworkAcl({ NetworkAclId });
  });

  it("versions prefix lists", async () => {
    const { PrefixList } = await ec2.createManagedPrefixList({
      ...{ PrefixListName: "mine", MaxEntries: 2, AddressFamily: "IPv4" },
      Entries: [{ Cidr: "10.0.0.0/8", Description: "a" }],
    });
    const { PrefixListId = "" } = PrefixList!;
    const entries = async (TargetVersion?: number) =>
      (await ec2.getManagedPrefixListEntries({ PrefixListId, TargetVersion })).Entries?.map(({ Cidr }) => Cidr);
    const change = (CurrentVersion: number, Cidr: string) =>
      ec2.modifyManagedPrefixList({ PrefixListId, CurrentVersion, AddEntries: [{ Cidr }] });
    await change(1, "192.0.2.0/24");
    assert.deepEqual([await entries(), await entries(1)], [["10.0.0.0/8", "192.0.2.0/24"], ["10.0.0.0/8"]]);
    await refuses(change(1, "203.0.113.0/24"), "PrefixListVersionMismatch", /it is 2, not 1/, 400);
    await refuses(change(2, "203.0.113.0/24"), "PrefixListMaxEntriesExceeded", /3, exceeds the maximum .* 2/, 400);
    await refuses(change(2, "2001:db8::/32"), "InvalidParameterValue", /address family IPv4/, 400);
    await ec2.deleteManagedPrefixList({ PrefixListId });
    const { PrefixLists: [own] = [] } = await ec2.describeManagedPrefixLists({});
    const foreign = ec2.deleteManagedPrefixList({ PrefixListId: own?.PrefixListId });
    await refuses(foreign, "OperationNotPermitted", /managed by AWS/, 400);
  });
});
