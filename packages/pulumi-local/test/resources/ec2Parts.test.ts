import assert from "node:assert/strict";
import { EC2 } from "@aws-sdk/client-ec2";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { Properties } from "../../src/engine/provider.ts";
import { createRegistry } from "../../src/resources/index.ts";
import { TestResource } from "../../testing/resource.ts";
import { missingOutputs } from "./support/outputs.ts";

describe("parts of a network", () => {
  let test: TestCloud;
  let ec2: EC2;
  /** What is made, in the order in which it is deleted. */
  const made: TestResource[] = [];
  before(async () => {
    test = await startCloud({ region: "eu-west-1" });
    ec2 = test.client(EC2, { config: { region: "eu-west-1" } });
  });
  after(() => test.stop());

  /** With all outputs that the provider declares. */
  async function make(name: string, inputs: Properties, module = "ec2"): Promise<TestResource> {
    const type = `aws:${module}/${name[0]!.toLowerCase()}${name.slice(1)}:${name}`;
    const resource = new TestResource(test.cloud, type);
    const outputs = await resource.create(inputs);
    // An address that nothing uses has no name inside.
    assert.deepEqual(missingOutputs(type, outputs), name === "Eip" ? ["privateDns"] : [], type);
    made.unshift(resource);
    return resource;
  }

  it("are found by EC2 as they are made, and gone in the reverse order", async () => {
    const vpc = await make("Vpc", {
      cidrBlock: "10.0.0.0/16",
      enableDnsHostnames: true,
      assignGeneratedIpv6CidrBlock: true,
    });
    const vpcId = vpc.id;
    const subnet = await make("Subnet", { vpcId, cidrBlock: "10.0.1.0/24" });
    const gateway = await make("InternetGateway", { vpcId });
    const egress = await make("EgressOnlyInternetGateway", { vpcId });
    const address = await make("Eip", { domain: "vpc" });
    assert.match(String(address.outputs.publicDns), /^ec2-[\d-]+\.eu-west-1\.compute\.amazonaws\.com$/);
    const nat = await make("NatGateway", { subnetId: subnet.id, allocationId: address.id });
    assert.equal(nat.outputs.publicIp, address.outputs.publicIp);

    const table = await make("RouteTable", { vpcId, routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: gateway.id }] });
    const other = await make("RouteTable", { vpcId });
    const changed = await table.update({ vpcId, routes: [{ cidrBlock: "0.0.0.0/0", natGatewayId: nat.id }] });
    assert.deepEqual(
      (changed.routes as Properties[]).map((one) => [one.natGatewayId, one.gatewayId]),
      [[nat.id, ""]],
    );
    const out = { routeTableId: other.id, destinationIpv6CidrBlock: "::/0" };
    const route = await make("Route", { ...out, egressOnlyGatewayId: egress.id });
    assert.match(route.id, new RegExp(`^r-${other.id}\\d+$`));
    assert.equal((await route.update({ ...out, gatewayId: gateway.id })).gatewayId, gateway.id);
    assert.deepEqual((await route.diff({ ...out, destinationIpv6CidrBlock: "2001:db8::/32" })).replaces, [
      "destinationIpv6CidrBlock",
    ]);
    await make("RouteTableAssociation", { routeTableId: table.id, subnetId: subnet.id });
    const main = await make("MainRouteTableAssociation", { vpcId, routeTableId: other.id });
    assert.equal(main.outputs.originalRouteTableId, vpc.outputs.mainRouteTableId);

    const way = { vpcId, serviceName: "com.amazonaws.eu-west-1.s3" };
    const s3 = await make("VpcEndpoint", { ...way, routeTableIds: [table.id] });
    assert.match(String(s3.outputs.prefixListId), /^pl-/);
    assert.deepEqual((await s3.update({ ...way, routeTableIds: [other.id] })).routeTableIds, [other.id]);
    const group = await make("SecurityGroup", { vpcId });
    const logs = new TestResource(test.cloud, "aws:ec2/vpcEndpoint:VpcEndpoint");
    const private_ = { vpcId, serviceName: "com.amazonaws.eu-west-1.logs", vpcEndpointType: "Interface" };
    const endpoint = await logs.create({ ...private_, subnetIds: [subnet.id], securityGroupIds: [group.id] });
    made.unshift(logs);
    assert.deepEqual([endpoint.privateDnsEnabled, (endpoint.dnsEntries as object[]).length], [false, 2]);
    const [place] = endpoint.subnetConfigurations as Properties[];
    assert.equal(place?.subnetId, subnet.id);
    assert.match(String(place?.ipv4), /^10\.0\.1\./);

    const rules = { ruleNo: 100, action: "allow", protocol: "tcp", cidrBlock: "10.0.0.0/16", fromPort: 0 };
    const acl = await make("NetworkAcl", { vpcId, subnetIds: [subnet.id], ingress: [{ ...rules, toPort: 1024 }] });
    const wider = await acl.update({ vpcId, subnetIds: [], ingress: [{ ...rules, toPort: 65535 }] });
    assert.deepEqual([wider.subnetIds, (wider.ingress as Properties[])[0]?.toPort], [[], 65535]);
    await make("NetworkAclRule", {
      ...{ networkAclId: acl.id, ruleNumber: 200, egress: true, protocol: "tcp", ruleAction: "deny" },
      ...{ cidrBlock: "0.0.0.0/0", fromPort: 22, toPort: 22 },
    });
    await make("DefaultSecurityGroup", { vpcId });
    const { SecurityGroups } = await ec2.describeSecurityGroups({ GroupIds: [made[0]!.id] });
    assert.deepEqual(
      SecurityGroups?.map((one) => [one.IpPermissions, one.IpPermissionsEgress]),
      [[[], []]],
    );

    const card = await make("NetworkInterface", { subnetId: subnet.id, securityGroups: [group.id] });
    assert.equal((await card.update({ subnetId: subnet.id, description: "Mine" })).description, "Mine");
    const options = await make("VpcDhcpOptions", {
      domainName: "example.com",
      domainNameServers: ["AmazonProvidedDNS"],
    });
    const joined = await make("VpcDhcpOptionsAssociation", { vpcId, dhcpOptionsId: options.id });
    assert.equal(joined.id, `${options.id}-${vpcId}`);
    await make("VpcIpv4CidrBlockAssociation", { vpcId, cidrBlock: "10.1.0.0/16" });
    const list = { addressFamily: "IPv4", maxEntries: 2, entries: [{ cidr: "10.0.0.0/8", description: "Inside" }] };
    const prefixes = await make("ManagedPrefixList", list);
    const more = await prefixes.update({ ...list, maxEntries: 3, entries: [{ cidr: "10.0.0.0/9" }] });
    assert.deepEqual([more.version, more.maxEntries, more.entries], [2, 3, [{ cidr: "10.0.0.0/9", description: "" }]]);

    for (const resource of made) {
      const { type } = resource.context;
      assert.ok(await resource.read(), `${type} is not found`);
      await resource.delete();
      if (type.includes("DefaultSecurityGroup") || type.includes("MainRouteTable")) continue;
      assert.equal(await resource.read().catch(() => undefined), undefined, `${type} is still there`);
    }
    assert.deepEqual(await ec2.describeVpcs({ VpcIds: [vpcId] }).catch(({ name }) => name), "InvalidVpcID.NotFound");
  });

  const ask = (name: string, args: Properties): Promise<Properties> => {
    const invoke = createRegistry(test.cloud).invokes.get(`aws:${name}:${name.split("/")[1]}`)!;
    const provider = { region: "eu-west-1", defaultTags: {}, config: {} };
    return invoke(args, { provider, signal: new AbortController().signal });
  };

  it("are looked up: the region's default network, its zones, AWS's services", async () => {
    const vpc = await ask("ec2/getVpc", { default: true });
    assert.deepEqual([vpc.cidrBlock, vpc.default, vpc.state], ["172.31.0.0/16", true, "available"]);
    const { ids } = await ask("ec2/getSubnets", { filters: [{ name: "vpc-id", values: [vpc.id] }] });
    assert.equal((ids as string[]).length, 3);
    const subnet = await ask("ec2/getSubnet", { vpcId: vpc.id, availabilityZone: "eu-west-1b" });
    assert.deepEqual([subnet.defaultForAz, subnet.availabilityZoneId], [true, "euw1-az2"]);
    await assert.rejects(ask("ec2/getSubnet", { vpcId: vpc.id }), /multiple EC2 Subnets matched; use additional/);
    await assert.rejects(ask("ec2/getVpc", { tags: { a: "b" } }), /no matching EC2 VPC found/);
    assert.deepEqual((await ask("index/getAvailabilityZones", { state: "available" })).names, [
      "eu-west-1a",
      "eu-west-1b",
      "eu-west-1c",
    ]);
    const token = "aws:index/getAvailabilityZones:getAvailabilityZones";
    const asia = { region: "ap-southeast-2", defaultTags: {}, config: {} };
    const there = { provider: asia, signal: new AbortController().signal };
    const zones = await createRegistry(test.cloud).invokes.get(token)!({ excludeNames: ["ap-southeast-2a"] }, there);
    assert.deepEqual(zones.zoneIds, ["apse2-az2", "apse2-az3"]);
    assert.equal((await ask("index/getAvailabilityZone", { name: "eu-west-1c" })).nameSuffix, "c");
    assert.equal((await ask("ec2/getSecurityGroup", { name: "default", vpcId: vpc.id })).vpcId, vpc.id);
    const groups = await ask("ec2/getSecurityGroups", { filters: [{ name: "vpc-id", values: [vpc.id] }] });
    assert.deepEqual([(groups.ids as string[]).length, groups.vpcIds], [1, [vpc.id]]);
    assert.deepEqual((await ask("ec2/getVpcs", { filters: [{ name: "is-default", values: ["true"] }] })).ids, [vpc.id]);
    const table = await ask("ec2/getRouteTable", { vpcId: vpc.id });
    assert.match(String((table.routes as Properties[])[0]?.gatewayId), /^igw-/);
    const gateway = { filters: [{ name: "attachment.vpc-id", values: [vpc.id] }] };
    assert.equal((await ask("ec2/getInternetGateway", gateway)).ownerId, "000000000000");
    assert.match(String((await ask("ec2/getPrefixList", { name: "com.amazonaws.eu-west-1.s3" })).id), /^pl-/);
    const logs = await ask("ec2/getVpcEndpointService", { service: "logs", serviceType: "Interface" });
    assert.equal(logs.serviceName, "com.amazonaws.eu-west-1.logs");
  });
});
