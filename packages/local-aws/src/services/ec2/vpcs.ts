/** VPCs: their blocks and attributes. */
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs, needsToMake } from "./access.ts";
import { canonical, overlaps, readBlock } from "./cidr.ts";
import { dependencies } from "./dependencies.ts";
import { describe } from "./describe.ts";
import type { Items } from "./kinds.ts";
import type { Network } from "./network.ts";
import { association, furnish, newVpc, providedBlock } from "./newVpc.ts";
import { unmodelled } from "./unmodelled.ts";

/** Names of `DescribeVpcAttribute`, by the member that they are. */
const attributeNames = {
  enableDnsSupport: "EnableDnsSupport",
  enableDnsHostnames: "EnableDnsHostnames",
  enableNetworkAddressUsageMetrics: "EnableNetworkAddressUsageMetrics",
} as const;

export function vpcOperations(network: Network): Operations<"ec2"> {
  return {
    CreateVpc: {
      access: (input) => needsToMake(network, "vpc", "CreateVpc", input),
      run(input) {
        const { CidrBlock, InstanceTenancy = "default", AmazonProvidedIpv6CidrBlock } = input;
        if (CidrBlock === undefined) throw unmodelled("a VPC without CidrBlock, of an IPAM pool");
        if (input.Ipv6CidrBlock !== undefined || input.Ipv6Pool !== undefined)
          throw unmodelled("pools of IPv6 addresses");
        checkTenancy(InstanceTenancy);
        const vpc = network.make("vpc", input, (id, tags) => ({
          ...newVpc(network, id, vpcBlock(CidrBlock), tags),
          InstanceTenancy,
          ...(AmazonProvidedIpv6CidrBlock && { Ipv6CidrBlockAssociationSet: [providedBlock(network)] }),
        }));
        furnish(network, vpc);
        return { Vpc: { ...vpc, State: "pending" } };
      },
    },
    DescribeVpcs: {
      access: () => needs(network, "DescribeVpcs"),
      run(input) {
        const { items, ...rest } = describe(network, "vpc", input, input.VpcIds, {
          cidr: ({ CidrBlock }) => CidrBlock,
          "cidr-block": ({ CidrBlock }) => CidrBlock,
          cidrBlock: ({ CidrBlock }) => CidrBlock,
          "cidr-block-association.association-id": ({ CidrBlockAssociationSet }) =>
            CidrBlockAssociationSet.map(({ AssociationId }) => AssociationId),
          "cidr-block-association.cidr-block": ({ CidrBlockAssociationSet }) =>
            CidrBlockAssociationSet.map((one) => one.CidrBlock),
          "cidr-block-association.state": ({ CidrBlockAssociationSet }) =>
            CidrBlockAssociationSet.map(({ CidrBlockState }) => CidrBlockState?.State),
          "dhcp-options-id": ({ DhcpOptionsId }) => DhcpOptionsId,
          "ipv6-cidr-block-association.association-id": ({ Ipv6CidrBlockAssociationSet }) =>
            Ipv6CidrBlockAssociationSet.map(({ AssociationId }) => AssociationId),
          "ipv6-cidr-block-association.ipv6-cidr-block": ({ Ipv6CidrBlockAssociationSet }) =>
            Ipv6CidrBlockAssociationSet.map(({ Ipv6CidrBlock }) => Ipv6CidrBlock),
          "ipv6-cidr-block-association.ipv6-pool": ({ Ipv6CidrBlockAssociationSet }) =>
            Ipv6CidrBlockAssociationSet.map(({ Ipv6Pool }) => Ipv6Pool),
          "ipv6-cidr-block-association.state": ({ Ipv6CidrBlockAssociationSet }) =>
            Ipv6CidrBlockAssociationSet.map(({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.State),
          "is-default": ({ IsDefault }) => IsDefault,
          isDefault: ({ IsDefault }) => IsDefault,
          "owner-id": ({ OwnerId }) => OwnerId,
          state: ({ State }) => State,
          "vpc-id": ({ VpcId }) => VpcId,
        });
        return { Vpcs: items, ...rest };
      },
    },
    DeleteVpc: {
      access: ({ VpcId }) => needs(network, "DeleteVpc", VpcId),
      run({ VpcId }) {
        network.get("vpc", VpcId);
        if (dependencies(network, VpcId).length > 0) {
          throw new AwsError("DependencyViolation", `The vpc '${VpcId}' has dependencies and cannot be deleted.`);
        }
        network.transaction(() => {
          for (const { GroupId } of groupsOf(network, VpcId)) {
            for (const rule of network.list("sgr"))
              if (rule.GroupId === GroupId) network.delete(rule.SecurityGroupRuleId);
            network.delete(GroupId);
          }
          for (const acl of network.list("acl")) if (acl.VpcId === VpcId) network.delete(acl.NetworkAclId);
          for (const table of network.list("rtb")) if (table.VpcId === VpcId) network.delete(table.RouteTableId);
          network.delete(VpcId);
        });
        return {};
      },
    },
    DescribeVpcAttribute: {
      access: ({ VpcId }) => needs(network, "DescribeVpcAttribute", VpcId),
      run({ VpcId, Attribute }) {
        const { attributes } = network.get("vpc", VpcId);
        const name = attributeNames[Attribute];
        if (!name) {
          const message = `Value (${Attribute}) for parameter attribute is invalid. Allowed are ${Object.keys(attributeNames).join(", ")}.`;
          throw new AwsError("InvalidParameterValue", message);
        }
        return { VpcId, [name]: { Value: attributes[name] } };
      },
    },
    ModifyVpcAttribute: {
      access: ({ VpcId }) => needs(network, "ModifyVpcAttribute", VpcId),
      run({ VpcId, ...input }) {
        const vpc = network.get("vpc", VpcId);
        const given = Object.values(attributeNames).filter((name) => input[name]?.Value !== undefined);
        const [name, ...more] = given;
        if (!name || more.length > 0) {
          const message =
            "Exactly one attribute can be modified at a time: EnableDnsSupport, EnableDnsHostnames or EnableNetworkAddressUsageMetrics";
          throw new AwsError("InvalidParameterCombination", message);
        }
        network.put("vpc", { ...vpc, attributes: { ...vpc.attributes, [name]: input[name]!.Value! } });
        return {};
      },
    },
    ModifyVpcTenancy: {
      access: ({ VpcId }) => needs(network, "ModifyVpcTenancy", VpcId),
      run({ VpcId, InstanceTenancy }) {
        if (InstanceTenancy !== "default") {
          throw new AwsError("InvalidParameterValue", `InstanceTenancy must be default, it is ${InstanceTenancy}`);
        }
        network.put("vpc", { ...network.get("vpc", VpcId), InstanceTenancy });
        return { ReturnValue: true };
      },
    },
    AssociateVpcCidrBlock: {
      access: ({ VpcId }) => needs(network, "AssociateVpcCidrBlock", VpcId),
      run({ VpcId, CidrBlock, AmazonProvidedIpv6CidrBlock }) {
        const vpc = network.get("vpc", VpcId);
        if (AmazonProvidedIpv6CidrBlock) {
          const added = providedBlock(network);
          const Ipv6CidrBlockAssociationSet = [...vpc.Ipv6CidrBlockAssociationSet, added];
          network.put("vpc", { ...vpc, Ipv6CidrBlockAssociationSet });
          return { VpcId, Ipv6CidrBlockAssociation: { ...added, Ipv6CidrBlockState: { State: "associating" } } };
        }
        if (CidrBlock === undefined) throw unmodelled("blocks of an IPAM pool or of an own IPv6 pool");
        const block = vpcBlock(CidrBlock);
        if (vpc.CidrBlockAssociationSet.some((one) => overlaps(readBlock(one.CidrBlock!), readBlock(block)))) {
          throw new AwsError("InvalidVpc.Range", `The CIDR '${block}' overlaps with another of the VPC '${VpcId}'`);
        }
        const added = association(block);
        network.put("vpc", { ...vpc, CidrBlockAssociationSet: [...vpc.CidrBlockAssociationSet, added] });
        return { VpcId, CidrBlockAssociation: { ...added, CidrBlockState: { State: "associating" } } };
      },
    },
    DisassociateVpcCidrBlock: {
      access: ({ AssociationId }) => needs(network, "DisassociateVpcCidrBlock", ownerOf(network, AssociationId)?.VpcId),
      run({ AssociationId }) {
        const vpc = ownerOf(network, AssociationId);
        if (!vpc) {
          const message = `The vpc CIDR block association ID '${AssociationId}' does not exist`;
          throw new AwsError("InvalidVpcCidrBlockAssociationID.NotFound", message);
        }
        const one = vpc.CidrBlockAssociationSet.find((given) => given.AssociationId === AssociationId);
        if (one?.CidrBlock === vpc.CidrBlock) {
          const message = `The vpc CIDR block with association ID ${AssociationId} may not be disassociated. It is the primary IPv4 CIDR block of the VPC`;
          throw new AwsError("OperationNotPermitted", message);
        }
        const block = one?.CidrBlock;
        const inUse = network
          .list("subnet")
          .some(
            (subnet) =>
              subnet.VpcId === vpc.VpcId &&
              block &&
              subnet.CidrBlock &&
              overlaps(readBlock(subnet.CidrBlock), readBlock(block)),
          );
        if (inUse) {
          throw new AwsError(
            "InvalidCidrBlock.InUse",
            `The vpc ${vpc.VpcId} currently has a subnet within CIDR block ${block}`,
          );
        }
        const others = <T extends { AssociationId?: string }>(set: T[]) =>
          set.filter((given) => given.AssociationId !== AssociationId);
        const ipv6 = vpc.Ipv6CidrBlockAssociationSet.find((given) => given.AssociationId === AssociationId);
        network.put("vpc", {
          ...vpc,
          CidrBlockAssociationSet: others(vpc.CidrBlockAssociationSet),
          Ipv6CidrBlockAssociationSet: others(vpc.Ipv6CidrBlockAssociationSet),
        });
        return {
          VpcId: vpc.VpcId,
          ...(one && { CidrBlockAssociation: { ...one, CidrBlockState: { State: "disassociating" } } }),
          ...(ipv6 && { Ipv6CidrBlockAssociation: { ...ipv6, Ipv6CidrBlockState: { State: "disassociating" } } }),
        };
      },
    },
  };
}

const ownerOf = (network: Network, association: string): Items["vpc"] | undefined =>
  network
    .list("vpc")
    .find((vpc) =>
      [...vpc.CidrBlockAssociationSet, ...vpc.Ipv6CidrBlockAssociationSet].some(
        ({ AssociationId }) => AssociationId === association,
      ),
    );

const groupsOf = (network: Network, vpc: string): Items["sg"][] =>
  network.list("sg").filter(({ VpcId }) => VpcId === vpc);

/** @throws AwsError for sizes that a VPC cannot have. */
function vpcBlock(cidr: string): string {
  const { mask, isIpv4 } = readBlock(cidr);
  if (!isIpv4 || mask < 16 || mask > 28) throw new AwsError("InvalidVpc.Range", `The CIDR '${cidr}' is invalid.`);
  return canonical(cidr);
}

function checkTenancy(tenancy: string): void {
  if (["default", "dedicated"].includes(tenancy)) return;
  const message = `Value (${tenancy}) for parameter instanceTenancy is invalid. Allowed are default and dedicated.`;
  throw new AwsError("InvalidParameterValue", message);
}
