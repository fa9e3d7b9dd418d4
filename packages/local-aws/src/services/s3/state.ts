/** All that S3 stores, and the only way to add, change and remove an object: with its event, in one transaction. */
import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { AwsError, type Call, type Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";
import { bucketAccess } from "./access.ts";
import { Blobs } from "./blobs.ts";
import { Buckets } from "./buckets.ts";
import { invalidArgument, noSuchBucket, noSuchKey, noSuchVersion } from "./errors.ts";
import { type EventName, Notifications } from "./notifications.ts";
import type { BucketRecord, PartRecord, UploadRecord, Version } from "./records.ts";
import { Versions } from "./versions.ts";

/** An error with additional headers. */
export class S3Error extends AwsError {
  readonly headers: Record<string, string>;

  constructor(code: string, message: string, status: number, headers: Record<string, string>, members = {}) {
    super(code, message, status, members);
    this.headers = headers;
  }
}

export class S3State {
  readonly cloud: Cloud;
  readonly buckets: Buckets;
  readonly versions: Versions;
  readonly uploads: Collection<UploadRecord>;
  /** By upload and number, so that they are listed in order. */
  readonly parts: Collection<PartRecord>;
  readonly blobs: Blobs;
  readonly notifications: Notifications;
  /** The account's canonical user id, as S3 names owners. */
  readonly owner: { ID: string };

  constructor(cloud: Cloud) {
    this.cloud = cloud;
    this.buckets = new Buckets(cloud.store.collection("s3.buckets"));
    this.uploads = cloud.store.collection("s3.uploads");
    this.parts = cloud.store.collection("s3.parts");
    this.versions = new Versions(cloud.store);
    this.blobs = new Blobs(cloud.store, join(cloud.directory, "s3"));
    this.notifications = new Notifications(cloud);
    this.owner = { ID: createHash("sha256").update(cloud.accountId).digest("hex") };
  }

  /** @throws AwsError `NoSuchBucket`; `AccessDenied` when the caller expects another owner. */
  bucket(input: { Bucket?: string; ExpectedBucketOwner?: string }): BucketRecord {
    const name = input.Bucket ?? "";
    const { ExpectedBucketOwner: owner } = input;
    if (owner !== undefined && !/^\d{12}$/.test(owner)) {
      const what = "The value of the expected bucket owner parameter must be an AWS Account ID...";
      throw new AwsError("InvalidBucketOwnerAWSAccountID", `${what} [${owner}]`, 400);
    }
    const bucket = this.buckets.get(name);
    if (!bucket) throw noSuchBucket(name);
    if (owner !== undefined && owner !== this.cloud.accountId) {
      throw new AwsError("AccessDenied", "Access Denied", 403);
    }
    return bucket;
  }

  regionOf(bucket: BucketRecord): string {
    return bucket.region ?? this.cloud.region;
  }

  /** The object as it is now, or the version asked for. @throws AwsError as `GetObject` answers. */
  async existing(
    bucket: BucketRecord,
    key: string,
    versionId: string | undefined,
    call: Call,
    method = "GET",
  ): Promise<Version> {
    const found =
      versionId === undefined ? this.versions.latest(bucket.name, key) : this.version(bucket, key, versionId);
    if (!found || (found.marker && versionId === undefined)) {
      await this.mayKnow(bucket, call);
      if (!found) throw noSuchKey(key);
      const headers = { "x-amz-delete-marker": "true", "x-amz-version-id": found.id };
      throw new S3Error("NoSuchKey", "The specified key does not exist.", 404, headers, { Key: key });
    }
    if (found.marker) {
      const headers = { allow: "DELETE", "x-amz-delete-marker": "true", "x-amz-version-id": found.id };
      const message = "The specified method is not allowed against this resource.";
      throw new S3Error("MethodNotAllowed", message, 405, headers, { Method: method, ResourceType: "DeleteMarker" });
    }
    return found;
  }

  /** As {@link existing}, for what changes a version: a delete marker cannot be changed. */
  async changeable(bucket: BucketRecord, key: string, versionId: string | undefined, call: Call): Promise<Version> {
    const latest = versionId ?? this.versions.latest(bucket.name, key)?.id;
    return this.existing(bucket, key, latest, call, "PUT");
  }

  version(bucket: BucketRecord, key: string, versionId: string): Version {
    const found = this.versions.find(bucket.name, key, versionId);
    if (found) return found;
    if (versionId === "null" || versionId.length === 32) throw noSuchVersion(key, versionId);
    throw invalidArgument("Invalid version id specified", "versionId", versionId);
  }

  /** A caller who may not list a bucket does not learn that a key is missing: the answer is 403. */
  async mayKnow(bucket: BucketRecord, call: Call): Promise<void> {
    await this.cloud.authorize(call, [bucketAccess("ListBucket", bucket)]);
  }

  /** Adds a version of an object, or a delete marker, with its event. `also` is written with it or not at all. */
  add(version: Version, event: EventName, call: Call, also?: () => void): void {
    let replaced: Version | undefined;
    this.cloud.store.transaction(() => {
      also?.();
      replaced = this.versions.add(version);
      this.blobs.keep(version.segments);
      if (replaced) this.blobs.removeRows(replaced.segments);
      this.notifications.record(this.buckets.get(version.bucket), version, event, call);
    });
    if (replaced) this.#discard(replaced);
    this.notifications.flush();
  }

  /** Removes a version permanently. */
  remove(version: Version, event: EventName, call: Call): void {
    this.cloud.store.transaction(() => {
      this.versions.remove(version);
      this.blobs.removeRows(version.segments);
      this.notifications.record(this.buckets.get(version.bucket), version, event, call);
    });
    this.#discard(version);
    this.notifications.flush();
  }

  /** Writes a version's new tags or access control list. */
  update(version: Version, event: EventName, call: Call): void {
    this.cloud.store.transaction(() => {
      this.versions.update(version);
      this.notifications.record(this.buckets.get(version.bucket), version, event, call);
    });
    this.notifications.flush();
  }

  /** Deleting several objects tells of those, too, that were not there. */
  notifyMissing(bucket: string, key: string, call: Call): void {
    const stamp = { id: "null", sequence: this.versions.next(), modified: "" };
    const version = emptyVersion(bucket, key, stamp);
    this.notifications.record(this.buckets.get(bucket), version, "ObjectRemoved:Delete", call);
    this.notifications.flush();
  }

  /** Id and order of a version about to be written. */
  stamp(bucket: BucketRecord): { id: string; sequence: number; modified: string } {
    const sequence = this.versions.next();
    const id = bucket.versioning === "Enabled" ? versionId(sequence) : "null";
    // HTTP dates have whole seconds; a listing must not be more precise than a header.
    const modified = `${new Date().toISOString().slice(0, 19)}.000Z`;
    return { id, sequence, modified };
  }

  partsOf(uploadId: string): PartRecord[] {
    return this.parts.values(`${uploadId}/`);
  }

  /** Files that nothing refers to any longer; failing to remove them is harmless. */
  #discard({ segments }: Version): void {
    this.blobs.removeFiles(segments).catch(() => {});
  }
}

