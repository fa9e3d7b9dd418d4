/** What Route 53 stores: zones, their records, and changes, which take effect immediately. */
import { createHash, randomBytes } from "node:crypto";
import type { ChangeInfo, HostedZone, ResourceRecordSet } from "@aws-sdk/client-route-53";
import type { Tags } from "../../kit/tags.ts";
import { AwsError, type Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";
import { normalName, orderOf } from "./names.ts";

export interface ZoneRecord {
  id: string;
  /** Normalized, with its final dot. */
  name: string;
  callerReference: string;
  comment?: string;
  tags: Tags;
}

/** Of a zone: its four name servers. */
const nameServers = (id: string): string[] =>
  ["com", "net", "org", "co.uk"].map((ending, index) => {
    const number = createHash("sha256").update(`${id} ${ending}`).digest().readUInt16BE() % 512;
    return `ns-${number + 512 * index}.awsdns-${String(number % 64).padStart(2, "0")}.${ending}`;
  });

export class Zones {
  readonly zones: Collection<ZoneRecord>;
  readonly #records: Collection<ResourceRecordSet>;
  readonly #changes: Collection<{ Id: string; SubmittedAt: number }>;
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.zones = cloud.store.collection("route53.zones");
    this.#records = cloud.store.collection("route53.records");
    this.#changes = cloud.store.collection("route53.changes");
  }

  arn(zone: string): string {
    return `arn:aws:route53:::hostedzone/${idOf(zone)}`;
  }

  /** @throws AwsError NoSuchHostedZone */
  zone(id = ""): ZoneRecord {
    const zone = this.zones.get(idOf(id));
    if (!zone) throw new AwsError("NoSuchHostedZone", `No hosted zone found with ID: ${idOf(id)}`, 404);
    return zone;
  }

  /** A zone with the records that every zone has: NS and SOA. */
  add({ name, callerReference, comment }: Pick<ZoneRecord, "name" | "callerReference" | "comment">): ZoneRecord {
    const id = `Z${randomBytes(16).toString("hex").toUpperCase().slice(0, 20)}`;
    const zone = { id, name, callerReference, ...(comment !== undefined && { comment }), tags: {} };
    const servers = nameServers(id).map((server) => `${server}.`);
    const authority = `${servers[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
    this.#cloud.store.transaction(() => {
      this.zones.put(id, zone);
      this.put(id, { Name: name, Type: "NS", TTL: 172800, ResourceRecords: servers.map((Value) => ({ Value })) });
      this.put(id, { Name: name, Type: "SOA", TTL: 900, ResourceRecords: [{ Value: authority }] });
    });
    return zone;
  }

  remove(id: string): void {
    this.#cloud.store.transaction(() => {
      for (const [key] of this.#records.entries(`${id}\n`)) this.#records.delete(key);
      this.zones.delete(id);
    });
  }

  /** By name from the last label to the first, then by type and set identifier. @param name only those of it; normalized. */
  records(zone: string, name?: string): ResourceRecordSet[] {
    return this.#records.values(name === undefined ? `${zone}\n` : `${zone}\n${orderOf(name)}\n`);
  }

  record(zone: string, set: Pick<ResourceRecordSet, "Name" | "Type" | "SetIdentifier">): ResourceRecordSet | undefined {
    return this.#records.get(keyOf(zone, set));
  }

  put(zone: string, set: ResourceRecordSet): void {
    this.#records.put(keyOf(zone, set), set);
  }

  delete(zone: string, set: ResourceRecordSet): void {
    this.#records.delete(keyOf(zone, set));
  }

  transaction(work: () => void): void {
    this.#cloud.store.transaction(work);
  }

  described({ id, name, callerReference, comment }: ZoneRecord): HostedZone {
    return {
      Id: `/hostedzone/${id}`,
      Name: name,
      CallerReference: callerReference,
      Config: { ...(comment !== undefined && { Comment: comment }), PrivateZone: false },
      ResourceRecordSetCount: this.records(id).length,
    };
  }

  delegation = (zone: string) => ({ NameServers: nameServers(zone) });

  /** A change just made. There are no name servers to update: GetChange reports it in sync. */
  changed(comment?: string): ChangeInfo {
    const Id = `C${randomBytes(16).toString("hex").toUpperCase().slice(0, 20)}`;
    const SubmittedAt = Date.now();
    this.#changes.put(Id, { Id, SubmittedAt });
    return this.#info(Id, SubmittedAt, "PENDING", comment);
  }

  /** @throws AwsError NoSuchChange */
  change(id = ""): ChangeInfo {
    const change = this.#changes.get(idOf(id));
    if (!change) throw new AwsError("NoSuchChange", `No change found with ID: ${idOf(id)}`, 404);
    return this.#info(change.Id, change.SubmittedAt, "INSYNC");
  }

  #info(id: string, submitted: number, Status: ChangeInfo["Status"], Comment?: string): ChangeInfo {
    return { Id: `/change/${id}`, Status, SubmittedAt: new Date(submitted), ...(Comment !== undefined && { Comment }) };
  }
}

/** Ids are accepted with the path that answers include. */
export const idOf = (given: string): string => given.replace(/^\/?(hostedzone|change)\//, "");

/** Keys order records as lists show them. */
const keyOf = (zone: string, { Name = "", Type, SetIdentifier = "" }: Partial<ResourceRecordSet>): string =>
  [zone, orderOf(normalName(Name)), Type, SetIdentifier].join("\n");
