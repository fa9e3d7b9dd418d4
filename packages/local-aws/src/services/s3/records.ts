/** What S3 stores: buckets, versions of objects, uploads and their parts. */
import type {
  BucketLifecycleConfiguration,
  ChecksumType,
  CORSConfiguration,
  LoggingEnabled,
  NotificationConfiguration,
  OwnershipControls,
  PublicAccessBlockConfiguration,
  PutBucketLifecycleConfigurationRequest,
  ServerSideEncryption,
  ServerSideEncryptionConfiguration,
  StorageClass,
  Tag,
} from "@aws-sdk/client-s3";
import type { Algorithm } from "./checksum.ts";

export interface BucketRecord {
  name: string;
  /** ISO date. */
  created: string;
  /** Absent in buckets of version 0.1: the home region. */
  region?: string;
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
}

/** A run of bytes: a file of its own. An object has one; one made of parts has one for each. */
export interface Segment {
  /** Name of the file. */
  blob: string;
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
  /** Only for an object made of parts. */
  parts?: { number: number; size: number; checksum: string }[];
}

export interface UploadRecord extends Description {
  id: string;
  bucket: string;
  key: string;
  initiated: string;
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
