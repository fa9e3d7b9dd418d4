/** What S3 stores: buckets, versions of objects, uploads and their parts. */
import type {
  AnalyticsConfiguration,
  BucketAccelerateStatus,
  BucketLifecycleConfiguration,
  ChecksumType,
  CORSConfiguration,
  DefaultRetention,
  Grant,
  IntelligentTieringConfiguration,
  InventoryConfiguration,
  LoggingEnabled,
  MetricsConfiguration,
  NotificationConfiguration,
  ObjectLockRetentionMode,
  OwnershipControls,
  Payer,
  PublicAccessBlockConfiguration,
  PutBucketLifecycleConfigurationRequest,
  ReplicationConfiguration,
  ServerSideEncryption,
  ServerSideEncryptionConfiguration,
  StorageClass,
  Tag,
  WebsiteConfiguration,
} from "@aws-sdk/client-s3";
import type { Algorithm } from "./hashers.ts";

export interface BucketRecord {
  name: string;
  /** ISO date. */
  created: string;
  /** Absent in buckets of version 0.1: the home region. */
  region?: string;
  /** Whether the region was given by its old name, `EU`. */
  legacyConstraint?: boolean;
  /** Absent: never versioned. */
  versioning?: "Enabled" | "Suspended";
  /** As text, as it was put. */
  policy?: string;
  tagging?: Tag[];
  publicAccessBlock?: PublicAccessBlockConfiguration;
  ownershipControls?: OwnershipControls;
  encryption?: ServerSideEncryptionConfiguration;
  lifecycle?: BucketLifecycleConfiguration &
    Pick<PutBucketLifecycleConfigurationRequest, "TransitionDefaultMinimumObjectSize">;
  cors?: CORSConfiguration;
  logging?: LoggingEnabled;
  notification?: NotificationConfiguration;
  /** Absent: the owner alone. */
  acl?: Grant[];
  /** Absent: versions can be deleted at any time. */
  objectLock?: { retention?: DefaultRetention };
  accelerate?: BucketAccelerateStatus;
  /** Absent: the bucket's owner. */
  requestPayment?: Payer;
  replication?: ReplicationConfiguration;
  website?: WebsiteConfiguration;
  /** By id, as the three others. */
  analytics?: Record<string, AnalyticsConfiguration>;
  intelligentTiering?: Record<string, IntelligentTieringConfiguration>;
  inventory?: Record<string, InventoryConfiguration>;
  metrics?: Record<string, MetricsConfiguration>;
}

/** A run of bytes. An object has one; one made of parts has one for each. */
export interface Segment {
  /** Name of its file; of a small one, the number of its row. */
  blob: string | number;
  size: number;
}

export interface Checksum {
  algorithm: Algorithm;
  /** base64; of a composite one with `-` and the number of parts. */
  value: string;
  type: ChecksumType;
}

/** Metadata of an object: given when it is created, stored with each version. */
export interface Description {
  contentType: string;
  cacheControl?: string;
  contentDisposition?: string;
  contentEncoding?: string;
  contentLanguage?: string;
  expires?: string;
  websiteRedirect?: string;
  /** Without the prefix `x-amz-meta-`, in lower case. */
  metadata: Record<string, string>;
  /** Absent: STANDARD. */
  storageClass?: StorageClass;
  tags: Record<string, string>;
  /** Default AES256. */
  encryption?: { algorithm: ServerSideEncryption; keyId?: string; bucketKey?: boolean };
  /** MD5, in base64, of the key that the caller gave and must give again. */
  customerKey?: string;
  /** Absent: the owner alone. */
  acl?: Grant[];
  lock?: Retention;
  legalHold?: "ON" | "OFF";
}

/** Until when a version cannot be deleted. */
export interface Retention {
  mode: ObjectLockRetentionMode;
  /** ISO date. */
  until: string;
}

export interface Version extends Description {
  bucket: string;
  key: string;
  /** `null` for what was written while versioning was off. */
  id: string;
  /** Grows with every write to S3: the order of versions, and the `sequencer` of events. */
  sequence: number;
  marker: boolean;
  /** ISO date, whole seconds, as HTTP dates have it. */
  modified: string;
  size: number;
  /** Without quotes. */
  etag: string;
  segments: Segment[];
  checksum?: Checksum;
  /** Until when a copy of an archived object can be read: an ISO date. */
  restored?: string;
  /** Only for an object made of parts. */
  parts?: { number: number; size: number; checksum: string }[];
}

export interface UploadRecord extends Description {
  id: string;
  bucket: string;
  key: string;
  initiated: string;
  /** Its place among the writes. */
  sequence?: number;
  /** Whether the caller named it; then parts must carry it. */
  algorithmGiven: boolean;
  algorithm: Algorithm;
  checksumType: ChecksumType;
}

export interface PartRecord {
  number: number;
  modified: string;
  size: number;
  /** MD5, hex. */
  etag: string;
  segment: Segment;
  /** base64, of the upload's algorithm. */
  checksum: string;
}