/** 32 letters, digits, dots and underscores, which hold the version's place in the order of versions. */
function versionId(sequence: number): string {
  const bytes = randomBytes(24);
  bytes.writeBigUInt64BE(BigInt(sequence), 16);
  return bytes.toString("base64url").replaceAll("-", ".");
}

/** The place of a version that may be gone, from its id. */
export function sequenceOf(versionId: string): number | undefined {
  const bytes = Buffer.from(versionId.replaceAll(".", "-"), "base64url");
  return bytes.length === 24 ? Number(bytes.readBigUInt64BE(16)) : undefined;
}

export const partKey = (uploadId: string, number: number): string => `${uploadId}/${String(number).padStart(5, "0")}`;

/** The id of a version that was just made: what is written while versioning is off has none to tell. */
export const madeVersion = ({ id }: Pick<Version, "id">): { VersionId?: string } =>
  id === "null" ? {} : { VersionId: id };

/** A version's id is told for buckets that are, or were, versioned. */
export const toldVersion = (bucket: BucketRecord, { id }: Pick<Version, "id">): { VersionId?: string } =>
  bucket.versioning ? { VersionId: id } : {};

/** A version without bytes: a delete marker. */
export const emptyVersion = (
  bucket: string,
  key: string,
  stamp: Pick<Version, "id" | "sequence" | "modified">,
): Version => ({
  bucket,
  key,
  ...stamp,
  marker: true,
  size: 0,
  etag: "",
  segments: [],
  contentType: "",
  metadata: {},
  tags: {},
});

export const quoted = (etag: string): string => `"${etag}"`;
