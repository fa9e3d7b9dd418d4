/** VPC endpoints: ways to AWS's services that do not lead over the internet. */
import type { State, VpcEndpoint } from "@aws-sdk/client-ec2";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs, needsToMake } from "./access.ts";
import { describe } from "./describe.ts";
import { serviceOf } from "./endpointServices.ts";
import type { Items } from "./kinds.ts";
import type { Network } from "./network.ts";
import { addInterface, groups } from "./networkInterfaces.ts";
import { unmodelled } from "./unmodelled.ts";

type Endpoint = Items["vpce"];

/** EC2 answers it in lower case, its types have a capital. */
const available = "available" as State;

/** Of one without a policy of its own: everything is allowed. */
const openPolicy = JSON.stringify({
  Version: "2008-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }],
});

export function endpointOperations(network: Network): Operations<"ec2"> {
  return {
    CreateVpcEndpoint: {
      access: (input) =>
        needsToMake(
          network,
          "vpce",
          "CreateVpcEndpoint",
          input,
          ...[input.VpcId, input.RouteTableIds, input.SubnetIds, input.SecurityGroupIds],
        ).map((access) => ({
          ...access,
          context: {
            ...access.context,
            "ec2:VpceServiceName": input.ServiceName ?? "",
            "ec2:VpceServiceOwner": "amazon",
          },
        })),
      run(input) {
        const { VpcEndpointType: type = "Gateway", ServiceName = "", PolicyDocument } = input;
        const { VpcId } = network.get("vpc", input.VpcId);
        if (type !== "Gateway" && type !== "Interface") throw unmodelled(`VPC endpoints of type ${type}`);
        if (!serviceOf(network, ServiceName, type)) {
          throw new AwsError("InvalidServiceName", `The Vpc Endpoint Service '${ServiceName}' does not exist`);
        }
        checkPolicy(PolicyDocument);
        if (type === "Interface" && input.PrivateDnsEnabled && !network.made("vpce", input))
          checkDns(network, VpcId, ServiceName);
        const made = network.make("vpce", input, (VpcEndpointId, Tags) => {
          const base: Endpoint = {
            VpcEndpointId,
            VpcEndpointType: type,
            VpcId,
            ServiceName,
            State: available,
            OwnerId: network.accountId,
            PolicyDocument: PolicyDocument ?? openPolicy,
            RequesterManaged: false,
            PrivateDnsEnabled: type === "Interface" && (input.PrivateDnsEnabled ?? true),
            IpAddressType: input.IpAddressType ?? "ipv4",
            DnsOptions: {
              DnsRecordIpType: input.DnsOptions?.DnsRecordIpType ?? (type === "Gateway" ? "service-defined" : "ipv4"),
            },
            CreationTimestamp: new Date(),
            RouteTableIds: [],
            SubnetIds: [],
            Groups: type === "Interface" ? groups(network, VpcId, input.SecurityGroupIds) : [],
            NetworkInterfaceIds: [],
            DnsEntries: [],
            Tags,
          };
          checkMembers(base, input);
          return withSubnets(network, withTables(network, base, input.RouteTableIds), input.SubnetIds);
        });
        return {
          VpcEndpoint: { ...shown(network, made), State: type === "Gateway" ? available : ("pending" as State) },
          ClientToken: input.ClientToken,
        };
      },
    },
    DescribeVpcEndpoints: {
      access: () => needs(network, "DescribeVpcEndpoints"),
      run(input) {
        const { items, ...rest } = describe(network, "vpce", input, input.VpcEndpointIds, {
          "ip-address-type": ({ IpAddressType }) => IpAddressType,
          "service-name": ({ ServiceName }) => ServiceName,
          "service-region": () => network.region,
          "vpc-endpoint-id": ({ VpcEndpointId }) => VpcEndpointId,
          "vpc-endpoint-state": ({ State }) => State,
          "vpc-endpoint-type": ({ VpcEndpointType }) => VpcEndpointType,
          "vpc-id": ({ VpcId }) => VpcId,
        });
        return { VpcEndpoints: items.map((endpoint) => shown(network, endpoint)), ...rest };
      },
    },
    ModifyVpcEndpoint: {
      access: (input) =>
        needs(
          network,
          "ModifyVpcEndpoint",
          ...[input.VpcEndpointId, input.AddRouteTableIds, input.RemoveRouteTableIds, input.AddSubnetIds],
          ...[input.RemoveSubnetIds, input.AddSecurityGroupIds, input.RemoveSecurityGroupIds],
        ),
      run(input) {
        const before = network.get("vpce", input.VpcEndpointId);
        checkPolicy(input.PolicyDocument);
        checkMembers(before, {
          RouteTableIds: input.AddRouteTableIds,
          SubnetIds: input.AddSubnetIds,
          SecurityGroupIds: input.AddSecurityGroupIds,
        });
        if (input.PrivateDnsEnabled && !before.PrivateDnsEnabled) checkDns(network, before.VpcId, before.ServiceName);
        network.transaction(() => {
          const { RemoveRouteTableIds: tables = [], RemoveSecurityGroupIds: left = [] } = input;
          const changed: Endpoint = {
            ...before,
            ...(input.ResetPolicy && { PolicyDocument: openPolicy }),
            ...(input.PolicyDocument !== undefined && { PolicyDocument: input.PolicyDocument }),
            ...(input.PrivateDnsEnabled !== undefined && { PrivateDnsEnabled: input.PrivateDnsEnabled }),
            ...(input.IpAddressType !== undefined && { IpAddressType: input.IpAddressType }),
            ...(input.DnsOptions && { DnsOptions: { ...before.DnsOptions, ...input.DnsOptions } }),
            RouteTableIds: before.RouteTableIds.filter((id) => !tables.includes(id)),
            Groups: [
              ...before.Groups.filter(({ GroupId = "" }) => !left.includes(GroupId)),
              ...(input.AddSecurityGroupIds?.length ? groups(network, before.VpcId, input.AddSecurityGroupIds) : []),
            ],
          };
          const fewer = withoutSubnets(network, changed, input.RemoveSubnetIds);
          network.put(
            "vpce",
            withSubnets(network, withTables(network, fewer, input.AddRouteTableIds), input.AddSubnetIds),
          );
        });
        return { Return: true };
      },
    },
    DeleteVpcEndpoints: {
      access: ({ VpcEndpointIds }) => needs(network, "DeleteVpcEndpoints", VpcEndpointIds),
      run({ VpcEndpointIds }) {
        const missing = VpcEndpointIds.filter((id) => !network.find("vpce", id));
        network.transaction(() => {
          for (const id of VpcEndpointIds) {
            for (const card of network.find("vpce", id)?.NetworkInterfaceIds ?? []) network.delete(card);
            network.delete(id);
          }
        });
        return {
          Unsuccessful: missing.map((ResourceId) => ({
            ResourceId,
            Error: {
              Code: "InvalidVpcEndpointId.NotFound",
              Message: `The Vpc Endpoint Id '${ResourceId}' does not exist`,
            },
          })),
        };
      },
    },
  };
}

