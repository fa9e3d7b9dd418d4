/** NAT gateways: each with a network interface, and a public one with an elastic IP address. */
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs, needsToMake } from "./access.ts";
import { associate, dissociate } from "./addresses.ts";
import { describe } from "./describe.ts";
import type { Items } from "./kinds.ts";
import type { Network } from "./network.ts";
import { addInterface } from "./networkInterfaces.ts";
import { unmodelled } from "./unmodelled.ts";

/** How long one that is deleted is still described, in milliseconds. */
const remembered = 3_600_000;

export function natGatewayOperations(network: Network): Operations<"ec2"> {
  return {
    CreateNatGateway: {
      access: (input) => needsToMake(network, "nat", "CreateNatGateway", input, input.SubnetId, input.AllocationId),
      run(input) {
        const { SubnetId, AllocationId, ConnectivityType = "public", PrivateIpAddress } = input;
        const { VpcId } = network.get("subnet", SubnetId);
        const more = (
          ["SecondaryAllocationIds", "SecondaryPrivateIpAddresses", "AvailabilityZoneAddresses"] as const
        ).find((name) => input[name]?.length);
        if (more) throw unmodelled(`${more} of a NAT gateway`);
        // The address of the same request is in use by what it made.
        if (!network.made("nat", input)) check(network, ConnectivityType, AllocationId, VpcId);
        const made = network.make("nat", input, (NatGatewayId, Tags) => {
          const card = addInterface(network, {
            SubnetId: SubnetId!,
            PrivateIpAddress,
            InterfaceType: "nat_gateway",
            Description: `Interface for NAT Gateway ${NatGatewayId}`,
            RequesterManaged: true,
          });
          const { NetworkInterfaceId } = card;
          const AssociationId = AllocationId && associate(network, AllocationId, NetworkInterfaceId);
          const address = {
            NetworkInterfaceId,
            PrivateIp: card.PrivateIpAddress,
            IsPrimary: true,
            Status: "succeeded" as const,
            ...(AssociationId && {
              ...{ AllocationId, AssociationId, PublicIp: network.get("eipalloc", AllocationId).PublicIp },
            }),
          };
          return {
            NatGatewayId,
            SubnetId: SubnetId!,
            VpcId,
            ConnectivityType,
            CreateTime: new Date(),
            State: "available",
            NatGatewayAddresses: [address],
            Tags,
          };
        });
        return { NatGateway: { ...made, State: "pending" }, ClientToken: input.ClientToken };
      },
    },
    DescribeNatGateways: {
      access: () => needs(network, "DescribeNatGateways"),
      run({ Filter: Filters, ...input }) {
        forget(network);
        const { items, ...rest } = describe(network, "nat", { ...input, Filters }, input.NatGatewayIds, {
          "nat-gateway-id": ({ NatGatewayId }) => NatGatewayId,
          state: ({ State }) => State,
          "subnet-id": ({ SubnetId }) => SubnetId,
          "vpc-id": ({ VpcId }) => VpcId,
        });
        return { NatGateways: items, ...rest };
      },
    },
    DeleteNatGateway: {
      access: ({ NatGatewayId }) => needs(network, "DeleteNatGateway", NatGatewayId),
      run({ NatGatewayId }) {
        const gateway = network.get("nat", NatGatewayId);
        if (gateway.State === "deleted") return { NatGatewayId };
        network.transaction(() => {
          for (const { NetworkInterfaceId, AllocationId } of gateway.NatGatewayAddresses) {
            const address = network.find("eipalloc", AllocationId);
            if (address) dissociate(network, address);
            network.delete(NetworkInterfaceId!);
          }
          network.put("nat", { ...gateway, State: "deleted", DeleteTime: new Date() });
        });
        return { NatGatewayId };
      },
    },
  };
}

function check(network: Network, type: string, allocation: string | undefined, vpc: string): void {
  if (type !== "public" && type !== "private") {
    const message = `Value (${type}) for parameter connectivityType is invalid. Allowed are public and private.`;
    throw new AwsError("InvalidParameterValue", message);
  }
  if (type === "private") {
    if (allocation === undefined) return;
    throw new AwsError("InvalidParameterCombination", "AllocationId cannot be used with connectivity type private");
  }
  if (allocation === undefined)
    throw new AwsError("MissingParameter", "The request must contain the parameter AllocationId");
  const address = network.get("eipalloc", allocation);
  if (address.AssociationId !== undefined) {
    const message = `Elastic IP address [${allocation}] is already associated`;
    throw new AwsError("Resource.AlreadyAssociated", message);
  }
  const isOpen = network.list("igw").some(({ Attachments }) => Attachments.some(({ VpcId }) => VpcId === vpc));
  if (!isOpen) throw new AwsError("Gateway.NotAttached", `Network ${vpc} has no Internet gateway attached`);
}

const forget = (network: Network): void => {
  const long = (one: Items["nat"]) =>
    one.DeleteTime !== undefined && Date.now() - one.DeleteTime.getTime() > remembered;
  for (const gateway of network.list("nat").filter(long)) network.delete(gateway.NatGatewayId);
};
