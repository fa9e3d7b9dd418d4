/** The component that awsx makes of a VPC: subnets over availability zones, with what lets them out. */
import type { Child, Component, ComponentContext, Properties } from "../../engine/provider.ts";

type Kind = "Public" | "Private" | "Isolated" | "Unused";

interface SubnetSpec {
  type: Kind;
  name?: string;
  cidrMask?: number;
  cidrBlocks?: string[];
  size?: number;
  tags?: Record<string, string>;
}

interface Inputs extends Properties {
  cidrBlock?: string;
  numberOfAvailabilityZones?: number;
  availabilityZoneNames?: string[];
  availabilityZoneCidrMask?: number;
  subnetSpecs?: SubnetSpec[];
  natGateways?: { strategy?: "None" | "Single" | "OnePerAz"; elasticIpAllocationIds?: string[] };
  vpcEndpointSpecs?: (Properties & { serviceName: string; vpcEndpointType?: string })[];
  vpcEndpointStrategy?: "Auto" | "Legacy";
  tags?: Record<string, string>;
}

interface Subnet {
  kind: Kind;
  zone: number;
  subnet: Child;
  table: Child;
}

/** What of its inputs is for its subnets rather than for the VPC itself. */
const own = [
  ...["numberOfAvailabilityZones", "availabilityZoneNames", "availabilityZoneCidrMask", "subnetSpecs", "natGateways"],
  ...["vpcEndpointSpecs", "vpcEndpointStrategy", "subnetStrategy", "subnetNameTagStrategy"],
];
const defaultSpecs: SubnetSpec[] = [{ type: "Private" }, { type: "Public" }];

/** https://www.pulumi.com/registry/packages/awsx/api-docs/ec2/vpc/ */
export const vpcComponent =
  (region: string): Component =>
  async (given, context) => {
    const inputs = given as Inputs;
    const { cidrBlock = "10.0.0.0/16", subnetSpecs = defaultSpecs, vpcEndpointSpecs = [] } = inputs;
    const { name, resource } = context;
    const zones =
      inputs.availabilityZoneNames ??
      ["a", "b", "c", "d", "e", "f"].slice(0, inputs.numberOfAvailabilityZones ?? 3).map((one) => `${region}${one}`);
    const settings = Object.fromEntries(Object.entries(inputs).filter(([key]) => !own.includes(key)));
    const tagged = (label: string, tags?: object) => ({ Name: label, ...inputs.tags, ...tags });
    const vpc = await resource("aws:ec2/vpc:Vpc", name, { ...settings, cidrBlock, tags: tagged(name) });
    const vpcId = vpc.id;
    const gateway = await resource("aws:ec2/internetGateway:InternetGateway", name, { vpcId, tags: tagged(name) }, [
      vpc.urn,
    ]);

    const blocks = layOut(cidrBlock, zones.length, subnetSpecs, inputs.availabilityZoneCidrMask);
    const subnets: Subnet[] = [];
    const associations: Child[] = [];
    for (const [zone, availabilityZone] of zones.entries()) {
      for (const [index, spec] of subnetSpecs.entries()) {
        if (spec.type === "Unused") continue;
        const label = `${name}-${spec.name ?? spec.type.toLowerCase()}-${zone + 1}`;
        const mapPublicIpOnLaunch = spec.type === "Public";
        const place = { vpcId, availabilityZone, cidrBlock: blocks[zone]?.[index], mapPublicIpOnLaunch };
        const tags = tagged(label, spec.tags);
        const subnet = await resource("aws:ec2/subnet:Subnet", label, { ...place, tags }, [vpc.urn]);
        const table = await resource("aws:ec2/routeTable:RouteTable", label, { vpcId, tags }, [vpc.urn]);
        associations.push(
          await resource(
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            label,
            { routeTableId: table.id, subnetId: subnet.id },
            [subnet.urn, table.urn],
          ),
        );
        subnets.push({ kind: spec.type, zone, subnet, table });
      }
    }
    const { routes, eips, natGateways } = await wayOut(inputs, context, { gateway, subnets, zones: zones.length });
    const tables = subnets.map(({ table }) => table);
    const vpcEndpoints: Child[] = [];
    for (const spec of vpcEndpointSpecs) {
      const isGateway = (spec.vpcEndpointType ?? "Gateway") === "Gateway";
      const filled =
        inputs.vpcEndpointStrategy === "Auto" && isGateway ? { routeTableIds: tables.map(({ id }) => id) } : {};
      vpcEndpoints.push(
        await resource(
          "aws:ec2/vpcEndpoint:VpcEndpoint",
          `${name}-${spec.serviceName.split(".").at(-1)}`,
          { ...filled, ...spec, vpcId, tags: tagged(name) },
          [vpc.urn, ...tables.map(({ urn }) => urn)],
        ),
      );
    }

    const references = (children: Child[]) => children.map(({ reference }) => reference);
    const of = (kind: Kind) => subnets.filter((one) => one.kind === kind).map(({ subnet }) => subnet);
    const outputs: Properties = {
      vpc: vpc.reference,
      vpcId,
      internetGateway: gateway.reference,
      subnets: references(subnets.map(({ subnet }) => subnet)),
      subnetLayout: subnetSpecs,
      routeTables: references(tables),
      routeTableAssociations: references(associations),
      routes: references(routes),
      eips: references(eips),
      natGateways: references(natGateways),
      vpcEndpoints: references(vpcEndpoints),
    };
    for (const kind of ["Public", "Private", "Isolated"] as const) {
      outputs[`${kind.toLowerCase()}Subnets`] = references(of(kind));
      outputs[`${kind.toLowerCase()}SubnetIds`] = of(kind).map(({ id }) => id);
    }
    return outputs;
  };

