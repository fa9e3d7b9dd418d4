/** Routes of a table: a destination and what leads there. */
import type { CreateRouteRequest, Route } from "@aws-sdk/client-ec2";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs } from "./access.ts";
import { canonical } from "./cidr.ts";
import type { Items } from "./kinds.ts";
import type { Network } from "./network.ts";
import { unmodelled } from "./unmodelled.ts";

const destinations = ["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"] as const;
const targets = [
  "GatewayId",
  "NatGatewayId",
  "NetworkInterfaceId",
  "EgressOnlyInternetGatewayId",
  "VpcEndpointId",
] as const;
/** Targets of what is not here. */
const elsewhere = [
  ...["InstanceId", "VpcPeeringConnectionId", "TransitGatewayId", "LocalGatewayId", "CarrierGatewayId"],
  ...["CoreNetworkArn", "OdbNetworkArn"],
] as const;

type Request = Omit<CreateRouteRequest, "RouteTableId" | "DryRun">;

export function routeOperations(network: Network): Operations<"ec2"> {
  return {
    CreateRoute: {
      access: ({ RouteTableId }) => needs(network, "CreateRoute", RouteTableId),
      run({ RouteTableId, ...input }) {
        const table = network.get("rtb", RouteTableId);
        const route = routeOf(network, table, input);
        const before = table.Routes.find((one) => destinationOf(one) === destinationOf(route));
        const same = before && targets.some((name) => name in input && targetOf(before) === targetOf(route));
        if (same) return { Return: true };
        if (before || isLocal(network, table, destinationOf(route))) {
          const message = `The route identified by ${destinationOf(route)} already exists.`;
          throw new AwsError("RouteAlreadyExists", message);
        }
        network.put("rtb", { ...table, Routes: [...table.Routes, route] });
        return { Return: true };
      },
    },
    ReplaceRoute: {
      access: ({ RouteTableId }) => needs(network, "ReplaceRoute", RouteTableId),
      run({ RouteTableId, LocalTarget, ...input }) {
        const table = network.get("rtb", RouteTableId);
        if (LocalTarget) throw unmodelled("routes that replace the local one");
        const route = routeOf(network, table, input);
        const before = existing(table, destinationOf(route));
        network.put("rtb", { ...table, Routes: table.Routes.map((one) => (one === before ? route : one)) });
        return {};
      },
    },
    DeleteRoute: {
      access: ({ RouteTableId }) => needs(network, "DeleteRoute", RouteTableId),
      run({ RouteTableId, ...input }) {
        const table = network.get("rtb", RouteTableId);
        const destination = destinationOf(destinationIn(input));
        if (isLocal(network, table, destination)) {
          const message = `cannot remove local route ${destination} in route table ${RouteTableId}`;
          throw new AwsError("InvalidParameterValue", message);
        }
        const before = existing(table, destination);
        network.put("rtb", { ...table, Routes: table.Routes.filter((one) => one !== before) });
        return {};
      },
    },
  };
}

const destinationOf = (route: Pick<Route, (typeof destinations)[number]>): string =>
  route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? route.DestinationPrefixListId ?? "";

const targetOf = (route: Route): string | undefined =>
  route.GatewayId ?? route.NatGatewayId ?? route.NetworkInterfaceId ?? route.EgressOnlyInternetGatewayId;

function existing({ Routes, RouteTableId }: Items["rtb"], destination: string): Route {
  const found = Routes.find((one) => destinationOf(one) === destination);
  if (found) return found;
  const message = `no route with destination-cidr-block ${destination} in route table ${RouteTableId}`;
  throw new AwsError("InvalidRoute.NotFound", message);
}

/** @throws AwsError unless there is one destination. */
function destinationIn(
  input: Pick<Request, (typeof destinations)[number]>,
): Pick<Route, (typeof destinations)[number]> {
  const given = destinations.filter((name) => input[name] !== undefined);
  const [name, ...more] = given;
  if (!name || more.length > 0) {
    throw new AwsError(
      "InvalidParameterCombination",
      `The request must contain exactly one of ${destinations.join(", ")}`,
    );
  }
  const value = input[name]!;
  return { [name]: name === "DestinationPrefixListId" ? value : canonical(value, name.replace("D", "d")) };
}

