/** Elastic IP addresses: of blocks that are for documentation, since nothing here is reached by them. */
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs, needsToMake } from "./access.ts";
import { describe, select } from "./describe.ts";
import type { Items } from "./kinds.ts";
import { type Network, newId } from "./network.ts";
import { unmodelled } from "./unmodelled.ts";

type Address = Items["eipalloc"];

export function addressOperations(network: Network): Operations<"ec2"> {
  return {
    AllocateAddress: {
      access: (input) => needsToMake(network, "eipalloc", "AllocateAddress", input),
      run(input) {
        const { Domain = "vpc", NetworkBorderGroup = network.region } = input;
        if (Domain !== "vpc") throw new AwsError("InvalidParameterValue", `Domain must be vpc, it is ${Domain}`);
        const other = (["Address", "CustomerOwnedIpv4Pool", "IpamPoolId"] as const).find((name) => input[name]);
        if (other) throw unmodelled(`${other} of an elastic IP address`);
        const PublicIp = freeAddress(network);
        const made = network.make("eipalloc", input, (AllocationId, Tags) => ({
          ...{ AllocationId, PublicIp, Domain, NetworkBorderGroup, Tags },
          PublicIpv4Pool: "amazon",
        }));
        const { Tags: _, ...rest } = made;
        return rest;
      },
    },
    DescribeAddresses: {
      access: () => needs(network, "DescribeAddresses"),
      run({ Filters, AllocationIds, PublicIps = [] }) {
        const missing = PublicIps.find((ip) => !byIp(network, ip));
        if (missing) throw new AwsError("InvalidAddress.NotFound", `Address '${missing}' not found.`);
        const ids = [...(AllocationIds ?? []), ...PublicIps.map((ip) => byIp(network, ip)!.AllocationId)];
        const { items } = describe(network, "eipalloc", { Filters }, ids, {
          "allocation-id": ({ AllocationId }) => AllocationId,
          "association-id": ({ AssociationId }) => AssociationId,
          domain: ({ Domain }) => Domain,
          "instance-id": () => undefined,
          "network-border-group": ({ NetworkBorderGroup }) => NetworkBorderGroup,
          "network-interface-id": ({ NetworkInterfaceId }) => NetworkInterfaceId,
          "network-interface-owner-id": ({ NetworkInterfaceOwnerId }) => NetworkInterfaceOwnerId,
          "private-ip-address": ({ PrivateIpAddress }) => PrivateIpAddress,
          "public-ip": ({ PublicIp }) => PublicIp,
        });
        return { Addresses: items };
      },
    },
    DescribeAddressesAttribute: {
      access: () => needs(network, "DescribeAddressesAttribute"),
      run({ AllocationIds, MaxResults, NextToken }) {
        const asked = AllocationIds?.length
          ? AllocationIds.map((id) => network.get("eipalloc", id))
          : network.list("eipalloc");
        const { items, ...rest } = select(asked, { MaxResults, NextToken }, ({ AllocationId }) => AllocationId, {});
        return {
          Addresses: items.map(({ AllocationId, PublicIp, PtrRecord }) => ({ AllocationId, PublicIp, PtrRecord })),
          ...rest,
        };
      },
    },
    AssociateAddress: {
      access: ({ AllocationId, NetworkInterfaceId }) =>
        needs(network, "AssociateAddress", AllocationId, NetworkInterfaceId),
      run({ AllocationId, PublicIp, NetworkInterfaceId, InstanceId, PrivateIpAddress, AllowReassociation }) {
        if (InstanceId !== undefined) throw unmodelled("instances");
        const address = PublicIp === undefined ? network.get("eipalloc", AllocationId) : byIp(network, PublicIp);
        if (!address) throw new AwsError("InvalidAddress.NotFound", `Address '${PublicIp}' not found.`);
        const eni = network.get("eni", NetworkInterfaceId);
        const isSame = address.NetworkInterfaceId === eni.NetworkInterfaceId;
        if (address.AssociationId && !isSame && !AllowReassociation) {
          const message = `resource ${address.AllocationId} is already associated with associate-id ${address.AssociationId}`;
          throw new AwsError("Resource.AlreadyAssociated", message);
        }
        return network.transaction(() => {
          if (address.AssociationId) dissociate(network, address);
          return { AssociationId: associate(network, address.AllocationId, eni.NetworkInterfaceId, PrivateIpAddress) };
        });
      },
    },
    DisassociateAddress: {
      access: ({ AssociationId }) =>
        needs(network, "DisassociateAddress", byAssociation(network, AssociationId)?.AllocationId),
      run({ AssociationId, PublicIp }) {
        const address = AssociationId === undefined ? byIp(network, PublicIp) : byAssociation(network, AssociationId);
        if (!address) {
          throw new AwsError("InvalidAssociationID.NotFound", `The association ID '${AssociationId}' does not exist`);
        }
        if (isOfGateway(network, address)) {
          throw new AwsError("AuthFailure", "You do not have permission to access the specified resource.");
        }
        network.transaction(() => dissociate(network, address));
        return {};
      },
    },
    ReleaseAddress: {
      access: ({ AllocationId }) => needs(network, "ReleaseAddress", AllocationId),
      run({ AllocationId, PublicIp }) {
        const address = AllocationId === undefined ? byIp(network, PublicIp) : network.get("eipalloc", AllocationId);
        if (!address) throw new AwsError("InvalidAddress.NotFound", `Address '${PublicIp}' not found.`);
        if (address.AssociationId !== undefined) {
          throw new AwsError("InvalidIPAddress.InUse", `Address ${address.PublicIp} is in use.`);
        }
        network.delete(address.AllocationId);
        return {};
      },
    },
  };
}

