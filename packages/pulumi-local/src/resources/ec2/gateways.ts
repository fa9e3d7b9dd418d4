/** Gateways, and the addresses that they use. */
import type { Address, EgressOnlyInternetGateway, InternetGateway, NatGateway } from "@aws-sdk/client-ec2";
import { capitalized, uncapitalized } from "../described.ts";
import { type Ec2, ec2Type, none } from "./part.ts";

export const gatewayTypes = (ec2: Ec2) => [internet(ec2), egressOnly(ec2), eip(ec2), nat(ec2)];

const internet = (ec2: Ec2) =>
  ec2Type(ec2, {
    name: "InternetGateway",
    kind: "internet-gateway",
    properties: ["vpcId"],
    mutable: ["vpcId"],
    taggable: true,
    async make(_inputs, tags) {
      type Answer = { InternetGateway: InternetGateway };
      return (await ec2.ask<Answer>("CreateInternetGateway", tags)).InternetGateway.InternetGatewayId;
    },
    async settle(InternetGatewayId, before, after) {
      if (before.vpcId === after.vpcId) return;
      if (before.vpcId) await ec2.ask("DetachInternetGateway", { InternetGatewayId, VpcId: before.vpcId });
      if (after.vpcId) await ec2.ask("AttachInternetGateway", { InternetGatewayId, VpcId: after.vpcId });
    },
    async find(id) {
      const input = { InternetGatewayIds: [id] };
      type Answer = { InternetGateways: InternetGateway[] };
      const [found] = (await ec2.ask<Answer>("DescribeInternetGateways", input)).InternetGateways;
      return (
        found && {
          arn: ec2.arn("internet-gateway", id),
          ownerId: found.OwnerId,
          vpcId: found.Attachments?.[0]?.VpcId ?? none,
          Tags: found.Tags,
        }
      );
    },
    async remove(InternetGatewayId, { vpcId: VpcId }) {
      if (VpcId) await ec2.ask("DetachInternetGateway", { InternetGatewayId, VpcId });
      return ec2.ask("DeleteInternetGateway", { InternetGatewayId });
    },
  });

const egressOnly = (ec2: Ec2) =>
  ec2Type(ec2, {
    name: "EgressOnlyInternetGateway",
    kind: "egress-only-internet-gateway",
    required: ["vpcId"],
    properties: ["vpcId"],
    taggable: true,
    async make({ vpcId: VpcId }, tags) {
      type Answer = { EgressOnlyInternetGateway: EgressOnlyInternetGateway };
      const answer = await ec2.ask<Answer>("CreateEgressOnlyInternetGateway", { VpcId, ...tags });
      return answer.EgressOnlyInternetGateway.EgressOnlyInternetGatewayId;
    },
    async find(id) {
      type Answer = { EgressOnlyInternetGateways: EgressOnlyInternetGateway[] };
      const input = { EgressOnlyInternetGatewayIds: [id] };
      const answer = await ec2.ask<Answer>("DescribeEgressOnlyInternetGateways", input);
      const [found] = answer.EgressOnlyInternetGateways;
      return found && { vpcId: found.Attachments?.[0]?.VpcId, Tags: found.Tags };
    },
    remove: (id) => ec2.ask("DeleteEgressOnlyInternetGateway", { EgressOnlyInternetGatewayId: id }),
  });

/** `ec2-203-0-113-1.eu-west-1.compute.amazonaws.com`; us-east-1 has a name of its own. */
const publicName = ({ region }: Ec2, ip = "") =>
  `ec2-${ip.replaceAll(".", "-")}.${region === "us-east-1" ? "compute-1" : `${region}.compute`}.amazonaws.com`;
const privateName = ({ region }: Ec2, ip: string) =>
  `ip-${ip.replaceAll(".", "-")}.${region === "us-east-1" ? "ec2" : `${region}.compute`}.internal`;