/** @throws AwsError for targets that are not there, or not in the table's VPC. */
function routeOf(network: Network, table: Items["rtb"], input: Request): Route {
  const destination = destinationIn(input);
  const foreign = elsewhere.find((name) => input[name] !== undefined);
  if (foreign) throw unmodelled(`${foreign} of a route`);
  const given = targets.filter((name) => input[name] !== undefined);
  const [name, ...more] = given;
  if (!name || more.length > 0) {
    throw new AwsError("InvalidParameterCombination", `The request must contain exactly one of ${targets.join(", ")}`);
  }
  const id = input[name]!;
  const vpcs = reachedBy(network, name, id);
  if (!vpcs.includes(table.VpcId)) {
    const message = `route table ${table.RouteTableId} and network gateway ${id} belong to different networks`;
    throw new AwsError("InvalidParameterValue", message);
  }
  if (destination.DestinationPrefixListId !== undefined) checkPrefixList(network, destination.DestinationPrefixListId);
  // A gateway endpoint's own routes are made with it; one of a load balancer is shown as a gateway.
  const member = name === "VpcEndpointId" ? "GatewayId" : name;
  return { ...destination, [member]: id, Origin: "CreateRoute", State: "active" };
}

/** VPCs that a target is in. */
function reachedBy(network: Network, name: (typeof targets)[number], id: string): (string | undefined)[] {
  switch (name) {
    case "GatewayId":
      return network.get("igw", id).Attachments.map(({ VpcId }) => VpcId);
    case "EgressOnlyInternetGatewayId":
      return network.get("eigw", id).Attachments.map(({ VpcId }) => VpcId);
    case "NatGatewayId":
      return [network.get("nat", id).VpcId];
    case "NetworkInterfaceId":
      return [network.get("eni", id).VpcId];
    case "VpcEndpointId":
      return [network.get("vpce", id).VpcId];
  }
}

function checkPrefixList(network: Network, id: string): void {
  network.get("pl", id);
}

const localBlocks = ({ CidrBlockAssociationSet, Ipv6CidrBlockAssociationSet }: Items["vpc"]): Route[] => [
  ...CidrBlockAssociationSet.map(({ CidrBlock }) => ({ DestinationCidrBlock: CidrBlock })),
  ...Ipv6CidrBlockAssociationSet.map(({ Ipv6CidrBlock }) => ({ DestinationIpv6CidrBlock: Ipv6CidrBlock })),
];

const isLocal = (network: Network, { VpcId }: Items["rtb"], destination: string): boolean =>
  localBlocks(network.get("vpc", VpcId)).some((one) => destinationOf(one) === destination);

/** The table with the routes that it has of itself: to its VPC's own blocks, and those of gateway endpoints. */
export function withLocal(network: Network, table: Items["rtb"]): Items["rtb"] {
  const vpc = network.find("vpc", table.VpcId);
  const local = vpc ? localBlocks(vpc) : [];
  const endpoints = network.list("vpce").filter(({ RouteTableIds }) => RouteTableIds.includes(table.RouteTableId));
  return {
    ...table,
    Routes: [
      ...local.map((one): Route => ({ ...one, GatewayId: "local", Origin: "CreateRouteTable", State: "active" })),
      ...table.Routes.map((one) => stateOf(network, one)),
      ...endpoints.map(
        ({ VpcEndpointId, ServiceName }): Route => ({
          DestinationPrefixListId: serviceList(network, ServiceName)?.PrefixListId,
          GatewayId: VpcEndpointId,
          Origin: "CreateRoute",
          State: "active",
        }),
      ),
    ],
  };
}

export const serviceList = (network: Network, service: string): Items["pl"] | undefined =>
  network.list("pl").find(({ PrefixListName, OwnerId }) => OwnerId === "AWS" && PrefixListName === service);

/** A route whose target is gone leads nowhere. */
function stateOf(network: Network, route: Route): Route {
  const { GatewayId, NatGatewayId, NetworkInterfaceId, EgressOnlyInternetGatewayId } = route;
  const nat = NatGatewayId === undefined ? undefined : network.find("nat", NatGatewayId);
  const gone =
    (GatewayId?.startsWith("igw-") && !network.find("igw", GatewayId)?.Attachments.length) ||
    (NatGatewayId !== undefined && (!nat || nat.State === "deleted")) ||
    (NetworkInterfaceId !== undefined && !network.find("eni", NetworkInterfaceId)) ||
    (EgressOnlyInternetGatewayId !== undefined && !network.find("eigw", EgressOnlyInternetGatewayId));
  return gone ? { ...route, State: "blackhole" } : route;
}
