/** Route tables: which subnets and gateways they are for. */
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs, needsToMake } from "./access.ts";
import { describe } from "./describe.ts";
import type { Items } from "./kinds.ts";
import { type Network, newId } from "./network.ts";
import { withLocal } from "./routes.ts";

const associated = { AssociationState: { State: "associated" as const } };

export function routeTableOperations(network: Network): Operations<"ec2"> {
  return {
    CreateRouteTable: {
      access: (input) => needsToMake(network, "rtb", "CreateRouteTable", input, input.VpcId),
      run(input) {
        const { VpcId } = network.get("vpc", input.VpcId);
        const OwnerId = network.accountId;
        const table = network.make("rtb", input, (RouteTableId, Tags) => ({
          ...{ RouteTableId, VpcId, OwnerId, Tags, Routes: [], PropagatingVgws: [], Associations: [] },
        }));
        return { RouteTable: withLocal(network, table), ClientToken: input.ClientToken };
      },
    },
    DescribeRouteTables: {
      access: () => needs(network, "DescribeRouteTables"),
      run(input) {
        const routes = (table: Items["rtb"]) => withLocal(network, table).Routes;
        const { items, ...rest } = describe(network, "rtb", input, input.RouteTableIds, {
          "association.gateway-id": ({ Associations }) => Associations.map(({ GatewayId }) => GatewayId),
          "association.main": ({ Associations }) => Associations.map(({ Main }) => Main),
          "association.route-table-association-id": ({ Associations }) =>
            Associations.map(({ RouteTableAssociationId }) => RouteTableAssociationId),
          "association.route-table-id": ({ Associations }) => Associations.map(({ RouteTableId }) => RouteTableId),
          "association.subnet-id": ({ Associations }) => Associations.map(({ SubnetId }) => SubnetId),
          "owner-id": ({ OwnerId }) => OwnerId,
          "route-table-id": ({ RouteTableId }) => RouteTableId,
          "route.destination-cidr-block": (table) => routes(table).map((one) => one.DestinationCidrBlock),
          "route.destination-ipv6-cidr-block": (table) => routes(table).map((one) => one.DestinationIpv6CidrBlock),
          "route.destination-prefix-list-id": (table) => routes(table).map((one) => one.DestinationPrefixListId),
          "route.egress-only-internet-gateway-id": (table) =>
            routes(table).map((one) => one.EgressOnlyInternetGatewayId),
          "route.gateway-id": (table) => routes(table).map((one) => one.GatewayId),
          "route.instance-id": () => undefined,
          "route.nat-gateway-id": (table) => routes(table).map((one) => one.NatGatewayId),
          "route.origin": (table) => routes(table).map((one) => one.Origin),
          "route.state": (table) => routes(table).map((one) => one.State),
          "route.transit-gateway-id": () => undefined,
          "route.vpc-peering-connection-id": () => undefined,
          "vpc-id": ({ VpcId }) => VpcId,
        });
        return { RouteTables: items.map((table) => withLocal(network, table)), ...rest };
      },
    },
    DeleteRouteTable: {
      access: ({ RouteTableId }) => needs(network, "DeleteRouteTable", RouteTableId),
      run({ RouteTableId }) {
        const { Associations } = network.get("rtb", RouteTableId);
        if (Associations.length > 0) {
          const message = `The routeTable '${RouteTableId}' has dependencies and cannot be deleted.`;
          throw new AwsError("DependencyViolation", message);
        }
        network.transaction(() => {
          for (const endpoint of network.list("vpce")) {
            const RouteTableIds = endpoint.RouteTableIds.filter((id) => id !== RouteTableId);
            if (RouteTableIds.length < endpoint.RouteTableIds.length)
              network.put("vpce", { ...endpoint, RouteTableIds });
          }
          network.delete(RouteTableId);
        });
        return {};
      },
    },
    AssociateRouteTable: {
      access: ({ RouteTableId, SubnetId, GatewayId }) =>
        needs(network, "AssociateRouteTable", RouteTableId, SubnetId, GatewayId),
      run({ RouteTableId, SubnetId, GatewayId }) {
        const table = network.get("rtb", RouteTableId);
        const target = SubnetId ?? GatewayId;
        if (target === undefined || (SubnetId !== undefined && GatewayId !== undefined)) {
          throw new AwsError("MissingParameter", "The request must contain exactly one of SubnetId, GatewayId");
        }
        checkTarget(network, table, { SubnetId, GatewayId });
        const before = network.list("rtb").find((one) => isFor(one, target));
        if (before?.RouteTableId === RouteTableId) {
          const [found] = before.Associations.filter((one) => one.SubnetId === target || one.GatewayId === target);
          return { AssociationId: found?.RouteTableAssociationId, ...associated };
        }
        if (before) {
          const message = `the specified association for route table ${RouteTableId} conflicts with an existing association`;
          throw new AwsError("Resource.AlreadyAssociated", message);
        }
        const added = associate(network, table, { SubnetId, GatewayId });
        return { AssociationId: added.RouteTableAssociationId, ...associated };
      },
    },
    DisassociateRouteTable: {
      access: ({ AssociationId }) =>
        needs(network, "DisassociateRouteTable", tableOf(network, AssociationId)?.RouteTableId),
      run({ AssociationId }) {
        const { table, one } = association(network, AssociationId);
        if (one.Main) {
          const message = `cannot disassociate the main route table association ${AssociationId}`;
          throw new AwsError("InvalidParameterValue", message);
        }
        network.put("rtb", { ...table, Associations: table.Associations.filter((other) => other !== one) });
        return {};
      },
    },
    ReplaceRouteTableAssociation: {
      access: ({ AssociationId, RouteTableId }) =>
        needs(
          network,
          "ReplaceRouteTableAssociation",
          RouteTableId,
          tableOf(network, AssociationId)?.Associations.find((one) => one.RouteTableAssociationId === AssociationId)
            ?.SubnetId,
        ),
      run({ AssociationId, RouteTableId }) {
        const { table, one } = association(network, AssociationId);
        const target = network.get("rtb", RouteTableId);
        if (target.VpcId !== table.VpcId) throw otherNetwork(RouteTableId, table.VpcId);
        return network.transaction(() => {
          network.put("rtb", { ...table, Associations: table.Associations.filter((other) => other !== one) });
          const { Main, SubnetId, GatewayId } = one;
          const added = associate(network, network.get("rtb", RouteTableId), { Main, SubnetId, GatewayId });
          return { NewAssociationId: added.RouteTableAssociationId, ...associated };
        });
      },
    },
  };
}

