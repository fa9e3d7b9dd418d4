/** What a region has before anything is made: a default VPC, and the prefix lists of AWS's services. */
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { needs } from "./access.ts";
import { contains, overlaps, readBlock } from "./cidr.ts";
import type { Items } from "./kinds.ts";
import type { Network } from "./network.ts";
import { blockIn, furnish, newVpc } from "./newVpc.ts";
import { joinDefaultAcl, newSubnet } from "./subnets.ts";
import { zoneNames } from "./zones.ts";

/** https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html */
const block = "172.31.0.0/16";
const subnetMask = 20;

/** Services with gateway endpoints, and a block of each that is for documentation. */
const services = { s3: "198.51.100.0/24", dynamodb: "203.0.113.0/24" };

export function defaultOperations(network: Network): Operations<"ec2"> {
  return {
    CreateDefaultVpc: {
      access: () => needs(network, "CreateDefaultVpc"),
      run() {
        const before = defaultVpc(network);
        if (before) {
          const message = `A Default VPC already exists for this account in this region: ${before.VpcId}`;
          throw new AwsError("DefaultVpcAlreadyExists", message);
        }
        return { Vpc: network.transaction(() => addDefaultVpc(network)) };
      },
    },
    CreateDefaultSubnet: {
      access: () => needs(network, "CreateDefaultSubnet"),
      run({ AvailabilityZone }) {
        const vpc = defaultVpc(network);
        if (!vpc)
          throw new AwsError("DefaultVpcDoesNotExist", "No default VPC exists for this account in this region.");
        if (!zoneNames(network.region).includes(AvailabilityZone ?? "")) {
          throw new AwsError("InvalidParameterValue", `Invalid availability zone: [${AvailabilityZone}]`);
        }
        const own = network.list("subnet").filter(({ VpcId }) => VpcId === vpc.VpcId);
        const before = own.find((one) => one.DefaultForAz && one.AvailabilityZone === AvailabilityZone);
        if (before) {
          const message = `'${before.SubnetId}' is already the default subnet in ${AvailabilityZone}.`;
          throw new AwsError("DefaultSubnetAlreadyExistsInAvailabilityZone", message);
        }
        const free = Array.from({ length: 16 }, (_, place) => blockIn(vpc.CidrBlock, subnetMask, place)).find(
          (cidr) =>
            contains(readBlock(vpc.CidrBlock), readBlock(cidr)) &&
            !own.some((one) => one.CidrBlock && overlaps(readBlock(one.CidrBlock), readBlock(cidr))),
        );
        if (!free) throw new AwsError("InvalidSubnet.Range", `The default VPC ${vpc.VpcId} has no free block left`);
        return { Subnet: addDefaultSubnet(network, vpc, AvailabilityZone!, free) };
      },
    },
  };
}

const defaultVpc = (network: Network): Items["vpc"] | undefined =>
  network.list("vpc").find(({ IsDefault }) => IsDefault);

/** Makes it all, once in a region's life: what is deleted stays so. */
export function furnishRegion(network: Network): void {
  if (network.list("pl").some(({ OwnerId }) => OwnerId === "AWS")) return;
  network.transaction(() => {
    for (const [service, cidr] of Object.entries(services)) addServiceList(network, service, cidr);
    addDefaultVpc(network);
  });
}

function addServiceList(network: Network, service: string, Cidr: string): void {
  network.make("pl", {}, (PrefixListId, Tags) => ({
    PrefixListId,
    PrefixListName: `com.amazonaws.${network.region}.${service}`,
    PrefixListArn: `arn:aws:ec2:${network.region}:aws:prefix-list/${PrefixListId}`,
    OwnerId: "AWS",
    AddressFamily: "IPv4",
    MaxEntries: 1000,
    State: "create-complete",
    Version: 1,
    versions: [[{ Cidr }]],
    Tags,
  }));
}

function addDefaultVpc(network: Network): Items["vpc"] {
  const vpc = network.make("vpc", {}, (id, tags) => {
    const made = newVpc(network, id, block, tags);
    return { ...made, IsDefault: true, attributes: { ...made.attributes, EnableDnsHostnames: true } };
  });
  const { VpcId } = vpc;
  const { table } = furnish(network, vpc);
  for (const [index, zone] of zoneNames(network.region).entries()) {
    addDefaultSubnet(network, vpc, zone, blockIn(block, subnetMask, index));
  }
  const gateway = network.make("igw", {}, (InternetGatewayId, Tags) => ({
    InternetGatewayId,
    OwnerId: network.accountId,
    Attachments: [{ VpcId, State: "available" as "attached" }],
    Tags,
  }));
  const out = { DestinationCidrBlock: "0.0.0.0/0", GatewayId: gateway.InternetGatewayId };
  network.put("rtb", { ...table, Routes: [{ ...out, Origin: "CreateRoute", State: "active" }] });
  return vpc;
}

function addDefaultSubnet(network: Network, { VpcId }: Items["vpc"], zone: string, cidr: string): Items["subnet"] {
  const subnet = network.make("subnet", {}, (id, tags) => ({
    ...newSubnet(network, id, { VpcId, block: cidr, zone }, tags),
    DefaultForAz: true,
    MapPublicIpOnLaunch: true,
  }));
  joinDefaultAcl(network, subnet);
  return subnet;
}
