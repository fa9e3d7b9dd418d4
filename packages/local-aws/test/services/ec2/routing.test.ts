import assert from "node:assert/strict";
import { EC2 } from "@aws-sdk/client-ec2";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { refuses } from "../../support/refuses.ts";

describe("EC2's ways out of a VPC", () => {
  let test: TestCloud;
  let ec2: EC2;
  let VpcId: string;
  let SubnetId: string;
  before(async () => {
    test = await startCloud();
    ec2 = test.client(EC2);
  });
  after(() => test.stop());
  beforeEach(async () => {
    VpcId = (await ec2.createVpc({ CidrBlock: "10.0.0.0/16" })).Vpc!.VpcId!;
    SubnetId = (await ec2.createSubnet({ VpcId, CidrBlock: "10.0.0.0/24" })).Subnet!.SubnetId!;
  });

  const gateway = async () => {
    const { InternetGatewayId } = (await ec2.createInternetGateway({})).InternetGateway!;
    await ec2.attachInternetGateway({ InternetGatewayId, VpcId });
    return InternetGatewayId!;
  };
  const table = async () => (await ec2.createRouteTable({ VpcId })).RouteTable!.RouteTableId!;
  const routes = async (RouteTableId: string) =>
    (await ec2.describeRouteTables({ RouteTableIds: [RouteTableId] })).RouteTables?.[0]?.Routes?.slice(1).map(
      ({ DestinationCidrBlock, DestinationPrefixListId, GatewayId, NatGatewayId, State }) => [
        DestinationCidrBlock ?? DestinationPrefixListId,
        GatewayId ?? NatGatewayId,
        State,
      ],
    );

  it("routes by internet gateways", async () => {
    const igw = await gateway();
    const rtb = await table();
    const out = { RouteTableId: rtb, DestinationCidrBlock: "0.0.0.0/0" };
    await ec2.createRoute({ ...out, GatewayId: igw });
    assert.deepEqual(await routes(rtb), [["0.0.0.0/0", igw, "active"]]);
    const again = ec2.createRoute({ ...out, NatGatewayId: "nat-0" });
    await refuses(again, "NatGatewayNotFound", /NatGateway nat-0 was not found/, 400);
    const local = ec2.createRoute({ RouteTableId: rtb, DestinationCidrBlock: "10.0.0.0/16", GatewayId: igw });
    await refuses(local, "RouteAlreadyExists", /identified by 10\.0\.0\.0\/16 already exists/, 400);
    await refuses(ec2.createRoute(out), "InvalidParameterCombination", /exactly one of GatewayId, NatGatewayId/, 400);
    const other = (await ec2.createInternetGateway({})).InternetGateway!.InternetGatewayId!;
    await refuses(ec2.replaceRoute({ ...out, GatewayId: other }), "InvalidParameterValue", /different networks/, 400);
    const twice = ec2.attachInternetGateway({ InternetGatewayId: other, VpcId });
    await refuses(twice, "InvalidParameterValue", /already has an internet gateway attached/, 400);
    await refuses(ec2.deleteInternetGateway({ InternetGatewayId: igw }), "DependencyViolation", /dependencies/, 400);
    await ec2.detachInternetGateway({ InternetGatewayId: igw, VpcId });
    await ec2.deleteInternetGateway({ InternetGatewayId: igw });
    assert.deepEqual(await routes(rtb), [["0.0.0.0/0", igw, "blackhole"]]);
    await ec2.deleteRoute(out);
    await refuses(ec2.deleteRoute(out), "InvalidRoute.NotFound", /no route with destination-cidr-block/, 400);
    await ec2.deleteRouteTable({ RouteTableId: rtb });
  });

  it("gives subnets tables of their own, and a VPC another main one", async () => {
    const [first, second] = [await table(), await table()];
    const { AssociationId } = await ec2.associateRouteTable({ RouteTableId: first, SubnetId });
    assert.match(AssociationId ?? "", /^rtbassoc-/);
    const conflict = ec2.associateRouteTable({ RouteTableId: second, SubnetId });
    await refuses(conflict, "Resource.AlreadyAssociated", /conflicts with an existing association/, 400);
    await refuses(ec2.deleteRouteTable({ RouteTableId: first }), "DependencyViolation", /dependencies/, 400);
    const { NewAssociationId } = await ec2.replaceRouteTableAssociation({ AssociationId, RouteTableId: second });
    await ec2.deleteRouteTable({ RouteTableId: first });
    await ec2.disassociateRouteTable({ AssociationId: NewAssociationId });
    const gone = ec2.disassociateRouteTable({ AssociationId: NewAssociationId });
    await refuses(gone, "InvalidAssociationID.NotFound", /The association ID 'rtbassoc-.*' does not exist/, 400);

    const Filters = [
      { Name: "vpc-id", Values: [VpcId] },
      { Name: "association.main", Values: ["true"] },
    ];
    const main = async () => (await ec2.describeRouteTables({ Filters })).RouteTables;
    const [before] = (await main()) ?? [];
    const { RouteTableAssociationId } = before!.Associations![0]!;
    const fixed = ec2.disassociateRouteTable({ AssociationId: RouteTableAssociationId });
    await refuses(fixed, "InvalidParameterValue", /main route table/, 400);
    await ec2.replaceRouteTableAssociation({ AssociationId: RouteTableAssociationId, RouteTableId: second });
    assert.deepEqual(
      (await main())?.map(({ RouteTableId }) => RouteTableId),
      [second],
    );
  });

  it("routes by NAT gateways, each with an address and an interface, described when it is gone", async () => {
    const { AllocationId, PublicIp } = await ec2.allocateAddress({ Domain: "vpc" });
    const closed = ec2.createNatGateway({ SubnetId, AllocationId });
    await refuses(closed, "Gateway.NotAttached", /has no Internet gateway attached/, 400);
    const igw = await gateway();
    const asked = { SubnetId, AllocationId, ClientToken: `token-${VpcId}` };
    const { NatGateway } = await ec2.createNatGateway(asked);
    const { NatGatewayId = "" } = NatGateway!;
    assert.equal(NatGateway?.State, "pending");
    assert.equal((await ec2.createNatGateway(asked)).NatGateway?.NatGatewayId, NatGatewayId);
    const otherwise = ec2.createNatGateway({ ...asked, ConnectivityType: "private" });
    await refuses(otherwise, "IdempotentParameterMismatch", /used before with other parameters/, 400);
    const find = async () => (await ec2.describeNatGateways({ NatGatewayIds: [NatGatewayId] })).NatGateways?.[0];
    const found = await find();
    assert.equal(found?.State, "available");
    assert.ok(found?.CreateTime instanceof Date);
    const [address] = found?.NatGatewayAddresses ?? [];
    assert.deepEqual([address?.PublicIp, address?.PrivateIp], [PublicIp, "10.0.0.4"]);
    const cards = async () =>
      (await ec2.describeNetworkInterfaces({ Filters: [{ Name: "subnet-id", Values: [SubnetId] }] })).NetworkInterfaces;
    assert.deepEqual(
      (await cards())?.map(({ InterfaceType, RequesterManaged, Association }) => [
        InterfaceType,
        RequesterManaged,
        Association?.PublicIp,
      ]),
      [["nat_gateway", true, PublicIp]],
    );
    const { Subnets } = await ec2.describeSubnets({ SubnetIds: [SubnetId] });
    assert.equal(Subnets?.[0]?.AvailableIpAddressCount, 250);
    await refuses(ec2.releaseAddress({ AllocationId }), "InvalidIPAddress.InUse", /is in use/, 400);
    await refuses(ec2.deleteSubnet({ SubnetId }), "DependencyViolation", /dependencies/, 400);
    const mapped = ec2.detachInternetGateway({ InternetGatewayId: igw, VpcId });
    await refuses(mapped, "DependencyViolation", /mapped public address/, 400);

    const rtb = await table();
    await ec2.createRoute({ RouteTableId: rtb, DestinationCidrBlock: "0.0.0.0/0", NatGatewayId });
    await ec2.deleteNatGateway({ NatGatewayId });
    assert.equal((await find())?.State, "deleted");
    assert.deepEqual(await routes(rtb), [["0.0.0.0/0", NatGatewayId, "blackhole"]]);
    assert.deepEqual(await cards(), []);
    await ec2.releaseAddress({ AllocationId });
    await ec2.deleteSubnet({ SubnetId });
  });

  it("reaches services by endpoints: by routes to a prefix list, or by interfaces with names", async () => {
    const rtb = await table();
    const [list] = (await ec2.describePrefixLists({ Filters: [{ Name: "prefix-list-name", Values: ["*.s3"] }] }))
      .PrefixLists!;
    const ServiceName = list!.PrefixListName!;
    const { VpcEndpoint } = await ec2.createVpcEndpoint({ VpcId, ServiceName, RouteTableIds: [rtb] });
    const { VpcEndpointId = "", VpcEndpointType, State } = VpcEndpoint!;
    assert.deepEqual([VpcEndpointType, State], ["Gateway", "available"]);
    assert.deepEqual(await routes(rtb), [[list?.PrefixListId, VpcEndpointId, "active"]]);
    await ec2.modifyVpcEndpoint({ VpcEndpointId, RemoveRouteTableIds: [rtb] });
    assert.deepEqual(await routes(rtb), []);

    const logs = { VpcId, VpcEndpointType: "Interface" as const, ServiceName: "com.amazonaws.us-east-1.logs" };
    const dns = ec2.createVpcEndpoint({ ...logs, PrivateDnsEnabled: true, SubnetIds: [SubnetId] });
    await refuses(dns, "InvalidParameter", /enableDnsSupport and enableDnsHostnames/, 400);
    await ec2.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
    const made = await ec2.createVpcEndpoint({ ...logs, PrivateDnsEnabled: true, SubnetIds: [SubnetId] });
    const id = made.VpcEndpoint!.VpcEndpointId!;
    const found = (await ec2.describeVpcEndpoints({ VpcEndpointIds: [id] })).VpcEndpoints?.[0];
    assert.equal(found?.NetworkInterfaceIds?.length, 1);
    assert.match(found?.DnsEntries?.[0]?.DnsName ?? "", /^vpce-.*\.logs\.us-east-1\.vpce\.amazonaws\.com$/);
    assert.equal(found?.DnsEntries?.at(-1)?.DnsName, "logs.us-east-1.amazonaws.com");
    const { Groups: [group] = [] } = found!;
    assert.equal(group?.GroupName, "default");
    const twice = ec2.createVpcEndpoint({ ...logs, PrivateDnsEnabled: true });
    await refuses(twice, "InvalidParameter", /conflicting DNS domain/, 400);
    const unknown = ec2.createVpcEndpoint({ VpcId, ServiceName: "com.amazonaws.us-east-1.nothing" });
    await refuses(unknown, "InvalidServiceName", /nothing' does not exist/, 400);
    const { Unsuccessful = [] } = await ec2.deleteVpcEndpoints({ VpcEndpointIds: [id, VpcEndpointId, "vpce-0"] });
    assert.deepEqual(
      Unsuccessful.map(({ ResourceId, Error: error }) => [ResourceId, error?.Code]),
      [["vpce-0", "InvalidVpcEndpointId.NotFound"]],
    );
    await ec2.deleteSubnet({ SubnetId });
  });

  it("logs flows to a group by a role that the caller may pass", async () => {
    const flow = { ResourceIds: [VpcId], ResourceType: "VPC" as const, TrafficType: "ALL" as const };
    const LogDestination = "arn:aws:logs:us-east-1:000000000000:log-group:/flows";
    const bare = ec2.createFlowLogs({ ...flow, LogDestination });
    await refuses(bare, "InvalidParameter", /DeliverLogsPermissionArn can't be empty/, 400);
    const { roleArn, credentials } = await test.mintRole(
      { Effect: "Allow", Action: "ec2:*", Resource: "*" },
      { trust: "vpc-flow-logs.amazonaws.com" },
    );
    const asked = { ...flow, LogDestination, DeliverLogsPermissionArn: roleArn };
    const own = test.client(EC2, { credentials });
    await refuses(own.createFlowLogs(asked), "UnauthorizedOperation", /iam:PassRole/, 403);
    const { FlowLogIds = [] } = await ec2.createFlowLogs(asked);
    const { FlowLogs: [log] = [] } = await ec2.describeFlowLogs({ FlowLogIds });
    assert.deepEqual(
      [log?.ResourceId, log?.LogGroupName, log?.FlowLogStatus, log?.MaxAggregationInterval],
      [VpcId, "/flows", "ACTIVE", 600],
    );
    await refuses(ec2.createFlowLogs(asked), "FlowLogAlreadyExists", /existing Flow Log/, 400);
    const { Unsuccessful } = await ec2.createFlowLogs({ ...asked, ResourceIds: ["vpc-0"] });
    assert.equal(Unsuccessful?.[0]?.ResourceId, "vpc-0");
    await ec2.deleteFlowLogs({ FlowLogIds });
    assert.deepEqual((await ec2.describeFlowLogs({ FlowLogIds })).FlowLogs, []);
  });
});
