/** Network ACLs: numbered rules, and the subnets that they are for. */
import type { NetworkAclEntry } from "@aws-sdk/client-ec2";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs, needsToMake } from "./access.ts";
import { canonical } from "./cidr.ts";
import { describe } from "./describe.ts";
import type { Items } from "./kinds.ts";
import { type Network, newId } from "./network.ts";

/** The last rule of each direction, which nobody changes. */
const last = 32767;

const entry = (Egress: boolean, RuleNumber: number, RuleAction: "allow" | "deny"): NetworkAclEntry => ({
  ...{ CidrBlock: "0.0.0.0/0", Egress, Protocol: "-1", RuleAction, RuleNumber },
});

const deniesAll = (): NetworkAclEntry[] => [true, false].map((egress) => entry(egress, last, "deny"));

/** Of a VPC's default ACL, which lets everything through. */
export const defaultEntries = (): NetworkAclEntry[] =>
  [true, false].flatMap((egress) => [entry(egress, 100, "allow"), entry(egress, last, "deny")]);

export function networkAclOperations(network: Network): Operations<"ec2"> {
  return {
    CreateNetworkAcl: {
      access: (input) => needsToMake(network, "acl", "CreateNetworkAcl", input, input.VpcId),
      run(input) {
        const { VpcId } = network.get("vpc", input.VpcId);
        const OwnerId = network.accountId;
        const NetworkAcl = network.make("acl", input, (NetworkAclId, Tags) => ({
          ...{ NetworkAclId, VpcId, OwnerId, Tags, IsDefault: false, Associations: [], Entries: deniesAll() },
        }));
        return { NetworkAcl, ClientToken: input.ClientToken };
      },
    },
    DescribeNetworkAcls: {
      access: () => needs(network, "DescribeNetworkAcls"),
      run(input) {
        const { items, ...rest } = describe(network, "acl", input, input.NetworkAclIds, {
          "association.association-id": ({ Associations }) =>
            Associations.map(({ NetworkAclAssociationId }) => NetworkAclAssociationId),
          "association.network-acl-id": ({ Associations }) => Associations.map(({ NetworkAclId }) => NetworkAclId),
          "association.subnet-id": ({ Associations }) => Associations.map(({ SubnetId }) => SubnetId),
          default: ({ IsDefault }) => IsDefault,
          "entry.cidr": ({ Entries }) => Entries.map(({ CidrBlock }) => CidrBlock),
          "entry.egress": ({ Entries }) => Entries.map(({ Egress }) => Egress),
          "entry.icmp.code": ({ Entries }) => Entries.map(({ IcmpTypeCode }) => IcmpTypeCode?.Code),
          "entry.icmp.type": ({ Entries }) => Entries.map(({ IcmpTypeCode }) => IcmpTypeCode?.Type),
          "entry.ipv6-cidr": ({ Entries }) => Entries.map(({ Ipv6CidrBlock }) => Ipv6CidrBlock),
          "entry.port-range.from": ({ Entries }) => Entries.map(({ PortRange }) => PortRange?.From),
          "entry.port-range.to": ({ Entries }) => Entries.map(({ PortRange }) => PortRange?.To),
          "entry.protocol": ({ Entries }) => Entries.map(({ Protocol }) => Protocol),
          "entry.rule-action": ({ Entries }) => Entries.map(({ RuleAction }) => RuleAction),
          "entry.rule-number": ({ Entries }) => Entries.map(({ RuleNumber }) => RuleNumber),
          "network-acl-id": ({ NetworkAclId }) => NetworkAclId,
          "owner-id": ({ OwnerId }) => OwnerId,
          "vpc-id": ({ VpcId }) => VpcId,
        });
        return { NetworkAcls: items, ...rest };
      },
    },
    DeleteNetworkAcl: {
      access: ({ NetworkAclId }) => needs(network, "DeleteNetworkAcl", NetworkAclId),
      run({ NetworkAclId }) {
        const { IsDefault, Associations } = network.get("acl", NetworkAclId);
        if (IsDefault) {
          throw new AwsError("InvalidParameterValue", `cannot delete default network ACL ${NetworkAclId}`);
        }
        if (Associations.length > 0) {
          const message = `The networkAcl '${NetworkAclId}' has dependencies and cannot be deleted.`;
          throw new AwsError("DependencyViolation", message);
        }
        network.delete(NetworkAclId);
        return {};
      },
    },
    CreateNetworkAclEntry: {
      access: ({ NetworkAclId }) => needs(network, "CreateNetworkAclEntry", NetworkAclId),
      run({ NetworkAclId, DryRun: _, ...input }) {
        const acl = network.get("acl", NetworkAclId);
        const added = checkedEntry(input);
        if (acl.Entries.some((one) => isAt(one, added))) {
          const message = `The network acl entry identified by ${input.RuleNumber} already exists.`;
          throw new AwsError("NetworkAclEntryAlreadyExists", message);
        }
        network.put("acl", { ...acl, Entries: inOrder([...acl.Entries, added]) });
        return {};
      },
    },
    ReplaceNetworkAclEntry: {
      access: ({ NetworkAclId }) => needs(network, "ReplaceNetworkAclEntry", NetworkAclId),
      run({ NetworkAclId, DryRun: _, ...input }) {
        const { acl, others } = without(network, NetworkAclId, input);
        network.put("acl", { ...acl, Entries: inOrder([...others, checkedEntry(input)]) });
        return {};
      },
    },
    DeleteNetworkAclEntry: {
      access: ({ NetworkAclId }) => needs(network, "DeleteNetworkAclEntry", NetworkAclId),
      run({ NetworkAclId, RuleNumber, Egress }) {
        const { acl, others } = without(network, NetworkAclId, { RuleNumber, Egress });
        network.put("acl", { ...acl, Entries: others });
        return {};
      },
    },
    ReplaceNetworkAclAssociation: {
      access: ({ NetworkAclId, AssociationId }) =>
        needs(network, "ReplaceNetworkAclAssociation", NetworkAclId, associationOf(network, AssociationId)?.SubnetId),
      run({ NetworkAclId, AssociationId }) {
        const target = network.get("acl", NetworkAclId);
        const one = associationOf(network, AssociationId);
        if (!one) {
          throw new AwsError("InvalidAssociationID.NotFound", `The association ID '${AssociationId}' does not exist`);
        }
        const before = network.get("acl", one.NetworkAclId);
        if (before.VpcId !== target.VpcId) {
          const message = `Network ACL ${NetworkAclId} and subnet ${one.SubnetId} belong to different networks`;
          throw new AwsError("InvalidParameterValue", message);
        }
        const NewAssociationId = newId("aclassoc");
        network.transaction(() => {
          const left = before.Associations.filter((other) => other.NetworkAclAssociationId !== AssociationId);
          network.put("acl", { ...before, Associations: left });
          const now = network.get("acl", NetworkAclId);
          const added = { NetworkAclAssociationId: NewAssociationId, NetworkAclId, SubnetId: one.SubnetId };
          network.put("acl", { ...now, Associations: [...now.Associations, added] });
        });
        return { NewAssociationId };
      },
    },
  };
}