const byIp = (network: Network, ip: string | undefined): Address | undefined =>
  network.list("eipalloc").find(({ PublicIp }) => PublicIp === ip);
const byAssociation = (network: Network, id: string | undefined): Address | undefined =>
  id === undefined ? undefined : network.list("eipalloc").find(({ AssociationId }) => AssociationId === id);
const isOfGateway = (network: Network, { NetworkInterfaceId }: Address): boolean =>
  network.find("eni", NetworkInterfaceId)?.InterfaceType === "nat_gateway";

/** https://www.rfc-editor.org/rfc/rfc5737 */
function freeAddress(network: Network): string {
  const taken = new Set(network.list("eipalloc").map(({ PublicIp }) => PublicIp));
  for (const block of ["203.0.113", "198.51.100", "192.0.2"]) {
    for (let last = 1; last < 255; last++) if (!taken.has(`${block}.${last}`)) return `${block}.${last}`;
  }
  throw new AwsError("AddressLimitExceeded", "The maximum number of addresses has been reached.");
}

/** @returns the association's id. */
export function associate(network: Network, allocation: string, eni: string, privateIp?: string): string {
  const { NetworkInterfaceId, PrivateIpAddress, OwnerId, ...card } = network.get("eni", eni);
  const address = network.get("eipalloc", allocation);
  const AssociationId = newId("eipassoc");
  const { AllocationId, PublicIp } = address;
  const Association = { AllocationId, AssociationId, IpOwnerId: network.accountId, PublicIp };
  network.put("eni", { ...card, NetworkInterfaceId, PrivateIpAddress, OwnerId, Association });
  network.put("eipalloc", {
    ...address,
    AssociationId,
    NetworkInterfaceId,
    NetworkInterfaceOwnerId: OwnerId,
    PrivateIpAddress: privateIp ?? PrivateIpAddress,
  });
  return AssociationId;
}

export function dissociate(network: Network, address: Address): void {
  const { AssociationId: _, NetworkInterfaceId, NetworkInterfaceOwnerId: __, PrivateIpAddress: ___, ...rest } = address;
  network.put("eipalloc", rest);
  const card = network.find("eni", NetworkInterfaceId);
  if (!card) return;
  const { Association: ____, ...free } = card;
  network.put("eni", free);
}
