/**
 * What a call of EC2 needs: its action on each resource that it names, and `ec2:CreateTags` where it tags what it makes.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 */
import type { TagSpecification } from "@aws-sdk/client-ec2";
import type { Access } from "../../service.ts";
import { type Kind, kindOf, kinds } from "./kinds.ts";
import type { Network } from "./network.ts";

type Ids = string | readonly (string | undefined)[] | undefined;

/**
 * @param ids resources that the action applies to; one that is about to be made as its kind and `*`: `vpc-*`. Without any,
 * the action has no resource.
 */
export function needs(network: Network, action: string, ...ids: Ids[]): Access[] {
  const named = ids.flat().filter((id): id is string => id !== undefined);
  const context = { "ec2:Region": network.region };
  const accesses = named.map((id) => onResource(network, action, id));
  return accesses.length > 0 ? accesses : [{ action: `ec2:${action}`, resource: "*", context }];
}

/** As {@link needs}, for what makes a resource of that kind. */
export function needsToMake(
  network: Network,
  kind: Kind,
  action: string,
  { TagSpecifications }: { TagSpecifications?: TagSpecification[] | undefined },
  ...ids: Ids[]
): Access[] {
  const made = network.arn(kind, "*");
  const context = { "ec2:Region": network.region, "ec2:CreateAction": action };
  const tagging = (TagSpecifications ?? []).some(({ Tags = [] }) => Tags.length > 0);
  return [
    ...needs(network, action, `${kind}-*`, ...ids),
    ...(tagging ? [{ action: "ec2:CreateTags", resource: made, context }] : []),
  ];
}

function onResource(network: Network, action: string, id: string): Access {
  const { region, accountId } = network;
  const kind = kindOf(id);
  // What is no resource's id is refused by the operation itself.
  const resource = kind
    ? network.arn(kind, id.endsWith("-*") ? "*" : id)
    : `arn:aws:ec2:${region}:${accountId}:*/${id}`;
  const found = kind && network.find(kind, id);
  const vpc = found && "VpcId" in found && kind !== "vpc" ? found.VpcId : undefined;
  return {
    action: `ec2:${action}`,
    resource,
    context: {
      "ec2:Region": region,
      ...(kind && found && { [idKeys[kind] ?? `ec2:${kinds[kind].id}`]: id }),
      ...(vpc && { "ec2:Vpc": network.arn("vpc", vpc) }),
      ...(found &&
        "AvailabilityZone" in found && {
          "ec2:AvailabilityZone": found.AvailabilityZone ?? "",
          "ec2:AvailabilityZoneId": found.AvailabilityZoneId ?? "",
        }),
      ...(found &&
        kind !== "subnet" &&
        "SubnetId" in found && { "ec2:Subnet": network.arn("subnet", found.SubnetId ?? "") }),
      ...(found && "PublicIp" in found && { "ec2:PublicIpAddress": found.PublicIp }),
      ...(found && "ServiceName" in found && { "ec2:VpceServiceName": found.ServiceName }),
    },
  };
}

/** Condition keys that are a resource's id, where they are not the name of its member. */
const idKeys: Partial<Record<Kind, string>> = {
  dopt: "ec2:DhcpOptionsID",
  eipalloc: "ec2:AllocationId",
  eni: "ec2:NetworkInterfaceID",
  igw: "ec2:InternetGatewayID",
  acl: "ec2:NetworkAclID",
  rtb: "ec2:RouteTableID",
  sg: "ec2:SecurityGroupID",
  subnet: "ec2:SubnetID",
  vpc: "ec2:VpcID",
};