const associationOf = (network: Network, id: string) =>
  network
    .list("acl")
    .flatMap(({ Associations }) => Associations)
    .find(({ NetworkAclAssociationId }) => NetworkAclAssociationId === id);

type Place = Pick<NetworkAclEntry, "RuleNumber" | "Egress">;
const isAt = (one: Place, other: Place): boolean => one.RuleNumber === other.RuleNumber && one.Egress === other.Egress;

/** By direction and number. */
const inOrder = (entries: NetworkAclEntry[]): NetworkAclEntry[] =>
  entries.toSorted((a, b) => Number(b.Egress) - Number(a.Egress) || a.RuleNumber! - b.RuleNumber!);

/** @throws AwsError where there is no such rule, or it is the last one. */
function without(network: Network, id: string, place: Place): { acl: Items["acl"]; others: NetworkAclEntry[] } {
  const acl = network.get("acl", id);
  const others = acl.Entries.filter((one) => !isAt(one, place));
  if (others.length === acl.Entries.length || place.RuleNumber === last) {
    const direction = place.Egress ? "egress" : "ingress";
    const message = `The ${direction} network acl entry identified by rule number ${place.RuleNumber} does not exist in ${id}`;
    throw new AwsError("InvalidNetworkAclEntry.NotFound", message);
  }
  return { acl, others };
}

/** @throws AwsError */
function checkedEntry(given: NetworkAclEntry): NetworkAclEntry {
  const { RuleNumber = 0, Protocol = "", PortRange, CidrBlock, Ipv6CidrBlock, RuleAction, IcmpTypeCode } = given;
  const refuse = (message: string) => new AwsError("InvalidParameterValue", message);
  if (RuleNumber < 1 || RuleNumber >= last) {
    throw refuse(`RuleNumber must be between 1 and ${last - 1}, it is ${RuleNumber}`);
  }
  if (!/^(-1|\d{1,3})$/.test(Protocol) || Number(Protocol) > 255) {
    throw refuse(`Invalid value '${Protocol}' for IP protocol. Unknown protocol.`);
  }
  if ((RuleAction as string) !== "allow" && (RuleAction as string) !== "deny") {
    throw refuse(`Value (${RuleAction}) for parameter ruleAction is invalid. Allowed are allow and deny.`);
  }
  if ((CidrBlock === undefined) === (Ipv6CidrBlock === undefined)) {
    throw new AwsError("MissingParameter", "The request must contain exactly one of CidrBlock, Ipv6CidrBlock");
  }
  const hasPorts = PortRange?.From !== undefined && PortRange.To !== undefined;
  if (["6", "17"].includes(Protocol) && !hasPorts) {
    throw refuse("Invalid value for portRange. Must specify both from and to ports with TCP/UDP.");
  }
  if (["1", "58"].includes(Protocol) && !IcmpTypeCode) {
    throw refuse("Invalid value for icmpTypeCode. Must specify type and code with ICMP.");
  }
  return {
    ...given,
    ...(CidrBlock !== undefined && { CidrBlock: canonical(CidrBlock) }),
    ...(Ipv6CidrBlock !== undefined && { Ipv6CidrBlock: canonical(Ipv6CidrBlock) }),
  };
}
