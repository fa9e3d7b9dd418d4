/**
 * Events about objects, as EventBridge gets them and as S3's own notifications have them.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
import { createHash } from "node:crypto";
import type { Call } from "../../service.ts";
import { bucketArn } from "./access.ts";
import type { Version } from "./records.ts";

export type EventName =
  | "ObjectCreated:Put"
  | "ObjectCreated:Post"
  | "ObjectCreated:Copy"
  | "ObjectCreated:CompleteMultipartUpload"
  | "ObjectRemoved:Delete"
  | "ObjectRemoved:DeleteMarkerCreated"
  | "LifecycleExpiration:Delete"
  | "LifecycleExpiration:DeleteMarkerCreated"
  | "ObjectAcl:Put"
  | "ObjectRestore:Post"
  | "ObjectRestore:Completed"
  | "ObjectTagging:Put"
  | "ObjectTagging:Delete";

export interface Happening {
  name: EventName;
  version: Version;
  call: Call;
  accountId: string;
  region: string;
}

const detailTypes: Record<string, string> = {
  ObjectCreated: "Object Created",
  ObjectRemoved: "Object Deleted",
  LifecycleExpiration: "Object Deleted",
  "ObjectAcl:Put": "Object ACL Updated",
  "ObjectRestore:Post": "Object Restore Initiated",
  "ObjectRestore:Completed": "Object Restore Completed",
  "ObjectTagging:Put": "Object Tags Added",
  "ObjectTagging:Delete": "Object Tags Deleted",
};

const reasons: Partial<Record<EventName, string>> = {
  "ObjectCreated:Put": "PutObject",
  "ObjectCreated:Post": "PostObject",
  "ObjectCreated:Copy": "CopyObject",
  "ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
  "ObjectRemoved:Delete": "DeleteObject",
  "ObjectRemoved:DeleteMarkerCreated": "DeleteObject",
  "LifecycleExpiration:Delete": "Lifecycle Expiration",
  "LifecycleExpiration:DeleteMarkerCreated": "Lifecycle Expiration",
};

/** In notifications, a delete marker has the one of nothing; what is deleted has none. */
function eTag(name: EventName, etag: string) {
  if (name.endsWith("DeleteMarkerCreated")) return { eTag: createHash("md5").digest("hex") };
  return etag && name !== "ObjectRemoved:Delete" ? { eTag: etag } : {};
}

const hasSize = (kind: string): boolean => kind === "ObjectCreated" || kind === "ObjectRestore";
/** Changes of tags and access have no place in the order of versions. */
const changesBytes = (kind: string): boolean => kind !== "ObjectTagging" && kind !== "ObjectAcl";

const sequencer = ({ sequence }: Version): string => sequence.toString(16).toUpperCase().padStart(18, "0");

/** An entry of PutEvents. */
export function bridgeEvent({ name, version, call, accountId }: Happening) {
  const kind = name.split(":")[0] as string;
  const { bucket, key, size, etag, id } = version;
  const deleted = kind === "ObjectRemoved" || kind === "LifecycleExpiration";
  const reason = reasons[name];
  const byS3 = kind === "LifecycleExpiration" || name === "ObjectRestore:Completed";
  const detail = {
    version: "0",
    bucket: { name: bucket },
    object: {
      key,
      ...(hasSize(kind) && { size }),
      ...(etag && { etag }),
      ...(id !== "null" && { "version-id": id }),
      ...(changesBytes(kind) && kind !== "ObjectRestore" && { sequencer: sequencer(version) }),
    },
    "request-id": requestId(call),
    requester: byS3 ? "s3.amazonaws.com" : (call.principal.accountId ?? accountId),
    ...(!byS3 && { "source-ip-address": call.sourceIp ?? "127.0.0.1" }),
    ...(reason && { reason }),
    ...(kind === "ObjectRestore" && { "source-storage-class": version.storageClass }),
    ...(name === "ObjectRestore:Completed" && { "restore-expiry-time": version.restored }),
    ...(deleted && {
      "deletion-type": name.endsWith("DeleteMarkerCreated") ? "Delete Marker Created" : "Permanently Deleted",
    }),
  };
  return {
    Source: "aws.s3",
    DetailType: detailTypes[name] ?? detailTypes[kind],
    Detail: JSON.stringify(detail),
    Resources: [bucketArn(bucket)],
    Time: new Date().toISOString(),
  };
}

/** One of the `Records` that a function, queue or topic gets. */
export function notificationRecord({ name, version, call, region, accountId }: Happening, configurationId: string) {
  const kind = name.split(":")[0] as string;
  const { bucket, key, size, etag, id } = version;
  return {
    eventVersion: ["ObjectCreated", "ObjectRemoved", "ObjectRestore"].includes(kind) ? "2.1" : "2.3",
    eventSource: "aws:s3",
    awsRegion: region,
    eventTime: new Date().toISOString(),
    eventName: name,
    userIdentity: {
      principalId: `${name === "ObjectRestore:Completed" ? "AmazonCustomer" : "AWS"}:${call.principal.userId ?? accountId}`,
    },
    requestParameters: { sourceIPAddress: call.sourceIp ?? "127.0.0.1" },
    responseElements: { "x-amz-request-id": requestId(call), "x-amz-id-2": "local" },
    s3: {
      s3SchemaVersion: "1.0",
      configurationId,
      bucket: { name: bucket, ownerIdentity: { principalId: ownerId(accountId) }, arn: bucketArn(bucket) },
      object: {
        // As in a form: this is the only place where a space becomes a plus.
        key: encodeURIComponent(key).replaceAll("%20", "+").replaceAll("%2F", "/"),
        ...(hasSize(kind) && { size }),
        ...eTag(name, etag),
        ...(id !== "null" && { versionId: id }),
        ...(changesBytes(kind) && { sequencer: sequencer(version) }),
      },
    },
    ...(name === "ObjectRestore:Completed" && {
      glacierEventData: {
        restoreEventData: {
          lifecycleRestorationExpiryTime: version.restored,
          lifecycleRestoreStorageClass: version.storageClass,
        },
      },
    }),
  };
}

/** Owners have an id of 14 letters and digits in events. */
const ownerId = (accountId: string): string =>
  `A${createHash("sha256").update(accountId).digest("hex").slice(0, 13).toUpperCase()}`;

/** S3's own ids are 16 letters and digits. */
const requestId = ({ requestId: id }: Call): string =>
  createHash("sha256").update(id).digest("hex").slice(0, 16).toUpperCase();
