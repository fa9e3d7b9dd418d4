import assert from "node:assert/strict";
import { EC2 } from "@aws-sdk/client-ec2";
import { startCloud, type TestCloud } from "local-aws/testing";
import { type ComponentContext, PartlyMade, type Properties } from "../../src/engine/provider.ts";
import { layOut } from "../../src/resources/ec2/vpc.ts";
import { createRegistry } from "../../src/resources/index.ts";
import { TestResource } from "../../testing/resource.ts";
import { missingOutputs } from "./support/outputs.ts";

describe("resources of EC2", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud({ region: "eu-west-1" });
  });
  after(() => test.stop());

  const client = () => test.client(EC2, { config: { region: "eu-west-1" } });

  it("are EC2's own: other tools find them, as they are after each change", async () => {
    const vpc = new TestResource(test.cloud, "aws:ec2/vpc:Vpc", "net", { owner: "me" });
    const made = await vpc.create({ cidrBlock: "10.7.0.0/16", enableDnsHostnames: true });
    assert.deepEqual(missingOutputs("aws:ec2/vpc:Vpc", made), []);
    assert.equal(made.arn, `arn:aws:ec2:eu-west-1:000000000000:vpc/${vpc.id}`);
    const found = async () => (await client().describeVpcs({ VpcIds: [vpc.id] })).Vpcs![0]!;
    assert.deepEqual((await found()).Tags, [{ Key: "owner", Value: "me" }]);
    const changed = await vpc.update({
      cidrBlock: "10.7.0.0/16",
      tags: { team: "data" },
      assignGeneratedIpv6CidrBlock: true,
    });
    assert.deepEqual(
      (await found()).Tags?.map(({ Key }) => Key),
      ["owner", "team"],
    );
    assert.match(String(changed.ipv6CidrBlock), /::\/56$/);
    assert.equal(changed.mainRouteTableId, made.mainRouteTableId);
    assert.deepEqual((await vpc.diff({ cidrBlock: "10.8.0.0/16" })).replaces, ["cidrBlock"]);
    assert.deepEqual(await vpc.failures({ cidrBlock: "10.7.0.0/16", flavour: "mild" }), [
      `flavour: the local cloud does not model aws:ec2/vpc:Vpc's property "flavour"`,
    ]);
    assert.equal((await vpc.read())?.outputs.cidrBlock, "10.7.0.0/16");

    const subnet = new TestResource(test.cloud, "aws:ec2/subnet:Subnet");
    const place = { vpcId: vpc.id, cidrBlock: "10.7.1.0/24" };
    const first = await subnet.create({ ...place, mapPublicIpOnLaunch: true });
    assert.deepEqual(missingOutputs("aws:ec2/subnet:Subnet", first), []);
    assert.deepEqual([first.availabilityZoneId, first.mapPublicIpOnLaunch], ["euw1-az1", true]);
    assert.equal((await subnet.update(place)).mapPublicIpOnLaunch, false);
    await subnet.delete();
    await vpc.delete();
    assert.equal(await vpc.read(), undefined);
  });

  it("that an earlier release only recorded are made at the next update", async () => {
    const vpc = new TestResource(test.cloud, "aws:ec2/vpc:Vpc");
    const inputs = { cidrBlock: "10.9.0.0/16" };
    Object.assign(vpc, { id: "vpc-0123456789abcdef0", inputs: await vpc.check(inputs), outputs: {} });
    assert.deepEqual(await vpc.diff(inputs), { changes: ["id"], replaces: [] });
    await vpc.update(inputs);
    assert.equal((await client().describeVpcs({ VpcIds: [vpc.id] })).Vpcs?.length, 1);
    assert.deepEqual((await vpc.diff(inputs)).changes, []);
    await vpc.delete();
  });

  it("that fail half-way are kept, and mended by the next run", async () => {
    const gateway = new TestResource(test.cloud, "aws:ec2/internetGateway:InternetGateway");
    const failure = await gateway.create({ vpcId: "vpc-0123456789abcdef0" }).catch((error: unknown) => error);
    assert.ok(failure instanceof PartlyMade);
    assert.match(failure.message, /^InvalidVpcID\.NotFound: The vpc ID 'vpc-0123456789abcdef0' does not exist/);
    await client().deleteInternetGateway({ InternetGatewayId: failure.made.id });
  });

  it("a security group has the rules that it is given, and no others", async () => {
    const group = new TestResource(test.cloud, "aws:ec2/securityGroup:SecurityGroup", "web");
    const https = { protocol: "TCP", fromPort: 443, toPort: 443, cidrBlocks: ["10.0.0.0/8", "10.1.0.0/16"] };
    const made = await group.create({
      ingress: [
        { ...https, description: "in" },
        { ...https, self: true, cidrBlocks: [] },
      ],
    });
    assert.match(String(made.name), /^web-[0-9a-f]{7}$/);
    assert.deepEqual(missingOutputs("aws:ec2/securityGroup:SecurityGroup", made), []);
    const found = async () => (await client().describeSecurityGroups({ GroupIds: [group.id] })).SecurityGroups![0]!;
    const before = await found();
    assert.deepEqual(before.IpPermissionsEgress, []);
    assert.deepEqual(before.IpPermissions?.[0]?.IpRanges?.map((one) => `${one.CidrIp} ${one.Description}`).sort(), [
      "10.0.0.0/8 in",
      "10.1.0.0/16 in",
    ]);
    assert.deepEqual(
      before.IpPermissions?.[0]?.UserIdGroupPairs?.map(({ GroupId }) => GroupId),
      [group.id],
    );
    const changed = await group.update({
      ingress: [],
      egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
    });
    const after = await found();
    assert.deepEqual([after.IpPermissions, after.IpPermissionsEgress?.length], [[], 1]);
    assert.deepEqual((changed.egress as Properties[])[0]?.protocol, "-1");
    assert.deepEqual((await group.diff({ vpcId: "vpc-2" })).replaces, ["vpcId"]);

    const rule = new TestResource(test.cloud, "aws:ec2/securityGroupRule:SecurityGroupRule");
    const one = {
      type: "ingress",
      securityGroupId: group.id,
      protocol: "tcp",
      fromPort: 80,
      toPort: 80,
      cidrBlocks: ["10.0.0.0/8"],
    };
    await rule.create(one);
    assert.match(String(rule.outputs.securityGroupRuleId), /^sgr-/);
    await rule.update({ ...one, description: "plain" });
    assert.equal((await found()).IpPermissions?.[0]?.IpRanges?.[0]?.Description, "plain");
    await rule.delete();
    const own = new TestResource(test.cloud, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    const single = { securityGroupId: group.id, ipProtocol: "tcp", fromPort: 80, toPort: 80 };
    const ruled = await own.create({ ...single, cidrIpv4: "10.0.0.0/8" });
    assert.match(own.id, /^sgr-/);
    assert.deepEqual(missingOutputs("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", ruled), []);
    assert.equal((await own.update({ ...single, toPort: 90, cidrIpv4: "10.0.0.0/8" })).toPort, 90);
    assert.match((await own.failures(single))[0]!, /exactly one of cidrIpv4/);
    await own.delete();
    assert.deepEqual((await found()).IpPermissions, []);
    await group.delete();
    assert.equal(await group.read(), undefined);
  });

  it("a flow log is of one thing, and has a role where it goes to CloudWatch Logs", async () => {
    const log = new TestResource(test.cloud, "aws:ec2/flowLog:FlowLog", "flow");
    const { Vpcs } = await client().describeVpcs({});
    const inputs = { vpcId: Vpcs![0]!.VpcId, trafficType: "ALL", iamRoleArn: "arn:aws:iam::000000000000:role/flow" };
    const made = await log.create({ ...inputs, logDestination: "arn:aws:logs:eu-west-1:000000000000:log-group:flow" });
    assert.equal(made.arn, `arn:aws:ec2:eu-west-1:000000000000:vpc-flow-log/${log.id}`);
    assert.deepEqual(missingOutputs("aws:ec2/flowLog:FlowLog", made), []);
    assert.deepEqual((await log.diff({ ...inputs, trafficType: "REJECT" })).replaces.sort(), [
      "logDestination",
      "trafficType",
    ]);
    const refused = await log.failures({ subnetId: "subnet-1", vpcId: "vpc-1", trafficType: "SOME" });
    assert.equal(refused.length, 3);
    assert.match(refused.join("\n"), /trafficType: is "SOME".*vpcId: exactly one of.*iamRoleArn: is required/s);
    await log.delete();
  });

  let made: { type: string; name: string; inputs: Properties }[];

  /** What the engine does for a component of a package. */
  async function vpc(inputs: Properties): Promise<Properties> {
    made = [];
    const context = {
      name: "net",
      providerOf: () => ({ region: test.cloud.region, defaultTags: {}, config: {} }),
      async resource(type: string, name: string, given: Properties) {
        made.push({ type, name, inputs: given });
        const child = new TestResource(test.cloud, type, name);
        const outputs = await child.create(given);
        const { urn } = child.context;
        return { urn, id: child.id, outputs, reference: { kind: "resource", urn, id: child.id } };
      },
    } as unknown as ComponentContext;
    return createRegistry(test.cloud).components!.get("awsx:ec2:Vpc")!(inputs, context);
  }
  const namesOf = (type: string) => made.filter((one) => one.type === type).map(({ name }) => name);
  const inputsOf = (type: string, name: string) => made.find((one) => one.type === type && one.name === name)!.inputs;

  it("make a VPC of awsx: subnets by zone, ways out, endpoints of AWS's services", async () => {
    const outputs = await vpc({
      numberOfAvailabilityZones: 2,
      natGateways: { strategy: "Single" },
      subnetSpecs: [{ type: "Private" }, { type: "Public", cidrMask: 24 }, { type: "Isolated", name: "deep" }],
      vpcEndpointStrategy: "Auto",
      vpcEndpointSpecs: [{ serviceName: "com.amazonaws.eu-west-1.s3" }],
      tags: { team: "data" },
    });
    const zones = ["net-private-1", "net-public-1", "net-deep-1", "net-private-2", "net-public-2", "net-deep-2"];
    assert.deepEqual(namesOf("aws:ec2/subnet:Subnet"), zones);
    assert.deepEqual(namesOf("aws:ec2/routeTable:RouteTable"), zones);
    assert.deepEqual(namesOf("aws:ec2/natGateway:NatGateway"), ["net-1"]);
    assert.deepEqual(namesOf("aws:ec2/eip:Eip"), ["net-1"]);
    assert.deepEqual(
      namesOf("aws:ec2/route:Route"),
      zones.filter((name) => !name.includes("deep")),
    );
    const subnet = inputsOf("aws:ec2/subnet:Subnet", "net-public-2");
    assert.deepEqual(
      [subnet.availabilityZone, subnet.mapPublicIpOnLaunch, subnet.vpcId, subnet.tags],
      ["eu-west-1b", true, outputs.vpcId, { Name: "net-public-2", team: "data" }],
    );
    const [privateRoute, publicRoute] = ["net-private-2", "net-public-2"].map((name) =>
      inputsOf("aws:ec2/route:Route", name),
    );
    assert.match(String(privateRoute?.natGatewayId), /^nat-/);
    assert.match(String(publicRoute?.gatewayId), /^igw-/);
    const endpoint = inputsOf("aws:ec2/vpcEndpoint:VpcEndpoint", "net-s3");
    assert.equal((endpoint.routeTableIds as string[]).length, zones.length);

    for (const kind of ["public", "private", "isolated"]) {
      const ids = outputs[`${kind}SubnetIds`] as string[];
      assert.equal(ids.length, 2);
      assert.deepEqual(
        (outputs[`${kind}Subnets`] as { kind: string; id: string }[]).map(({ id }) => id),
        ids,
      );
    }
    assert.equal((outputs.routeTables as unknown[]).length, zones.length);
  });

  it("make a VPC of awsx as it is without arguments: three zones, a NAT gateway in each", async () => {
    const outputs = await vpc({});
    assert.equal((outputs.natGateways as unknown[]).length, 3);
    assert.equal((outputs.publicSubnetIds as unknown[]).length, 3);
    assert.equal(inputsOf("aws:ec2/vpc:Vpc", "net").cidrBlock, "10.0.0.0/16");
  });

  it("refuse NAT gateways that have no subnet to be in", async () => {
    await assert.rejects(
      vpc({ subnetSpecs: [{ type: "Private" }] }),
      /natGateways.strategy is OnePerAz; allowed is None/,
    );
    const { natGateways } = await vpc({ subnetSpecs: [{ type: "Private" }], natGateways: { strategy: "None" } });
    assert.deepEqual(natGateways, []);
  });

  it("lay blocks out evenly, or by mask, size and block as they are said", () => {
    assert.deepEqual(layOut("10.0.0.0/16", 2, [{ type: "Private" }, { type: "Public", cidrMask: 24 }]), [
      ["10.0.0.0/18", "10.0.64.0/24"],
      ["10.0.128.0/18", "10.0.192.0/24"],
    ]);
    assert.deepEqual(
      layOut("10.1.0.0/16", 1, [
        { type: "Public", size: 256 },
        { type: "Private", cidrMask: 20 },
      ]),
      [["10.1.0.0/24", "10.1.16.0/20"]],
    );
    assert.deepEqual(layOut("10.0.0.0/16", 1, [{ type: "Public", cidrBlocks: ["10.0.9.0/24"] }]), [["10.0.9.0/24"]]);
    const large = [
      { type: "Private" as const, cidrMask: 17 },
      { type: "Public" as const, cidrMask: 17 },
    ];
    assert.throws(() => layOut("10.0.0.0/16", 2, large), /subnetSpecs do not fit into a zone's \/17 of 10.0.0.0\/16/);
  });
});
