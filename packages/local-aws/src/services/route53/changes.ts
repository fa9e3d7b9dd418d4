/**
 * A batch of changes to a zone's records: all of them or none.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
 */
import { isDeepStrictEqual } from "node:util";
import type { Change, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { AwsError } from "../../service.ts";
import { isDomainName, isWithin, normalName } from "./names.ts";
import { valueFault } from "./values.ts";
import { idOf, type ZoneRecord, type Zones } from "./zones.ts";

const actions = ["CREATE", "DELETE", "UPSERT"];
const types = new Set([
  ...["A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB"],
  ...["TLSA", "TXT"],
]);

/** Members that allow several sets with one name and type; each needs an identifier. */
const routing = [
  ...["Weight", "Region", "GeoLocation", "Failover", "MultiValueAnswer", "CidrRoutingConfig", "GeoProximityLocation"],
] as const;

const maxTtl = 2 ** 31 - 1;
/** Limits of records in a batch. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html */
const maxChanges = 1000;

/** @throws AwsError InvalidInput, InvalidChangeBatch: with every fault of the batch. */
export function applyChanges(zones: Zones, zone: ZoneRecord, changes: Change[]): void {
  if (changes.length > maxChanges) {
    throw new AwsError("InvalidChangeBatch", `[Number of records limit of ${maxChanges} exceeded.]`, 400);
  }
  zones.transaction(() => {
    const faults = changes.flatMap((change) => {
      checkForm(change);
      const { Action, ResourceRecordSet: given } = change;
      const set = normal(given!);
      const found = faultsOf(zones, zone, Action!, set);
      if (found.length === 0 && Action === "DELETE") zones.delete(zone.id, set);
      else if (found.length === 0) zones.put(zone.id, set);
      return found;
    });
    // Thrown within the transaction, this rolls back what the batch has done so far.
    if (faults.length > 0) throw new AwsError("InvalidChangeBatch", `[${faults.join(", ")}]`, 400);
  });
}

/** The set as it is stored: names normalized, members without a value absent. */
function normal(set: ResourceRecordSet): ResourceRecordSet {
  const { AliasTarget: target, ResourceRecords: records } = set;
  const kept = {
    ...set,
    Name: normalName(set.Name!),
    ...(records && { ResourceRecords: records.map(({ Value }) => ({ Value })) }),
    ...(target && {
      AliasTarget: {
        HostedZoneId: idOf(target.HostedZoneId!),
        DNSName: normalName(target.DNSName!),
        EvaluateTargetHealth: target.EvaluateTargetHealth,
      },
    }),
  };
  return JSON.parse(JSON.stringify(kept)) as ResourceRecordSet;
}

/** What makes a request invalid by itself, whatever the zone holds. @throws AwsError InvalidInput */
function checkForm({ Action = "" as never, ResourceRecordSet: set }: Change): void {
  const { Name, Type, SetIdentifier, TTL, ResourceRecords, AliasTarget, TrafficPolicyInstanceId } = set!;
  const where = `Change with [Action=${Action}, Name=${Name}, Type=${Type}, SetIdentifier=${SetIdentifier ?? null}]`;
  const invalid = (message: string) => new AwsError("InvalidInput", `Invalid request: ${message}`, 400);
  if (!actions.includes(Action)) throw invalid(`Action is "${Action}"; allowed are ${actions.join(", ")}`);
  if (!types.has(Type!)) throw invalid(`Type is "${Type}"; allowed are ${[...types].join(", ")}`);
  if (TrafficPolicyInstanceId !== undefined) throw invalid("the local cloud does not model traffic policies");
  const basic = TTL !== undefined || ResourceRecords !== undefined;
  if (basic === (AliasTarget !== undefined)) {
    const expected = "exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]";
    throw invalid(`Expected ${expected}, but found ${basic ? "more than one" : "none"} in ${where}`);
  }
  if (basic && TTL === undefined) throw invalid(`Missing field 'TTL' in ${where}`);
  if (basic && !ResourceRecords?.length) throw invalid(`Missing field 'ResourceRecords' in ${where}`);
  if (TTL !== undefined && !(TTL >= 0 && TTL <= maxTtl)) throw invalid(`TTL is ${TTL}; allowed are 0 to ${maxTtl}`);
  const routed = routing.filter((member) => set![member] !== undefined);
  if (routed.length > 1)
    throw invalid(`Expected at most one of [${routing.join(", ")}], but found ${routed.join(", ")} in ${where}`);
  if (routed.length === 1 && SetIdentifier === undefined) throw invalid(`Missing field 'SetIdentifier' in ${where}`);
  if (routed.length === 0 && SetIdentifier !== undefined) {
    throw invalid(`Expected exactly one of [${routing.join(", ")}], but found none in ${where}`);
  }
}

/** Why the change conflicts with the zone. */
function faultsOf(zones: Zones, zone: ZoneRecord, action: string, set: ResourceRecordSet): string[] {
  const { Name = "", Type, SetIdentifier, ResourceRecords = [], AliasTarget } = set;
  const identifier = SetIdentifier === undefined ? "" : `, set-identifier='${SetIdentifier}'`;
  const named = `resource record set [name='${Name}', type='${Type}'${identifier}]`;
  const existing = zones.record(zone.id, set);
  if (!isDomainName(Name))
    return [`FATAL problem: DomainLabelTooLong (Domain label is too long) encountered with '${Name}'`];
  if (!isWithin(Name, zone.name)) return [`RRSet with DNS name ${Name} is not permitted in zone ${zone.name}`];
  const apexNeeds = Name === zone.name && (Type === "NS" || Type === "SOA");
  if (action === "DELETE") {
    if (!existing) return [`Tried to delete ${named} but it was not found`];
    if (!isDeepStrictEqual(comparable(existing), comparable(set))) {
      return [`Tried to delete ${named} but the values provided do not match the current values`];
    }
    if (apexNeeds)
      return [
        `A HostedZone must contain ${Type === "SOA" ? "exactly one SOA" : "at least one NS"} record for the zone itself.`,
      ];
    return [];
  }
  if (action === "CREATE" && existing) return [`Tried to create ${named} but it already exists`];
  const faults = ResourceRecords.flatMap(({ Value = "" }) => valueFault(Type!, Value) ?? []);
  if (Type === "CNAME" && Name === zone.name) {
    faults.push(`RRSet of type CNAME with DNS name ${Name} is not permitted at apex in zone ${zone.name}`);
  }
  // One that is replaced conflicts with nothing: it has the same type and identifier.
  const others = zones.records(zone.id, Name);
  const conflicts = others.some((one) => (one.Type === "CNAME") !== (Type === "CNAME"));
  if (conflicts) {
    faults.push(
      `RRSet of type ${Type} with DNS name ${Name} is not permitted as it conflicts with other records with the same DNS name in zone ${zone.name}`,
    );
  }
  if (others.some((one) => one.Type === Type && (one.SetIdentifier === undefined) !== (SetIdentifier === undefined))) {
    faults.push(
      `RRSet with DNS name ${Name}, type ${Type} cannot be created as a non-multi-answer record set exists with the same name and type`,
    );
  }
  if (AliasTarget?.HostedZoneId === zone.id && !isTarget(zones, zone, AliasTarget.DNSName!, Type!)) {
    faults.push(
      `Tried to create an alias that targets ${AliasTarget.DNSName}, type ${Type} in zone ${zone.id}, but that target was not found`,
    );
  }
  return faults;
}

const isTarget = (zones: Zones, zone: ZoneRecord, name: string, type: string): boolean =>
  zones.records(zone.id, name).some((one) => one.Type === type);

/** Values of a set are unordered. */
const comparable = ({ ResourceRecords, ...set }: ResourceRecordSet) => ({
  ...set,
  values: ResourceRecords?.map(({ Value }) => Value).toSorted(),
});