const eip = (ec2: Ec2) =>
  ec2Type(ec2, {
    name: "Eip",
    kind: "elastic-ip",
    properties: ["domain", "networkInterface", "associateWithPrivateIp"],
    inert: ["address", "customerOwnedIpv4Pool", "ipamPoolId", "networkBorderGroup", "publicIpv4Pool"],
    enums: { domain: ["vpc"] },
    mutable: ["networkInterface", "associateWithPrivateIp"],
    taggable: true,
    make: async (_inputs, tags) => (await ec2.ask<Address>("AllocateAddress", { Domain: "vpc", ...tags })).AllocationId,
    async settle(AllocationId, before, after) {
      const [old, wanted] = [before, after].map(({ networkInterface: card, associateWithPrivateIp: ip }) => ({
        card,
        ip,
      }));
      if (old?.card === wanted?.card && old?.ip === wanted?.ip) return;
      const AssociationId = old?.card && (await findAddress(ec2, AllocationId))?.AssociationId;
      if (AssociationId) await ec2.ask("DisassociateAddress", { AssociationId });
      if (!wanted?.card) return;
      const to = { NetworkInterfaceId: wanted.card, PrivateIpAddress: wanted.ip, AllowReassociation: true };
      await ec2.ask("AssociateAddress", { AllocationId, ...to });
    },
    async find(id) {
      const found = await findAddress(ec2, id);
      if (!found) return undefined;
      const { PublicIp, PrivateIpAddress } = found;
      return {
        allocationId: id,
        arn: ec2.arn("elastic-ip", id),
        associationId: found.AssociationId ?? none,
        carrierIp: none,
        customerOwnedIp: none,
        customerOwnedIpv4Pool: none,
        domain: found.Domain,
        instance: none,
        ipamPoolId: none,
        networkBorderGroup: found.NetworkBorderGroup,
        networkInterface: found.NetworkInterfaceId ?? none,
        ...(PrivateIpAddress && { privateDns: privateName(ec2, PrivateIpAddress) }),
        privateIp: PrivateIpAddress ?? none,
        ptrRecord: none,
        publicDns: publicName(ec2, PublicIp),
        publicIp: PublicIp,
        publicIpv4Pool: found.PublicIpv4Pool,
        Tags: found.Tags,
      };
    },
    async remove(AllocationId, { networkInterface }) {
      const AssociationId = networkInterface && (await findAddress(ec2, AllocationId))?.AssociationId;
      if (AssociationId) await ec2.ask("DisassociateAddress", { AssociationId });
      return ec2.ask("ReleaseAddress", { AllocationId });
    },
  });

const findAddress = async (ec2: Ec2, id: string): Promise<Address | undefined> =>
  (await ec2.ask<{ Addresses: Address[] }>("DescribeAddresses", { AllocationIds: [id] })).Addresses[0];

const nat = (ec2: Ec2) =>
  ec2Type(ec2, {
    name: "NatGateway",
    kind: "natgateway",
    requiredHere: ["subnetId"],
    properties: ["subnetId", "allocationId", "connectivityType", "privateIp"],
    enums: { connectivityType: ["private", "public"] },
    defaults: { connectivityType: "public" },
    taggable: true,
    async make(inputs, tags) {
      const request = capitalized(inputs, ["subnetId", "allocationId", "connectivityType"]);
      const PrivateIpAddress = inputs.privateIp;
      type Answer = { NatGateway: NatGateway };
      const answer = await ec2.ask<Answer>("CreateNatGateway", { ...request, PrivateIpAddress, ...tags });
      return answer.NatGateway.NatGatewayId;
    },
    async find(id) {
      const input = { NatGatewayIds: [id] };
      const [found] = (await ec2.ask<{ NatGateways: NatGateway[] }>("DescribeNatGateways", input)).NatGateways;
      // One that is deleted is described for a while.
      if (!found || found.State === "deleted" || found.State === "deleting") return undefined;
      const [address] = found.NatGatewayAddresses ?? [];
      return {
        ...uncapitalized(found, ["connectivityType", "subnetId", "vpcId"]),
        ...uncapitalized(address ?? {}, ["allocationId", "privateIp"]),
        associationId: address?.AssociationId ?? none,
        networkInterfaceId: address?.NetworkInterfaceId,
        publicIp: address?.PublicIp ?? none,
        availabilityMode: found.AvailabilityMode ?? "zonal",
        autoProvisionZones: none,
        autoScalingIps: none,
        regionalNatGatewayAddresses: [],
        regionalNatGatewayAutoMode: none,
        routeTableId: none,
        secondaryAllocationIds: [],
        secondaryPrivateIpAddressCount: 0,
        secondaryPrivateIpAddresses: [],
        Tags: found.Tags,
      };
    },
    remove: (NatGatewayId) => ec2.ask("DeleteNatGateway", { NatGatewayId }),
  });