function checkPolicy(text: string | undefined): void {
  if (text === undefined) return;
  try {
    JSON.parse(text);
  } catch {
    throw new AwsError("InvalidPolicyDocument", "The policy document is not valid JSON");
  }
}

/** @throws AwsError: private names of a service lead to one endpoint of a VPC, and need its DNS. */
function checkDns(network: Network, vpc: string, service: string): void {
  const { attributes } = network.get("vpc", vpc);
  if (!attributes.EnableDnsSupport || !attributes.EnableDnsHostnames) {
    const message = `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${vpc}`;
    throw new AwsError("InvalidParameter", message);
  }
  const other = network
    .list("vpce")
    .some((one) => one.VpcId === vpc && one.ServiceName === service && one.PrivateDnsEnabled);
  if (other) {
    const message = `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${service} in the VPC ${vpc}`;
    throw new AwsError("InvalidParameter", message);
  }
}

interface Members {
  RouteTableIds?: string[] | undefined;
  SubnetIds?: string[] | undefined;
  SecurityGroupIds?: string[] | undefined;
}

/** @throws AwsError for members that an endpoint of that type does not have. */
function checkMembers({ VpcEndpointType }: Endpoint, { RouteTableIds, SubnetIds, SecurityGroupIds }: Members): void {
  const isGateway = VpcEndpointType === "Gateway";
  const wrong = isGateway
    ? (SubnetIds?.length && "SubnetIds") || (SecurityGroupIds?.length && "SecurityGroupIds")
    : RouteTableIds?.length && "RouteTableIds";
  if (wrong)
    throw new AwsError("InvalidParameter", `${wrong} cannot be set for VPC endpoints of type ${VpcEndpointType}`);
}

