/**
 * Route 53: public hosted zones and their records, kept and checked as AWS does. No name server answers for them.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/
 */
import type { TagResourceType } from "@aws-sdk/client-route-53";
import { page } from "../../kit/page.ts";
import { type Tags, tagList, tagMap, withoutTags } from "../../kit/tags.ts";
import type { OperationOf, Operations } from "../../operations.ts";
import { AwsError, type Cloud, type Service } from "../../service.ts";
import { applyChanges } from "./changes.ts";
import { isDomainName, normalName, orderOf } from "./names.ts";
import { idOf, type ZoneRecord, Zones } from "./zones.ts";

export function createRoute53(cloud: Cloud): Service {
  const zones = new Zones(cloud);
  return {
    name: "route53",
    shapes: () => import("@aws-sdk/client-route-53"),
    operations: { ...zoneOperations(zones), ...recordOperations(zones), ...tagOperations(zones) },
  };
}

const anything = (action: string) => () => [{ action: `route53:${action}`, resource: "*" }];
const onZone = (zones: Zones, action: string) => (input: { Id?: string; HostedZoneId?: string }) => [
  { action: `route53:${action}`, resource: zones.arn(input.HostedZoneId ?? input.Id ?? "") },
];

const unmodelled = (what: string) => new AwsError("InvalidInput", `The local cloud does not model ${what}`, 400);

/** Properties of the zone itself. */
const ownTypes = ["NS", "SOA"];

