/** Internet gateways, and those that only lead out. */
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs, needsToMake } from "./access.ts";
import { describe } from "./describe.ts";
import type { Network } from "./network.ts";

export function gatewayOperations(network: Network): Operations<"ec2"> {
  return {
    CreateInternetGateway: {
      access: (input) => needsToMake(network, "igw", "CreateInternetGateway", input),
      run(input) {
        const OwnerId = network.accountId;
        const InternetGateway = network.make("igw", input, (InternetGatewayId, Tags) => ({
          ...{ InternetGatewayId, OwnerId, Tags, Attachments: [] },
        }));
        return { InternetGateway };
      },
    },
    DescribeInternetGateways: {
      access: () => needs(network, "DescribeInternetGateways"),
      run(input) {
        const { items, ...rest } = describe(network, "igw", input, input.InternetGatewayIds, {
          "attachment.state": ({ Attachments }) => Attachments.map(({ State }) => State),
          "attachment.vpc-id": ({ Attachments }) => Attachments.map(({ VpcId }) => VpcId),
          "internet-gateway-id": ({ InternetGatewayId }) => InternetGatewayId,
          "owner-id": ({ OwnerId }) => OwnerId,
        });
        return { InternetGateways: items, ...rest };
      },
    },
    AttachInternetGateway: {
      access: ({ InternetGatewayId, VpcId }) => needs(network, "AttachInternetGateway", InternetGatewayId, VpcId),
      run({ InternetGatewayId, VpcId }) {
        const gateway = network.get("igw", InternetGatewayId);
        network.get("vpc", VpcId);
        const [attached] = gateway.Attachments;
        if (attached) {
          const message = `resource ${InternetGatewayId} is already attached to network ${attached.VpcId}`;
          throw new AwsError("Resource.AlreadyAssociated", message);
        }
        const other = network.list("igw").some(({ Attachments }) => Attachments.some((one) => one.VpcId === VpcId));
        if (other) {
          const message = `Network ${VpcId} already has an internet gateway attached`;
          throw new AwsError("InvalidParameterValue", message);
        }
        // The state of an internet gateway's attachment has a name of its own.
        network.put("igw", { ...gateway, Attachments: [{ VpcId, State: "available" as "attached" }] });
        return {};
      },
    },
    DetachInternetGateway: {
      access: ({ InternetGatewayId, VpcId }) => needs(network, "DetachInternetGateway", InternetGatewayId, VpcId),
      run({ InternetGatewayId, VpcId }) {
        const gateway = network.get("igw", InternetGatewayId);
        if (!gateway.Attachments.some((one) => one.VpcId === VpcId)) {
          const message = `resource ${InternetGatewayId} is not attached to network ${VpcId}`;
          throw new AwsError("Gateway.NotAttached", message);
        }
        if (network.list("eni").some((one) => one.VpcId === VpcId && one.Association)) {
          const message = `Network ${VpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`;
          throw new AwsError("DependencyViolation", message);
        }
        network.put("igw", { ...gateway, Attachments: [] });
        return {};
      },
    },
    DeleteInternetGateway: {
      access: ({ InternetGatewayId }) => needs(network, "DeleteInternetGateway", InternetGatewayId),
      run({ InternetGatewayId }) {
        if (network.get("igw", InternetGatewayId).Attachments.length > 0) {
          const message = `The internetGateway '${InternetGatewayId}' has dependencies and cannot be deleted.`;
          throw new AwsError("DependencyViolation", message);
        }
        network.delete(InternetGatewayId);
        return {};
      },
    },

    CreateEgressOnlyInternetGateway: {
      access: (input) => needsToMake(network, "eigw", "CreateEgressOnlyInternetGateway", input, input.VpcId),
      run(input) {
        const { VpcId } = network.get("vpc", input.VpcId);
        const EgressOnlyInternetGateway = network.make("eigw", input, (EgressOnlyInternetGatewayId, Tags) => ({
          EgressOnlyInternetGatewayId,
          Attachments: [{ VpcId, State: "attached" as const }],
          Tags,
        }));
        return { EgressOnlyInternetGateway, ClientToken: input.ClientToken };
      },
    },
    DescribeEgressOnlyInternetGateways: {
      access: () => needs(network, "DescribeEgressOnlyInternetGateways"),
      run(input) {
        const { items, ...rest } = describe(network, "eigw", input, input.EgressOnlyInternetGatewayIds, {});
        return { EgressOnlyInternetGateways: items, ...rest };
      },
    },
    DeleteEgressOnlyInternetGateway: {
      access: ({ EgressOnlyInternetGatewayId: id }) => needs(network, "DeleteEgressOnlyInternetGateway", id),
      run({ EgressOnlyInternetGatewayId: id }) {
        network.get("eigw", id);
        network.delete(id);
        return { ReturnCode: true };
      },
    },
  };
}
