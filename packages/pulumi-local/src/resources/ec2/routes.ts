/** Route tables, their routes, and what they are for. */
import { crc32 } from "node:zlib";
import type { Route, RouteTable } from "@aws-sdk/client-ec2";
import type { Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";
import { type Ec2, ec2Type, none } from "./part.ts";

/** EC2's names of what a route leads to, by the inputs that hold them. */
const targets: Record<string, string> = {
  carrierGatewayId: "CarrierGatewayId",
  coreNetworkArn: "CoreNetworkArn",
  egressOnlyGatewayId: "EgressOnlyInternetGatewayId",
  gatewayId: "GatewayId",
  localGatewayId: "LocalGatewayId",
  natGatewayId: "NatGatewayId",
  networkInterfaceId: "NetworkInterfaceId",
  odbNetworkArn: "OdbNetworkArn",
  transitGatewayId: "TransitGatewayId",
  vpcEndpointId: "VpcEndpointId",
  vpcPeeringConnectionId: "VpcPeeringConnectionId",
};
const ofRoute = ["destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"];
/** As a table's own routes have them, in the same order. */
const ofTable = ["cidrBlock", "ipv6CidrBlock", "destinationPrefixListId"];
const members = ["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"];

export const routeTypes = (ec2: Ec2) => [table(ec2), route(ec2), association(ec2), mainAssociation(ec2)];

const destinationOf = (inputs: Properties, names: string[]): Properties =>
  Object.fromEntries(names.flatMap((name, at) => (inputs[name] ? [[members[at], inputs[name]]] : [])));
const targetOf = (inputs: Properties): Properties =>
  Object.fromEntries(
    Object.entries(targets).flatMap(([name, member]) => (inputs[name] ? [[member, inputs[name]]] : [])),
  );

const findTable = async (ec2: Ec2, id: string): Promise<RouteTable | undefined> =>
  (await ec2.ask<{ RouteTables: RouteTable[] }>("DescribeRouteTables", { RouteTableIds: [id] })).RouteTables[0];

/** A table's own route, with every member that the provider gives one. */
const shown = (found: Route): Properties => ({
  ...Object.fromEntries(ofTable.map((name, at) => [name, (found as Properties)[members[at]!] ?? none])),
  ...Object.fromEntries(
    Object.entries(targets)
      .filter(([name]) => name !== "odbNetworkArn")
      .map(([name, member]) => [name, (found as Properties)[member] ?? none]),
  ),
});

/** Whether somebody made it: a table has local ones of itself, and those of gateway endpoints. */
const isMade = ({ GatewayId }: Route): boolean => GatewayId !== "local" && !GatewayId?.startsWith("vpce-");

const table = (ec2: Ec2) =>
  ec2Type(ec2, {
    name: "RouteTable",
    kind: "route-table",
    required: ["vpcId"],
    properties: ["vpcId", "routes"],
    inert: ["propagatingVgws"],
    mutable: ["routes", "propagatingVgws"],
    taggable: true,
    async make({ vpcId: VpcId }, tags) {
      type Answer = { RouteTable: RouteTable };
      return (await ec2.ask<Answer>("CreateRouteTable", { VpcId, ...tags })).RouteTable.RouteTableId;
    },
    async settle(RouteTableId, before, after) {
      // Where a program names none, they are made by resources of their own.
      if (after.routes === undefined) return;
      const keyed = ({ routes = [] }: Properties) =>
        new Map((routes as Properties[]).map((one) => [JSON.stringify(destinationOf(one, ofTable)), targetOf(one)]));
      const [old, wanted] = [keyed(before), keyed(after)];
      for (const destination of old.keys()) {
        if (!wanted.has(destination)) await ec2.ask("DeleteRoute", { RouteTableId, ...JSON.parse(destination) });
      }
      for (const [destination, target] of wanted) {
        const was = old.get(destination);
        if (was && JSON.stringify(was) === JSON.stringify(target)) continue;
        const request = { RouteTableId, ...JSON.parse(destination), ...target };
        await ec2.ask(was ? "ReplaceRoute" : "CreateRoute", request);
      }
    },
    async find(id) {
      const found = await findTable(ec2, id);
      return (
        found && {
          arn: ec2.arn("route-table", id),
          ownerId: found.OwnerId,
          vpcId: found.VpcId,
          propagatingVgws: [],
          routes: (found.Routes ?? []).filter(isMade).map(shown),
          Tags: found.Tags,
        }
      );
    },
    remove: (RouteTableId) => ec2.ask("DeleteRouteTable", { RouteTableId }),
  });

const route = (ec2: Ec2) =>
  ec2Type(ec2, {
    name: "Route",
    required: ["routeTableId"],
    properties: ["routeTableId", ...ofRoute, ...Object.keys(targets)],
    mutable: Object.keys(targets),
    async make(inputs) {
      const { routeTableId: RouteTableId } = inputs;
      const destination = destinationOf(inputs, ofRoute);
      await ec2.ask("CreateRoute", { RouteTableId, ...destination, ...targetOf(inputs) });
      return `r-${RouteTableId}${crc32(String(Object.values(destination)[0]))}`;
    },
    async settle(_id, before, after) {
      if (before.routeTableId === undefined) return;
      const { routeTableId: RouteTableId } = after;
      await ec2.ask("ReplaceRoute", { RouteTableId, ...destinationOf(after, ofRoute), ...targetOf(after) });
    },
    async find(id, given) {
      // `TABLE_DESTINATION` is how one is imported.
      const [tableId, destination = Object.values(destinationOf(given, ofRoute))[0]] = id.split("_");
      const found = await findTable(ec2, String(given.routeTableId ?? tableId));
      const one = found?.Routes?.find((each) => members.some((name) => (each as Properties)[name] === destination));
      if (!found || !one) return undefined;
      const known = (names: Record<string, string>) =>
        Object.fromEntries(Object.entries(names).map(([name, member]) => [name, (one as Properties)[member]]));
      return {
        routeTableId: found.RouteTableId,
        ...known(Object.fromEntries(ofRoute.map((name, at) => [name, members[at]!]))),
        ...known(targets),
        instanceId: none,
        instanceOwnerId: none,
        networkInterfaceId: one.NetworkInterfaceId ?? none,
        origin: one.Origin,
        state: one.State,
      };
    },
    remove: (_id, outputs) =>
      ec2.ask("DeleteRoute", { RouteTableId: outputs.routeTableId, ...destinationOf(outputs, ofRoute) }),
  });

async function findAssociation(ec2: Ec2, id: string) {
  const Filters = [{ Name: "association.route-table-association-id", Values: [id] }];
  const [found] = (await ec2.ask<{ RouteTables: RouteTable[] }>("DescribeRouteTables", { Filters })).RouteTables;
  return found?.Associations?.find(({ RouteTableAssociationId }) => RouteTableAssociationId === id);
}

const association = (ec2: Ec2) =>
  ec2Type(ec2, {
    name: "RouteTableAssociation",
    required: ["routeTableId"],
    properties: ["routeTableId", "subnetId", "gatewayId"],
    async make({ routeTableId: RouteTableId, subnetId: SubnetId, gatewayId: GatewayId }) {
      const request = { RouteTableId, SubnetId, GatewayId };
      return (await ec2.ask<{ AssociationId: string }>("AssociateRouteTable", request)).AssociationId;
    },
    async find(id) {
      const found = await findAssociation(ec2, id);
      return found && { routeTableId: found.RouteTableId, subnetId: found.SubnetId, gatewayId: found.GatewayId };
    },
    remove: (AssociationId) => ec2.ask("DisassociateRouteTable", { AssociationId }),
  });

const mainAssociation = (ec2: Ec2): ResourceType => ({
  type: "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation",
  docs: "https://www.pulumi.com/registry/packages/aws/api-docs/ec2/mainroutetableassociation/",
  required: ["routeTableId", "vpcId"],
  properties: ["routeTableId", "vpcId"],
  async create(inputs) {
    const Filters = [
      { Name: "association.main", Values: ["true"] },
      { Name: "vpc-id", Values: [inputs.vpcId] },
    ];
    const { RouteTables } = await ec2.ask<{ RouteTables: RouteTable[] }>("DescribeRouteTables", { Filters });
    const AssociationId = RouteTables[0]?.Associations?.find(({ Main }) => Main)?.RouteTableAssociationId;
    const request = { AssociationId, RouteTableId: inputs.routeTableId };
    type Answer = { NewAssociationId: string };
    const { NewAssociationId: id } = await ec2.ask<Answer>("ReplaceRouteTableAssociation", request);
    return { id, outputs: { ...inputs, originalRouteTableId: RouteTables[0]?.RouteTableId } };
  },
  // The VPC has the table back that it had before.
  delete: (AssociationId, { originalRouteTableId: RouteTableId }) =>
    ec2.ask("ReplaceRouteTableAssociation", { AssociationId, RouteTableId }),
  async read(id, { previous }) {
    const found = await findAssociation(ec2, id);
    return found && { id, outputs: { ...previous?.outputs, routeTableId: found.RouteTableId } };
  },
});