function zoneOperations(zones: Zones): Operations<"route53"> {
  const CreateHostedZone: OperationOf<"route53", "CreateHostedZone"> = {
    access: anything("CreateHostedZone"),
    run({ Name, CallerReference, HostedZoneConfig, VPC, DelegationSetId }) {
      if (VPC || HostedZoneConfig?.PrivateZone) throw unmodelled("private zones");
      if (DelegationSetId !== undefined) throw unmodelled("a zone's DelegationSetId");
      if (!isDomainName(Name)) throw new AwsError("InvalidDomainName", `${Name} is not a valid domain name`, 400);
      if (zones.zones.values().some((one) => one.callerReference === CallerReference)) {
        const message = `A hosted zone has already been created with the specified caller reference: ${CallerReference}`;
        throw new AwsError("HostedZoneAlreadyExists", message, 409);
      }
      const { Comment: comment } = HostedZoneConfig ?? {};
      const zone = zones.add({ name: normalName(Name), callerReference: CallerReference, ...(comment && { comment }) });
      return {
        HostedZone: zones.described(zone),
        ChangeInfo: zones.changed(),
        DelegationSet: zones.delegation(zone.id),
        Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${zone.id}`,
      };
    },
  };

  const GetHostedZone: OperationOf<"route53", "GetHostedZone"> = {
    access: onZone(zones, "GetHostedZone"),
    run({ Id }) {
      const zone = zones.zone(Id);
      return { HostedZone: zones.described(zone), DelegationSet: zones.delegation(zone.id) };
    },
  };

  const UpdateHostedZoneComment: OperationOf<"route53", "UpdateHostedZoneComment"> = {
    access: onZone(zones, "UpdateHostedZoneComment"),
    run({ Id, Comment }) {
      const { comment: _, ...zone } = zones.zone(Id);
      const changed = { ...zone, ...(Comment !== undefined && { comment: Comment }) };
      zones.zones.put(zone.id, changed);
      return { HostedZone: zones.described(changed) };
    },
  };

  const DeleteHostedZone: OperationOf<"route53", "DeleteHostedZone"> = {
    access: onZone(zones, "DeleteHostedZone"),
    run({ Id }) {
      const { id, name } = zones.zone(Id);
      if (zones.records(id).some(({ Name, Type }) => Name !== name || !ownTypes.includes(Type!))) {
        const message =
          "The specified hosted zone contains non-required resource record sets and so cannot be deleted.";
        throw new AwsError("HostedZoneNotEmpty", message, 400);
      }
      zones.remove(id);
      return { ChangeInfo: zones.changed() };
    },
  };

  const ListHostedZones: OperationOf<"route53", "ListHostedZones"> = {
    access: anything("ListHostedZones"),
    run(input) {
      if (input.DelegationSetId !== undefined) throw unmodelled("reusable delegation sets");
      const all = input.HostedZoneType === "PrivateHostedZone" ? [] : zones.zones.values();
      const { items, next } = page(all, input, ({ id }) => id, { most: 100, invalid: noMarker });
      return {
        HostedZones: items.map((zone) => zones.described(zone)),
        Marker: input.Marker ?? "",
        IsTruncated: next !== undefined,
        MaxItems: input.MaxItems ?? 100,
        ...(next && { NextMarker: next }),
      };
    },
  };

  const ListHostedZonesByName: OperationOf<"route53", "ListHostedZonesByName"> = {
    access: anything("ListHostedZonesByName"),
    run({ DNSName, HostedZoneId, MaxItems = 100 }) {
      const key = ({ name, id }: Pick<ZoneRecord, "name" | "id">) => `${orderOf(name)}\n${id}`;
      const first = DNSName === undefined ? "" : key({ name: normalName(DNSName), id: idOf(HostedZoneId ?? "") });
      const all = zones.zones.values().filter((zone) => key(zone) >= first);
      const sorted = all.toSorted((one, other) => (key(one) < key(other) ? -1 : 1));
      const next = sorted[MaxItems];
      return {
        HostedZones: sorted.slice(0, MaxItems).map((zone) => zones.described(zone)),
        ...(DNSName !== undefined && { DNSName }),
        ...(HostedZoneId !== undefined && { HostedZoneId: idOf(HostedZoneId) }),
        IsTruncated: next !== undefined,
        ...(next && { NextDNSName: next.name, NextHostedZoneId: next.id }),
        MaxItems,
      };
    },
  };

  /** No zone is signed: keys for that cannot be created here. */
  const GetDNSSEC: OperationOf<"route53", "GetDNSSEC"> = {
    access: onZone(zones, "GetDNSSEC"),
    run({ HostedZoneId }) {
      zones.zone(HostedZoneId);
      return { Status: { ServeSignature: "NOT_SIGNING" }, KeySigningKeys: [] };
    },
  };

  const GetHostedZoneCount: OperationOf<"route53", "GetHostedZoneCount"> = {
    access: anything("GetHostedZoneCount"),
    run: () => ({ HostedZoneCount: zones.zones.values().length }),
  };

  return {
    ...{ CreateHostedZone, GetHostedZone, UpdateHostedZoneComment, DeleteHostedZone },
    ...{ ListHostedZones, ListHostedZonesByName, GetHostedZoneCount, GetDNSSEC },
  };
}

const noMarker = () => new AwsError("InvalidInput", "Marker is not one that ListHostedZones returned.", 400);

function recordOperations(zones: Zones): Operations<"route53"> {
  const ChangeResourceRecordSets: OperationOf<"route53", "ChangeResourceRecordSets"> = {
    access(input) {
      const changes = input.ChangeBatch?.Changes ?? [];
      const sets = changes.flatMap(({ ResourceRecordSet }) => ResourceRecordSet ?? []);
      const context = {
        "route53:ChangeResourceRecordSetsActions": changes.map(({ Action = "" }) => String(Action)),
        "route53:ChangeResourceRecordSetsRecordTypes": sets.map(({ Type = "" }) => String(Type)),
        "route53:ChangeResourceRecordSetsNormalizedRecordNames": sets.map(({ Name = "" }) =>
          normalName(Name).slice(0, -1),
        ),
      };
      return onZone(zones, "ChangeResourceRecordSets")(input).map((access) => ({ ...access, context }));
    },
    run({ HostedZoneId, ChangeBatch }) {
      applyChanges(zones, zones.zone(HostedZoneId), ChangeBatch.Changes ?? []);
      return { ChangeInfo: zones.changed(ChangeBatch.Comment) };
    },
  };

  const ListResourceRecordSets: OperationOf<"route53", "ListResourceRecordSets"> = {
    access: onZone(zones, "ListResourceRecordSets"),
    run({ HostedZoneId, StartRecordName, StartRecordType = "", StartRecordIdentifier = "", MaxItems = 300 }) {
      const { id } = zones.zone(HostedZoneId);
      if (StartRecordType && StartRecordName === undefined) {
        throw new AwsError("InvalidInput", "StartRecordName must be given along with StartRecordType.", 400);
      }
      const key = (name: string, type: string, identifier: string) => [orderOf(name), type, identifier].join("\n");
      const first = StartRecordName && key(normalName(StartRecordName), StartRecordType, StartRecordIdentifier);
      const all = zones
        .records(id)
        .filter(({ Name = "", Type = "", SetIdentifier = "" }) => !first || key(Name, Type, SetIdentifier) >= first);
      const count = Math.min(MaxItems, 300);
      const next = all[count];
      return {
        ResourceRecordSets: all.slice(0, count),
        IsTruncated: next !== undefined,
        MaxItems: count,
        ...(next && { NextRecordName: next.Name, NextRecordType: next.Type }),
        ...(next?.SetIdentifier !== undefined && { NextRecordIdentifier: next.SetIdentifier }),
      };
    },
  };

  const GetChange: OperationOf<"route53", "GetChange"> = {
    access: ({ Id = "" }) => [{ action: "route53:GetChange", resource: `arn:aws:route53:::change/${idOf(Id)}` }],
    run: ({ Id }) => ({ ChangeInfo: zones.change(Id) }),
  };

  return { ChangeResourceRecordSets, ListResourceRecordSets, GetChange };
}

function tagOperations(zones: Zones): Operations<"route53"> {
  const access =
    (action: string) =>
    ({ ResourceId = "", ResourceIds = [ResourceId] }: { ResourceId?: string; ResourceIds?: string[] }) =>
      ResourceIds.map((id) => ({ action: `route53:${action}`, resource: zones.arn(id) }));
  const zoneOf = (type: TagResourceType, id: string) => {
    if (type !== "hostedzone") throw unmodelled(`a ${type}'s tags`);
    return zones.zone(id);
  };
  const tagSet = (type: TagResourceType, id: string) => ({
    ResourceType: type,
    ResourceId: id,
    Tags: tagList(zoneOf(type, id).tags),
  });

  const ChangeTagsForResource: OperationOf<"route53", "ChangeTagsForResource"> = {
    access: access("ChangeTagsForResource"),
    run({ ResourceType, ResourceId, AddTags, RemoveTagKeys }) {
      const zone = zoneOf(ResourceType, ResourceId);
      const tags: Tags = { ...withoutTags(zone.tags, RemoveTagKeys), ...tagMap(AddTags) };
      if (Object.keys(tags).length > 50) throw new AwsError("InvalidInput", "A zone may have at most 50 tags.", 400);
      zones.zones.put(zone.id, { ...zone, tags });
      return {};
    },
  };
  const ListTagsForResource: OperationOf<"route53", "ListTagsForResource"> = {
    access: access("ListTagsForResource"),
    run: ({ ResourceType, ResourceId }) => ({ ResourceTagSet: tagSet(ResourceType, ResourceId) }),
  };
  const ListTagsForResources: OperationOf<"route53", "ListTagsForResources"> = {
    access: access("ListTagsForResources"),
    run: ({ ResourceType, ResourceIds }) => ({
      ResourceTagSets: ResourceIds.map((id) => tagSet(ResourceType, id)),
    }),
  };
  return { ChangeTagsForResource, ListTagsForResource, ListTagsForResources };
}
