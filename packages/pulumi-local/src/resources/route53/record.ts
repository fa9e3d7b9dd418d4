import type { HostedZone, ResourceRecordSet } from "@aws-sdk/client-route-53";
import type { Cloud } from "local-aws/service";
import type { CheckFailure, Made, Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";

const types = [
  ...["A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB"],
  ...["TLSA", "TXT"],
];

/** What tells several records of a name apart. */
const routing = [
  ...["weightedRoutingPolicies", "latencyRoutingPolicies", "failoverRoutingPolicies", "geolocationRoutingPolicies"],
  "multivalueAnswerRoutingPolicy",
];

const normal = (name: unknown) => String(name).toLowerCase().replace(/\.$/, "");

/** `ZONE_NAME_TYPE`, and the set identifier where there is one: the provider's ids. */
const idOf = ({ zoneId, name, type, setIdentifier }: Properties): string =>
  [zoneId, normal(name), type, ...(setIdentifier === undefined ? [] : [setIdentifier])].join("_");

const first = (list: unknown): Properties | undefined => (list as Properties[] | undefined)?.[0];

export function recordType(cloud: Cloud): ResourceType {
  const call = <T = Properties>(operation: string, input: object) => cloud.call<T>("route53", operation, input);

  /** The zone's name is added to one that does not end with it. */
  async function fullName({ zoneId, name }: Properties): Promise<string> {
    const { HostedZone: zone } = await call<{ HostedZone: HostedZone }>("GetHostedZone", { Id: zoneId });
    const [own, within] = [normal(name), normal(zone.Name)];
    return own === within || own.endsWith(`.${within}`) ? own : own === "" ? within : `${own}.${within}`;
  }

  async function setOf(inputs: Properties): Promise<ResourceRecordSet> {
    const alias = first(inputs.aliases);
    const location = first(inputs.geolocationRoutingPolicies);
    const set: { [Member in keyof ResourceRecordSet]?: unknown } = {
      Name: await fullName(inputs),
      Type: inputs.type,
      TTL: inputs.ttl,
      ResourceRecords: (inputs.records as string[] | undefined)?.map((value) => ({ Value: quoted(inputs, value) })),
      AliasTarget: alias && {
        DNSName: alias.name,
        HostedZoneId: alias.zoneId,
        EvaluateTargetHealth: alias.evaluateTargetHealth,
      },
      SetIdentifier: inputs.setIdentifier,
      Weight: first(inputs.weightedRoutingPolicies)?.weight,
      Region: first(inputs.latencyRoutingPolicies)?.region,
      Failover: first(inputs.failoverRoutingPolicies)?.type,
      GeoLocation: location && {
        ContinentCode: location.continent,
        CountryCode: location.country,
        SubdivisionCode: location.subdivision,
      },
      MultiValueAnswer: inputs.multivalueAnswerRoutingPolicy,
    };
    return set as ResourceRecordSet;
  }

  async function change(inputs: Properties, ...changes: [action: string, inputs: Properties][]): Promise<Made> {
    const Changes = await Promise.all(
      changes.map(async ([Action, of]) => ({ Action, ResourceRecordSet: await setOf(of) })),
    );
    await call("ChangeResourceRecordSets", { HostedZoneId: inputs.zoneId, ChangeBatch: { Changes } });
    return { id: idOf(inputs), outputs: { ...inputs, fqdn: await fullName(inputs) } };
  }

  return {
    type: "aws:route53/record:Record",
    docs: "https://www.pulumi.com/registry/packages/aws/api-docs/route53/record/",
    required: ["zoneId", "name", "type"],
    properties: ["zoneId", "name", "type", "ttl", "records", "aliases", "setIdentifier", "allowOverwrite", ...routing],
    enums: { type: types, "failoverRoutingPolicies.type": ["PRIMARY", "SECONDARY"] },
    defaults: { allowOverwrite: false },
    replaces: ["zoneId", "name", "setIdentifier"],
    validate: checkKind,
    idOf,
    create: (inputs) => change(inputs, [inputs.allowOverwrite === true ? "UPSERT" : "CREATE", inputs]),
    update: (_id, before, after) =>
      before.type === after.type
        ? change(after, ["UPSERT", after])
        : change(after, ["DELETE", before], ["CREATE", after]),
    async delete(_id, outputs) {
      try {
        await change(outputs, ["DELETE", outputs]);
      } catch (error) {
        if (!(error as Error).message.includes("it was not found")) throw error;
      }
    },
    async read(id, context) {
      const [, zoneId, name, type, setIdentifier] =
        new RegExp(`^([^_]+)_(.*)_(${types.join("|")})(?:_(.*))?$`).exec(id) ?? [];
      if (!zoneId) return undefined;
      const given = { zoneId, name, type, ...(setIdentifier !== undefined && { setIdentifier }) };
      const fqdn = await fullName(given);
      const { ResourceRecordSets: sets } = await call<{ ResourceRecordSets: ResourceRecordSet[] }>(
        "ListResourceRecordSets",
        {
          HostedZoneId: zoneId,
          StartRecordName: fqdn,
          StartRecordType: type,
          StartRecordIdentifier: setIdentifier,
          MaxItems: 1,
        },
      );
      const [set] = sets;
      if (!set || normal(set.Name).replace("\\052", "*") !== fqdn || set.Type !== type) return undefined;
      if (set.SetIdentifier !== setIdentifier) return undefined;
      return { id, outputs: { ...context.previous?.inputs, ...given, ...shown(set), fqdn } };
    },
  };
}

/** The provider adds the quotation marks of a text; two that stand within it part a long one. */
const quoted = ({ type }: Properties, value: string): string =>
  (type === "TXT" || type === "SPF") && !value.startsWith('"') ? `"${value}"` : value;

/** A record has values, or is an alias. */
function checkKind({ records, aliases, ttl, setIdentifier, ...rest }: Properties): CheckFailure[] {
  if ((records === undefined) === (aliases === undefined)) {
    return [{ property: "records", reason: "or aliases must be given, and not both" }];
  }
  if (records !== undefined && ttl === undefined) return [{ property: "ttl", reason: "is required with records" }];
  if (aliases !== undefined && ttl !== undefined) return [{ property: "ttl", reason: "cannot be given with aliases" }];
  const given = routing.filter((property) => rest[property] !== undefined);
  if (given.length > 1) return [{ property: given[1]!, reason: `cannot be given together with ${given[0]}` }];
  if (given.length === 1 && setIdentifier === undefined) {
    return [{ property: "setIdentifier", reason: `is required with ${given[0]}` }];
  }
  return [];
}

/** The values of a record as the program would write them. */
const shown = ({ Type, TTL, ResourceRecords, AliasTarget }: ResourceRecordSet): Properties =>
  AliasTarget
    ? {
        aliases: [
          {
            name: normal(AliasTarget.DNSName),
            zoneId: AliasTarget.HostedZoneId,
            evaluateTargetHealth: AliasTarget.EvaluateTargetHealth,
          },
        ],
      }
    : {
        ttl: TTL,
        records: ResourceRecords?.map(({ Value = "" }) =>
          Type === "TXT" || Type === "SPF" ? Value.slice(1, -1) : Value,
        ),
      };
