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
  | "ObjectCreated:Copy"
  | "ObjectCreated:CompleteMultipartUpload"
  | "ObjectRemoved:Delete"
  | "ObjectRemoved:DeleteMarkerCreated"
  | "LifecycleExpiration:Delete"
  | "LifecycleExpiration:DeleteMarkerCreated"
  | "ObjectTagging:Put"
  | "ObjectTagging:Delete";

export interface Happening {
  name: EventName;
  version: Version;
  call: Call;
  accountId: string;
  region: string;
  /** Whether the bucket is, or was, versioned: then ids are included. */
  versioned: boolean;
}

const detailTypes: Record<string, string> = {
  ObjectCreated: "Object Created",
  ObjectRemoved: "Object Deleted",
  LifecycleExpiration: "Object Deleted",
  "ObjectTagging:Put": "Object Tags Added",
  "ObjectTagging:Delete": "Object Tags Deleted",
};

const reasons: Partial<Record<EventName, string>> = {
  "ObjectCreated:Put": "PutObject",
  "ObjectCreated:Copy": "CopyObject",
  "ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
  "ObjectRemoved:Delete": "DeleteObject",
  "ObjectRemoved:DeleteMarkerCreated": "DeleteObject",
  "LifecycleExpiration:Delete": "Lifecycle Expiration",
  "LifecycleExpiration:DeleteMarkerCreated": "Lifecycle Expiration",
};

const sequencer = ({ sequence }: Version): string => sequence.toString(16).toUpperCase().padStart(18, "0");

/** An entry of PutEvents. */
export function bridgeEvent({ name, version, call, accountId, versioned }: Happening) {
  const kind = name.split(":")[0] as string;
  const { bucket, key, size, etag, id } = version;
  const deleted = kind === "ObjectRemoved" || kind === "LifecycleExpiration";
  const reason = reasons[name];
  const detail = {
    version: "0",
    bucket: { name: bucket },
    object: {
      key,
      ...(kind === "ObjectCreated" && { size }),
      ...(etag && { etag }),
      ...(versioned && { "version-id": id }),
      ...(!name.startsWith("ObjectTagging") && { sequencer: sequencer(version) }),
    },
    "request-id": requestId(call),
    requester: kind === "LifecycleExpiration" ? "s3.amazonaws.com" : (call.principal.accountId ?? accountId),
    ...(kind !== "LifecycleExpiration" && { "source-ip-address": call.sourceIp ?? "127.0.0.1" }),
    ...(reason && { reason }),
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
export function notificationRecord(
  { name, version, call, region, accountId, versioned }: Happening,
  configurationId: string,
) {
  const { bucket, key, size, etag, id } = version;
  return {
    eventVersion: name.startsWith("ObjectCreated") || name.startsWith("ObjectRemoved") ? "2.1" : "2.3",
    eventSource: "aws:s3",
    awsRegion: region,
    eventTime: new Date().toISOString(),
    eventName: name,
    userIdentity: { principalId: `AWS:${call.principal.userId ?? accountId}` },
    requestParameters: { sourceIPAddress: call.sourceIp ?? "127.0.0.1" },
    responseElements: { "x-amz-request-id": requestId(call), "x-amz-id-2": "local" },
    s3: {
      s3SchemaVersion: "1.0",
      configurationId,
      bucket: { name: bucket, ownerIdentity: { principalId: accountId }, arn: bucketArn(bucket) },
      object: {
        // As in a form: this is the only place where a space becomes a plus.
        key: encodeURIComponent(key).replaceAll("%20", "+").replaceAll("%2F", "/"),
        ...(name.startsWith("ObjectCreated") && { size }),
        ...(etag && { eTag: etag }),
        ...(versioned && { versionId: id }),
        sequencer: sequencer(version),
      },
    },
  };
}

/** S3's own ids are 16 letters and digits. */
const requestId = ({ requestId: id }: Call): string =>
  createHash("sha256").update(id).digest("hex").slice(0, 16).toUpperCase();