function withTables(network: Network, endpoint: Endpoint, ids: string[] = []): Endpoint {
  for (const id of ids) {
    const { VpcId } = network.get("rtb", id);
    if (VpcId !== endpoint.VpcId) {
      throw new AwsError(
        "InvalidRouteTableId.NotFound",
        `The routeTable ID '${id}' does not exist in ${endpoint.VpcId}`,
      );
    }
    const same = network
      .list("vpce")
      .some(
        (one) =>
          one.VpcEndpointId !== endpoint.VpcEndpointId &&
          one.ServiceName === endpoint.ServiceName &&
          one.RouteTableIds.includes(id),
      );
    if (same) {
      const message = `route table ${id} already has a route with destination-prefix-list-id of ${endpoint.ServiceName}`;
      throw new AwsError("RouteAlreadyExists", message);
    }
  }
  return { ...endpoint, RouteTableIds: [...new Set([...endpoint.RouteTableIds, ...ids])] };
}

/** An interface endpoint has a network interface in each of its subnets. */
function withSubnets(network: Network, endpoint: Endpoint, ids: string[] = []): Endpoint {
  const zones = new Set(endpoint.SubnetIds.map((id) => network.get("subnet", id).AvailabilityZone));
  const cards = ids.map((SubnetId) => {
    const { VpcId, AvailabilityZone } = network.get("subnet", SubnetId);
    if (VpcId !== endpoint.VpcId) {
      throw new AwsError("InvalidSubnetId.NotFound", `The subnet ID '${SubnetId}' does not exist in ${endpoint.VpcId}`);
    }
    if (zones.has(AvailabilityZone)) {
      const message = `Found another VPC endpoint subnet in the availability zone of ${SubnetId}. VPC endpoint subnets should be in different availability zones supported by the VPC endpoint service.`;
      throw new AwsError("DuplicateSubnetsInSameZone", message);
    }
    zones.add(AvailabilityZone);
    return addInterface(network, {
      SubnetId,
      Groups: endpoint.Groups.flatMap(({ GroupId }) => GroupId ?? []),
      Description: `VPC Endpoint Interface ${endpoint.VpcEndpointId}`,
      InterfaceType: "vpc_endpoint",
      RequesterManaged: true,
    });
  });
  return {
    ...endpoint,
    SubnetIds: [...endpoint.SubnetIds, ...ids],
    NetworkInterfaceIds: [
      ...endpoint.NetworkInterfaceIds,
      ...cards.map(({ NetworkInterfaceId }) => NetworkInterfaceId),
    ],
  };
}

function withoutSubnets(network: Network, endpoint: Endpoint, ids: string[] = []): Endpoint {
  const gone = network
    .list("eni")
    .filter((card) => endpoint.NetworkInterfaceIds.includes(card.NetworkInterfaceId) && ids.includes(card.SubnetId))
    .map(({ NetworkInterfaceId }) => NetworkInterfaceId);
  for (const id of gone) network.delete(id);
  return {
    ...endpoint,
    SubnetIds: endpoint.SubnetIds.filter((id) => !ids.includes(id)),
    NetworkInterfaceIds: endpoint.NetworkInterfaceIds.filter((id) => !gone.includes(id)),
  };
}

/** With the names under which its interfaces are found. https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html */
function shown(network: Network, endpoint: Endpoint): VpcEndpoint {
  if (endpoint.VpcEndpointType === "Gateway") return endpoint;
  const { region } = network;
  const service = endpoint.ServiceName.split(".").slice(3).join(".");
  const domain = `${service.split(".").toReversed().join(".")}.${region}.vpce.amazonaws.com`;
  const label = `${endpoint.VpcEndpointId}-${endpoint.VpcEndpointId.slice(-8)}`;
  const HostedZoneId = `Z${endpoint.VpcEndpointId.slice(-13).toUpperCase()}`;
  const zones = endpoint.SubnetIds.map((id) => network.get("subnet", id).AvailabilityZone);
  const names = [label, ...zones.map((zone) => `${label}-${zone}`)].map((name) => `${name}.${domain}`);
  const own = serviceOf(network, endpoint.ServiceName, "Interface")?.PrivateDnsName;
  return {
    ...endpoint,
    DnsEntries: [
      ...names.map((DnsName) => ({ DnsName, HostedZoneId })),
      ...(endpoint.PrivateDnsEnabled && own ? [{ DnsName: own, HostedZoneId }] : []),
    ],
  };
}
