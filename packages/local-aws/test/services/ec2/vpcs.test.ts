import assert from "node:assert/strict";
import { EC2 } from "@aws-sdk/client-ec2";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { aws } from "../../support/awsCli.ts";
import { refuses } from "../../support/refuses.ts";

describe("EC2's VPCs", () => {
  let test: TestCloud;
  let ec2: EC2;
  before(async () => {
    test = await startCloud();
    ec2 = test.client(EC2);
  });
  after(() => test.stop());

  const vpc = async (CidrBlock = "10.0.0.0/16") => {
    const { Vpc } = await ec2.createVpc({ CidrBlock });
    return Vpc!.VpcId!;
  };
  const named = (VpcId: string) => [{ Name: "vpc-id", Values: [VpcId] }];

  it("has three zones and a default VPC in each region", async () => {
    const { AvailabilityZones = [] } = await ec2.describeAvailabilityZones({});
    assert.deepEqual(
      AvailabilityZones.map(({ ZoneName, ZoneId, State }) => [ZoneName, ZoneId, State]),
      ["a", "b", "c"].map((letter, index) => [`us-east-1${letter}`, `use1-az${index + 1}`, "available"]),
    );
    const { Vpcs = [] } = await ec2.describeVpcs({ Filters: [{ Name: "is-default", Values: ["true"] }] });
    const [own] = Vpcs;
    assert.deepEqual([Vpcs.length, own?.CidrBlock, own?.State], [1, "172.31.0.0/16", "available"]);
    const { Subnets = [] } = await ec2.describeSubnets({ Filters: named(own!.VpcId!) });
    assert.deepEqual(Subnets.map(({ CidrBlock, DefaultForAz }) => [CidrBlock, DefaultForAz]).sort(), [
      ["172.31.0.0/20", true],
      ["172.31.16.0/20", true],
      ["172.31.32.0/20", true],
    ]);
    assert.ok(Subnets.every(({ AvailableIpAddressCount }) => AvailableIpAddressCount === 4091));
    const [table] = (await ec2.describeRouteTables({ Filters: named(own!.VpcId!) })).RouteTables ?? [];
    assert.deepEqual(
      table?.Routes?.map(({ DestinationCidrBlock, GatewayId = "" }) => [DestinationCidrBlock, GatewayId.slice(0, 4)]),
      [
        ["172.31.0.0/16", "loca"],
        ["0.0.0.0/0", "igw-"],
      ],
    );
    await refuses(ec2.createDefaultVpc({}), "DefaultVpcAlreadyExists", /already exists .*: vpc-/, 400);
    const elsewhere = test.client(EC2, { config: { region: "eu-west-1" } });
    const there = await elsewhere.describeVpcs({});
    assert.equal(there.Vpcs?.length, 1);
    assert.notEqual(there.Vpcs?.[0]?.VpcId, own?.VpcId);
  });

  it("makes a VPC with what each has, and deletes it with that", async () => {
    const made = await ec2.createVpc({
      CidrBlock: "10.1.2.3/16",
      AmazonProvidedIpv6CidrBlock: true,
      TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "Name", Value: "one" }] }],
    });
    const { VpcId = "" } = made.Vpc ?? {};
    assert.match(VpcId, /^vpc-0[0-9a-f]{16}$/);
    assert.equal(made.Vpc?.State, "pending");
    const { Vpcs: [found] = [] } = await ec2.describeVpcs({ VpcIds: [VpcId] });
    assert.deepEqual(
      [found?.CidrBlock, found?.State, found?.IsDefault, found?.OwnerId, found?.InstanceTenancy, found?.Tags],
      ["10.1.0.0/16", "available", false, "000000000000", "default", [{ Key: "Name", Value: "one" }]],
    );
    assert.match(found?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? "", /^2001:db8:.*\/56$/);
    const Filters = named(VpcId);
    const [tables, acls, groups] = await Promise.all([
      ec2.describeRouteTables({ Filters: [...Filters, { Name: "association.main", Values: ["true"] }] }),
      ec2.describeNetworkAcls({ Filters: [...Filters, { Name: "default", Values: ["true"] }] }),
      ec2.describeSecurityGroups({ Filters: [...Filters, { Name: "group-name", Values: ["default"] }] }),
    ]);
    assert.equal(tables.RouteTables?.length, 1);
    assert.deepEqual(
      acls.NetworkAcls?.[0]?.Entries?.map(({ Egress, RuleNumber, RuleAction }) => [Egress, RuleNumber, RuleAction]),
      [
        [true, 100, "allow"],
        [true, 32767, "deny"],
        [false, 100, "allow"],
        [false, 32767, "deny"],
      ],
    );
    const [group] = groups.SecurityGroups ?? [];
    assert.equal(group?.IpPermissions?.[0]?.UserIdGroupPairs?.[0]?.GroupId, group?.GroupId);
    assert.equal(group?.IpPermissionsEgress?.[0]?.IpRanges?.[0]?.CidrIp, "0.0.0.0/0");
    const { Subnet } = await ec2.createSubnet({ VpcId, CidrBlock: "10.1.1.0/24" });
    await refuses(ec2.deleteVpc({ VpcId }), "DependencyViolation", /The vpc 'vpc-.*' has dependencies/, 400);
    await ec2.deleteSubnet({ SubnetId: Subnet?.SubnetId });
    await ec2.deleteVpc({ VpcId });
    const gone = new RegExp(`The vpc ID '${VpcId}' does not exist`);
    await refuses(ec2.describeVpcs({ VpcIds: [VpcId] }), "InvalidVpcID.NotFound", gone, 400);
    assert.deepEqual((await ec2.describeSecurityGroups({ Filters })).SecurityGroups, []);
  });

  it("keeps attributes, further blocks and DHCP options", async () => {
    const VpcId = await vpc();
    const hostnames = async () =>
      (await ec2.describeVpcAttribute({ VpcId, Attribute: "enableDnsHostnames" })).EnableDnsHostnames?.Value;
    assert.equal(await hostnames(), false);
    await ec2.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
    assert.equal(await hostnames(), true);
    const both = { VpcId, EnableDnsHostnames: { Value: true }, EnableDnsSupport: { Value: true } };
    await refuses(ec2.modifyVpcAttribute(both), "InvalidParameterCombination", /one attribute/, 400);

    const { CidrBlockAssociation } = await ec2.associateVpcCidrBlock({ VpcId, CidrBlock: "10.9.0.0/16" });
    const { AssociationId } = CidrBlockAssociation!;
    const overlapping = ec2.associateVpcCidrBlock({ VpcId, CidrBlock: "10.9.1.0/24" });
    await refuses(overlapping, "InvalidVpc.Range", /10\.9\.1\.0\/24.* overlaps/, 400);
    const { Subnet } = await ec2.createSubnet({ VpcId, CidrBlock: "10.9.1.0/24" });
    const used = ec2.disassociateVpcCidrBlock({ AssociationId });
    await refuses(used, "InvalidCidrBlock.InUse", /subnet within CIDR block 10\.9\.0\.0\/16/, 400);
    await ec2.deleteSubnet({ SubnetId: Subnet?.SubnetId });
    await ec2.disassociateVpcCidrBlock({ AssociationId });

    const { DhcpOptions } = await ec2.createDhcpOptions({
      DhcpConfigurations: [{ Key: "domain-name", Values: ["example.com"] }],
    });
    const { DhcpOptionsId } = DhcpOptions!;
    await ec2.associateDhcpOptions({ VpcId, DhcpOptionsId });
    assert.equal((await ec2.describeVpcs({ VpcIds: [VpcId] })).Vpcs?.[0]?.DhcpOptionsId, DhcpOptionsId);
    await refuses(ec2.deleteDhcpOptions({ DhcpOptionsId }), "DependencyViolation", /has dependencies/, 400);
    await ec2.associateDhcpOptions({ VpcId, DhcpOptionsId: "default" });
    await ec2.deleteDhcpOptions({ DhcpOptionsId });
  });

  it("refuses what is no block, no id, no filter, no page, and a missing member", async () => {
    const VpcId = await vpc();
    const refused: [Promise<unknown>, code: string, message: RegExp][] = [
      [ec2.createVpc({ CidrBlock: "10.0.0.0/8" }), "InvalidVpc.Range", /The CIDR '10\.0\.0\.0\/8' is invalid/],
      [
        ec2.createVpc({ CidrBlock: "ten" }),
        "InvalidParameterValue",
        /Value \(ten\) for parameter cidrBlock is invalid/,
      ],
      [ec2.deleteVpc({ VpcId: "vpc" }), "InvalidVpcID.Malformed", /Invalid id: "vpc" \(expecting "vpc-\.\.\."\)/],
      [ec2.deleteVpc({ VpcId: "vpc-0" }), "InvalidVpcID.NotFound", /The vpc ID 'vpc-0' does not exist/],
      [ec2.deleteVpc({} as never), "MissingParameter", /The request must contain the parameter VpcId/],
      [
        ec2.describeVpcs({ Filters: [{ Name: "x", Values: ["y"] }] }),
        "InvalidParameterValue",
        /The filter 'x' is invalid/,
      ],
      [ec2.describeVpcs({ MaxResults: 2 }), "InvalidParameterValue", /Value \( 2 \) for parameter maxResults/],
      [ec2.describeVpcs({ NextToken: "x" }), "InvalidParameterValue", /pagination token/],
      [ec2.createSubnet({ VpcId, CidrBlock: "10.1.0.0/24" }), "InvalidSubnet.Range", /The CIDR '10\.1\.0\.0\/24'/],
      [
        ec2.createSubnet({ VpcId, CidrBlock: "10.0.0.0/24", AvailabilityZone: "us-east-1z" }),
        "InvalidParameterValue",
        /us-east-1z.* us-east-1a, us-east-1b, us-east-1c/,
      ],
    ];
    for (const [work, code, message] of refused) await refuses(work, code, message, 400);
    await ec2.createSubnet({ VpcId, CidrBlock: "10.0.0.0/24" });
    const conflict = ec2.createSubnet({ VpcId, CidrBlock: "10.0.0.128/25" });
    await refuses(conflict, "InvalidSubnet.Conflict", /conflicts with another subnet/, 400);
  });

  it("filters by tags and wildcards, and lists in pages", async () => {
    const VpcId = await vpc();
    for (const number of [1, 2, 3, 4, 5, 6]) {
      await ec2.createSubnet({
        VpcId,
        CidrBlock: `10.0.${number}.0/24`,
        TagSpecifications: [{ ResourceType: "subnet", Tags: [{ Key: "number", Value: `n${number}` }] }],
      });
    }
    const count = async (...Filters: { Name: string; Values: string[] }[]) =>
      (await ec2.describeSubnets({ Filters: [...named(VpcId), ...Filters] })).Subnets?.length;
    assert.equal(await count({ Name: "tag:number", Values: ["n1", "n2"] }), 2);
    assert.equal(await count({ Name: "tag:number", Values: ["n?"] }), 6);
    assert.equal(await count({ Name: "tag-key", Values: ["num*"] }), 6);
    assert.equal(await count({ Name: "tag:other", Values: ["*"] }), 0);
    assert.equal(await count({ Name: "cidr-block", Values: ["10.0.6.0/24"] }), 1);
    const first = await ec2.describeSubnets({ Filters: named(VpcId), MaxResults: 5 });
    const second = await ec2.describeSubnets({ Filters: named(VpcId), MaxResults: 5, NextToken: first.NextToken });
    assert.deepEqual([first.Subnets?.length, second.Subnets?.length, second.NextToken], [5, 1, undefined]);
    const { Subnets: [subnet] = [] } = second;
    const Resources = [subnet!.SubnetId!, VpcId];
    await ec2.createTags({ Resources, Tags: [{ Key: "a", Value: "1" }, { Key: "b" }] });
    const tags = async () =>
      (await ec2.describeTags({ Filters: [{ Name: "resource-id", Values: [VpcId] }] })).Tags?.map(
        ({ Key, Value, ResourceType }) => [Key, Value, ResourceType],
      );
    assert.deepEqual(await tags(), [
      ["a", "1", "vpc"],
      ["b", "", "vpc"],
    ]);
    await ec2.deleteTags({ Resources, Tags: [{ Key: "a", Value: "2" }, { Key: "b" }] });
    assert.deepEqual(await tags(), [["a", "1", "vpc"]]);
    const reserved = ec2.createTags({ Resources, Tags: [{ Key: "aws:x", Value: "1" }] });
    await refuses(reserved, "InvalidParameterValue", /reserved/, 400);
  });

  it("is what IAM allows, by resource, tag and region; a dry run says whether it would be", async () => {
    const VpcId = await vpc();
    const arn = (rest: string) => `arn:aws:ec2:us-east-1:000000000000:${rest}`;
    const { credentials } = await test.mintRole([
      { Effect: "Allow", Action: "ec2:CreateSubnet", Resource: [arn(`vpc/${VpcId}`), arn("subnet/*")] },
      {
        Effect: "Allow",
        Action: "ec2:CreateTags",
        Resource: arn("subnet/*"),
        Condition: { StringEquals: { "ec2:CreateAction": "CreateSubnet", "aws:RequestTag/team": "a" } },
      },
      {
        Effect: "Allow",
        Action: "ec2:DeleteSubnet",
        Resource: "*",
        Condition: { StringEquals: { "ec2:ResourceTag/team": "a" }, ArnEquals: { "ec2:Vpc": arn(`vpc/${VpcId}`) } },
      },
      {
        Effect: "Allow",
        Action: "ec2:Describe*",
        Resource: "*",
        Condition: { StringEquals: { "ec2:Region": "us-east-1" } },
      },
    ]);
    const own = test.client(EC2, { credentials });
    const tagged = (team: string) => [{ ResourceType: "subnet" as const, Tags: [{ Key: "team", Value: team }] }];
    const create = (CidrBlock: string, team?: string) =>
      own.createSubnet({ VpcId, CidrBlock, ...(team && { TagSpecifications: tagged(team) }) });
    const { Subnet: first } = await create("10.0.0.0/24", "a");
    const { Subnet: second } = await create("10.0.1.0/24");
    const denied = /not authorized to perform this operation.*ec2:CreateTags on resource: arn:aws:ec2.*subnet\/\*/;
    await refuses(create("10.0.2.0/24", "b"), "UnauthorizedOperation", denied, 403);
    await refuses(
      own.createSubnet({ VpcId: await vpc(), CidrBlock: "10.0.0.0/24" }),
      "UnauthorizedOperation",
      /vpc\//,
      403,
    );
    await own.deleteSubnet({ SubnetId: first?.SubnetId });
    await refuses(own.deleteSubnet({ SubnetId: second?.SubnetId }), "UnauthorizedOperation", /DeleteSubnet/, 403);
    assert.ok((await own.describeSubnets({})).Subnets);
    await refuses(own.describeSubnets({ DryRun: true }), "DryRunOperation", /would have succeeded/, 412);
    await refuses(own.createVpc({ CidrBlock: "10.0.0.0/16", DryRun: true }), "UnauthorizedOperation", /CreateVpc/, 403);
  });

  it("answers the AWS CLI", async function () {
    const tags = "ResourceType=vpc,Tags=[{Key=Name,Value=cli}]";
    const made = await aws(
      test.origin,
      "ec2",
      "create-vpc",
      "--cidr-block",
      "10.0.0.0/16",
      "--tag-specifications",
      tags,
    );
    if (made === undefined) return this.skip();
    const { Vpc } = made as { Vpc: { VpcId: string } };
    const query = ["--vpc-ids", Vpc.VpcId, "--query", "Vpcs[].Tags[]"];
    const filters = ["--filters", "Name=tag:Name,Values=cli", "Name=state,Values=available"];
    assert.deepEqual(await aws(test.origin, "ec2", "describe-vpcs", ...query, ...filters), [
      { Key: "Name", Value: "cli" },
    ]);
    const unknown = aws(test.origin, "ec2", "describe-subnets", "--subnet-ids", "subnet-0");
    await assert.rejects(unknown, /InvalidSubnetID\.NotFound.*The subnet ID 'subnet-0' does not exist/);
  });
});
