import type {
  GetHostedZoneCommandOutput,
  HostedZone,
  ResourceRecordSet,
  ResourceTagSet,
} from "@aws-sdk/client-route-53";
import type { Cloud } from "local-aws/service";
import type { Made, Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";
import { tagChanges, tagList, tagMap } from "../tags.ts";

type Described = Pick<GetHostedZoneCommandOutput, "HostedZone" | "DelegationSet">;

const withoutDot = (name = "") => name.replace(/\.$/, "");
const idOf = ({ Id = "" }: HostedZone) => Id.replace("/hostedzone/", "");

/** What the provider shows of a zone. */
function shown(zone: HostedZone, nameServers: string[] = []): Properties {
  const id = idOf(zone);
  const sorted = nameServers.toSorted();
  return {
    name: withoutDot(zone.Name),
    comment: zone.Config?.Comment ?? "",
    arn: `arn:aws:route53:::hostedzone/${id}`,
    zoneId: id,
    nameServers: sorted,
    primaryNameServer: nameServers[0] ?? "",
  };
}

/** A public zone; a private one belongs to a VPC, and is refused. */
export function zoneType(cloud: Cloud): ResourceType {
  const call = <T = Properties>(operation: string, input: object) => cloud.call<T>("route53", operation, input);
  const retag = (ResourceId: string, AddTags: object[], RemoveTagKeys: string[] = []) =>
    call("ChangeTagsForResource", { ResourceType: "hostedzone", ResourceId, AddTags, RemoveTagKeys });

  async function made(inputs: Properties, { HostedZone: zone, DelegationSet }: Described): Promise<Made> {
    return { id: idOf(zone!), outputs: { ...shown(zone!, DelegationSet?.NameServers), ...inputs } };
  }

  return {
    type: "aws:route53/zone:Zone",
    docs: "https://www.pulumi.com/registry/packages/aws/api-docs/route53/zone/",
    properties: ["comment", "forceDestroy"],
    inert: ["enableAcceleratedRecovery"],
    defaults: { comment: "Managed by Pulumi", forceDestroy: false },
    replaces: ["name"],
    autoname: { property: "name", max: 255 },
    taggable: true,
    async create(inputs) {
      const described = await call<Described>("CreateHostedZone", {
        Name: inputs.name,
        // A reference is good for one zone; what a killed run has made is not known by it.
        CallerReference: `pulumi-${crypto.randomUUID()}`,
        HostedZoneConfig: { Comment: inputs.comment },
      });
      await retag(idOf(described.HostedZone!), tagList(inputs.tagsAll));
      return made(inputs, described);
    },
    async update(id, before, after) {
      if (before.comment !== after.comment) await call("UpdateHostedZoneComment", { Id: id, Comment: after.comment });
      const { put, remove } = tagChanges(before.tagsAll, after.tagsAll);
      await retag(id, tagList(put), remove);
      return made(after, await call<Described>("GetHostedZone", { Id: id }));
    },
    async delete(id, { forceDestroy }) {
      if (forceDestroy === true) await empty(cloud, id);
      await call("DeleteHostedZone", { Id: id });
    },
    async read(id) {
      return await made({}, await call<Described>("GetHostedZone", { Id: id }));
    },
  };
}

/** Takes all records away but those that every zone has. */
async function empty(cloud: Cloud, HostedZoneId: string): Promise<void> {
  const { HostedZone: zone } = await cloud.call<Described>("route53", "GetHostedZone", { Id: HostedZoneId });
  for (;;) {
    const { ResourceRecordSets: sets } = await cloud.call<{ ResourceRecordSets: ResourceRecordSet[] }>(
      ...(["route53", "ListResourceRecordSets", { HostedZoneId }] as const),
    );
    const own = ({ Name, Type }: ResourceRecordSet) => Name === zone?.Name && (Type === "NS" || Type === "SOA");
    const Changes = sets
      .filter((set) => !own(set))
      .map((ResourceRecordSet) => ({ Action: "DELETE", ResourceRecordSet }));
    if (Changes.length === 0) return;
    await cloud.call("route53", "ChangeResourceRecordSets", { HostedZoneId, ChangeBatch: { Changes } });
  }
}

/** `aws.route53.getZone`: one zone, by its id, or by its name and tags. */
export async function findZone(cloud: Cloud, { zoneId, name, tags = {}, privateZone, vpcId }: Properties) {
  if (privateZone === true || vpcId !== undefined) throw new Error("the local cloud does not model private zones");
  const call = <T>(operation: string, input: object) => cloud.call<T>("route53", operation, input);
  const candidates: HostedZone[] = [];
  if (zoneId !== undefined) {
    candidates.push((await call<Described>("GetHostedZone", { Id: zoneId })).HostedZone!);
  } else {
    if (name === undefined && Object.keys(tags as object).length === 0) {
      throw new Error("zoneId, name or tags must be given");
    }
    let Marker: string | undefined;
    do {
      const listed = await call<{ HostedZones: HostedZone[]; NextMarker?: string }>("ListHostedZones", { Marker });
      candidates.push(...listed.HostedZones);
      Marker = listed.NextMarker;
    } while (Marker);
  }
  const found: [zone: HostedZone, tags: Record<string, string>][] = [];
  for (const zone of candidates) {
    if (name !== undefined && withoutDot(zone.Name) !== withoutDot(String(name)).toLowerCase()) continue;
    const listing = { ResourceType: "hostedzone", ResourceId: idOf(zone) };
    const { ResourceTagSet } = await call<{ ResourceTagSet: ResourceTagSet }>("ListTagsForResource", listing);
    const own = tagMap(ResourceTagSet.Tags);
    if (Object.entries(tags as object).every(([key, value]) => own[key] === value)) found.push([zone, own]);
  }
  if (found.length !== 1) {
    throw new Error(
      found.length === 0
        ? "no matching Route 53 Hosted Zone found"
        : "multiple Route 53 Hosted Zones matched; use additional constraints to reduce matches to a single Route 53 Hosted Zone",
    );
  }
  const [[zone, own]] = found as [[HostedZone, Record<string, string>]];
  const { DelegationSet } = await call<Described>("GetHostedZone", { Id: zone.Id });
  return {
    ...shown(zone, DelegationSet?.NameServers),
    id: idOf(zone),
    callerReference: zone.CallerReference,
    linkedServiceDescription: "",
    linkedServicePrincipal: "",
    privateZone: false,
    resourceRecordSetCount: zone.ResourceRecordSetCount,
    tags: own,
  };
}
