import type { Kind } from "./kinds.ts";
import type { Network } from "./network.ts";

/** What goes with its VPC, as far as nobody made it. */
const main = { rtb: isMain, acl: ({ IsDefault }: { IsDefault?: boolean }) => IsDefault, sg: isDefault } as const;

function isMain({ Associations }: { Associations: { Main?: boolean }[] }): boolean {
  return Associations.some(({ Main }) => Main);
}
function isDefault({ GroupName }: { GroupName: string }): boolean {
  return GroupName === "default";
}

/** Ids of what is in a VPC and keeps it from being deleted. */
export function dependencies(network: Network, vpc: string): string[] {
  const kinds: Kind[] = ["subnet", "eni", "vpce", "rtb", "acl", "sg"];
  const inside = kinds.flatMap((kind) =>
    network
      .list(kind)
      .filter(
        (item) =>
          "VpcId" in item &&
          item.VpcId === vpc &&
          !(main as Partial<Record<Kind, (one: never) => unknown>>)[kind]?.(item as never),
      )
      .map((item) => network.idOf(kind, item)),
  );
  const gateways = network.list("igw").filter(({ Attachments }) => Attachments.some(({ VpcId }) => VpcId === vpc));
  const egress = network.list("eigw").filter(({ Attachments }) => Attachments.some(({ VpcId }) => VpcId === vpc));
  return [
    ...inside,
    ...gateways.map(({ InternetGatewayId }) => InternetGatewayId),
    ...egress.map(({ EgressOnlyInternetGatewayId }) => EgressOnlyInternetGatewayId),
  ];
}
