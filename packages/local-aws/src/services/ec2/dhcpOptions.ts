/** DHCP options: what hosts of a VPC are told when they come up. */
import type { DhcpConfiguration } from "@aws-sdk/client-ec2";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs, needsToMake } from "./access.ts";
import { describe } from "./describe.ts";
import type { Network } from "./network.ts";

const keys = [
  ...["domain-name", "domain-name-servers", "ntp-servers", "netbios-name-servers", "netbios-node-type"],
  "ipv6-address-preferred-lease-time",
];

export function dhcpOperations(network: Network): Operations<"ec2"> {
  return {
    CreateDhcpOptions: {
      access: (input) => needsToMake(network, "dopt", "CreateDhcpOptions", input),
      run(input) {
        const DhcpConfigurations = input.DhcpConfigurations.map(({ Key = "", Values = [] }): DhcpConfiguration => {
          if (keys.includes(Key)) return { Key, Values: Values.map((Value) => ({ Value })) };
          const message = `Value (${Key}) for parameter dhcpConfiguration key is invalid. Allowed are ${keys.join(", ")}.`;
          throw new AwsError("InvalidParameterValue", message);
        });
        const OwnerId = network.accountId;
        const DhcpOptions = network.make("dopt", input, (DhcpOptionsId, Tags) => ({
          ...{ DhcpOptionsId, DhcpConfigurations, OwnerId, Tags },
        }));
        return { DhcpOptions };
      },
    },
    DescribeDhcpOptions: {
      access: () => needs(network, "DescribeDhcpOptions"),
      run(input) {
        const { items, ...rest } = describe(network, "dopt", input, input.DhcpOptionsIds, {
          "dhcp-options-id": ({ DhcpOptionsId }) => DhcpOptionsId,
          key: ({ DhcpConfigurations }) => DhcpConfigurations.map(({ Key }) => Key),
          "owner-id": ({ OwnerId }) => OwnerId,
          value: ({ DhcpConfigurations }) => DhcpConfigurations.map(({ Values }) => Values?.map(({ Value }) => Value)),
        });
        return { DhcpOptions: items, ...rest };
      },
    },
    AssociateDhcpOptions: {
      access: ({ DhcpOptionsId, VpcId }) =>
        needs(network, "AssociateDhcpOptions", DhcpOptionsId === "default" ? [] : DhcpOptionsId, VpcId),
      run({ DhcpOptionsId, VpcId }) {
        const vpc = network.get("vpc", VpcId);
        if (DhcpOptionsId !== "default") network.get("dopt", DhcpOptionsId);
        network.put("vpc", { ...vpc, DhcpOptionsId });
        return {};
      },
    },
    DeleteDhcpOptions: {
      access: ({ DhcpOptionsId }) => needs(network, "DeleteDhcpOptions", DhcpOptionsId),
      run({ DhcpOptionsId }) {
        network.get("dopt", DhcpOptionsId);
        if (network.list("vpc").some((vpc) => vpc.DhcpOptionsId === DhcpOptionsId)) {
          const message = `The dhcpOptions '${DhcpOptionsId}' has dependencies and cannot be deleted.`;
          throw new AwsError("DependencyViolation", message);
        }
        network.delete(DhcpOptionsId);
        return {};
      },
    },
  };
}