interface Target {
  Main?: boolean | undefined;
  SubnetId?: string | undefined;
  GatewayId?: string | undefined;
}

function associate(network: Network, table: Items["rtb"], { Main = false, SubnetId, GatewayId }: Target) {
  const added = {
    Main,
    RouteTableAssociationId: newId("rtbassoc"),
    RouteTableId: table.RouteTableId,
    ...(SubnetId !== undefined && { SubnetId }),
    ...(GatewayId !== undefined && { GatewayId }),
    ...associated,
  };
  network.put("rtb", { ...table, Associations: [...table.Associations, added] });
  return added;
}

const isFor = ({ Associations }: Items["rtb"], target: string): boolean =>
  Associations.some(({ SubnetId, GatewayId }) => SubnetId === target || GatewayId === target);

const tableOf = (network: Network, id: string): Items["rtb"] | undefined =>
  network
    .list("rtb")
    .find(({ Associations }) => Associations.some(({ RouteTableAssociationId }) => RouteTableAssociationId === id));

/** @throws AwsError */
function association(network: Network, id: string) {
  const table = tableOf(network, id);
  const one = table?.Associations.find(({ RouteTableAssociationId }) => RouteTableAssociationId === id);
  if (table && one) return { table, one };
  throw new AwsError("InvalidAssociationID.NotFound", `The association ID '${id}' does not exist`);
}

function checkTarget(network: Network, { RouteTableId, VpcId }: Items["rtb"], { SubnetId, GatewayId }: Target): void {
  const vpcs =
    SubnetId === undefined
      ? network.get("igw", GatewayId).Attachments.map((one) => one.VpcId)
      : [network.get("subnet", SubnetId).VpcId];
  if (!vpcs.includes(VpcId)) throw otherNetwork(RouteTableId, vpcs[0] ?? "");
}

const otherNetwork = (table: string, vpc: string): AwsError =>
  new AwsError("InvalidParameterValue", `Route table ${table} and network ${vpc} belong to different networks`);
