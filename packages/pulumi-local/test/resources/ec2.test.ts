import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { ComponentContext, Properties } from "../../src/engine/provider.ts";
import { layOut } from "../../src/resources/ec2/vpc.ts";
import { createRegistry } from "../../src/resources/index.ts";
import { TestResource } from "../../testing/resource.ts";

describe("resources of EC2", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud({ region: "eu-west-1" });
  });
  after(() => test.stop());

  it("are recorded with ids and ARNs of EC2's form, and replaced by what EC2 cannot change", async () => {
    const group = new TestResource(test.cloud, "aws:ec2/securityGroup:SecurityGroup", "web");
    const made = await group.create({ vpcId: "vpc-1", ingress: [], egress: [] });
    assert.match(group.id, /^sg-0[0-9a-f]{16}$/);
    assert.equal(made.arn, `arn:aws:ec2:eu-west-1:000000000000:security-group/${group.id}`);
    assert.match(String(made.name), /^web-[0-9a-f]{7}$/);
    const changed = await group.update({ vpcId: "vpc-1", ingress: [], egress: [{ toPort: 443 }] });
    assert.deepEqual([changed.arn, changed.egress], [made.arn, [{ toPort: 443 }]]);
    assert.deepEqual((await group.diff({ vpcId: "vpc-2" })).replaces, ["vpcId"]);
    assert.deepEqual(await group.failures({ flavour: "mild" }), [
      `flavour: the local cloud does not model aws:ec2/securityGroup:SecurityGroup's property "flavour"`,
    ]);
    await group.delete();
  });

  it("a flow log is of one thing, and has a role where it goes to CloudWatch Logs", async () => {
    const log = new TestResource(test.cloud, "aws:ec2/flowLog:FlowLog", "flow");
    const inputs = { vpcId: "vpc-1", trafficType: "ALL", iamRoleArn: "arn:aws:iam::000000000000:role/flow" };
    const made = await log.create({ ...inputs, logDestination: "arn:aws:logs:eu-west-1:000000000000:log-group:flow" });
    assert.match(log.id, /^fl-0[0-9a-f]{16}$/);
    assert.equal(made.arn, `arn:aws:ec2:eu-west-1:000000000000:vpc-flow-log/${log.id}`);
    assert.deepEqual((await log.diff({ ...inputs, trafficType: "REJECT" })).replaces.sort(), [
      "logDestination",
      "trafficType",
    ]);
    const refused = await log.failures({ subnetId: "subnet-1", vpcId: "vpc-1", trafficType: "SOME" });
    assert.equal(refused.length, 3);
    assert.match(refused.join("\n"), /trafficType: is "SOME".*vpcId: exactly one of.*iamRoleArn: is required/s);
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