/** Routes: public subnets by the internet gateway, private ones by NAT gateways in public ones. */
async function wayOut(
  { natGateways = {}, tags: all }: Inputs,
  { name, resource }: ComponentContext,
  { gateway, subnets, zones }: { gateway: Child; subnets: Subnet[]; zones: number },
): Promise<{ routes: Child[]; eips: Child[]; natGateways: Child[] }> {
  const { strategy = "OnePerAz", elasticIpAllocationIds = [] } = natGateways;
  const publicIn = (zone: number) => subnets.find((one) => one.kind === "Public" && one.zone === zone)?.subnet;
  const isNeeded = subnets.some(({ kind }) => kind === "Private");
  const count = strategy === "None" || !isNeeded ? 0 : strategy === "Single" ? 1 : zones;
  if (count > 0 && !publicIn(0)) {
    throw new Error(`natGateways.strategy is ${strategy}; allowed is None without a public subnet`);
  }
  const eips: Child[] = [];
  const nats: Child[] = [];
  for (let zone = 0; zone < count; zone++) {
    const label = `${name}-${zone + 1}`;
    const tags = { Name: label, ...all };
    const subnet = publicIn(zone) as Child;
    const eip = elasticIpAllocationIds[zone] ? undefined : await resource("aws:ec2/eip:Eip", label, { tags });
    if (eip) eips.push(eip);
    const allocationId = elasticIpAllocationIds[zone] ?? eip?.id;
    const after = [subnet.urn, ...(eip ? [eip.urn] : [])];
    nats.push(
      await resource("aws:ec2/natGateway:NatGateway", label, { subnetId: subnet.id, allocationId, tags }, after),
    );
  }
  const routes: Child[] = [];
  for (const { kind, zone, table, subnet } of subnets) {
    const nat = nats[Math.min(zone, nats.length - 1)];
    const target = kind === "Public" ? gateway : kind === "Private" ? nat : undefined;
    if (!target) continue;
    const label = subnet.urn.split("::").at(-1) as string;
    const by = kind === "Public" ? { gatewayId: target.id } : { natGatewayId: target.id };
    const route = { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", ...by };
    routes.push(await resource("aws:ec2/route:Route", label, route, [table.urn, target.urn]));
  }
  return { routes, eips, natGateways: nats };
}

/** Blocks by zone and spec: the VPC's divided evenly by zones, a zone's by specs, each where its size allows it to begin. */
export function layOut(cidrBlock: string, zones: number, specs: SubnetSpec[], zoneMask?: number): string[][] {
  const [address = "", mask = "16"] = cidrBlock.split("/");
  const base = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const ofZone = zoneMask ?? Number(mask) + bits(zones);
  const even = ofZone + bits(specs.length);
  return Array.from({ length: zones }, (_, zone) => {
    const start = base + zone * 2 ** (32 - ofZone);
    let next = start;
    return specs.map(({ cidrBlocks, cidrMask, size }) => {
      if (cidrBlocks) return cidrBlocks[zone] ?? "";
      const subnetMask = cidrMask ?? (size ? 32 - bits(size) : even);
      const length = 2 ** (32 - subnetMask);
      const from = Math.ceil(next / length) * length;
      next = from + length;
      if (next > start + 2 ** (32 - ofZone)) {
        throw new Error(`subnetSpecs do not fit into a zone's /${ofZone} of ${cidrBlock}`);
      }
      return `${[24, 16, 8, 0].map((shift) => Math.floor(from / 2 ** shift) % 256).join(".")}/${subnetMask}`;
    });
  });
}

const bits = (count: number): number => Math.ceil(Math.log2(Math.max(1, count)));
