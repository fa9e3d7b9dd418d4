/** Settings of a bucket, each with what its operations read, answer and require. */
import { randomUUID } from "node:crypto";
import type {
  PutBucketAccelerateConfigurationRequest,
  PutBucketOwnershipControlsRequest,
  PutBucketPolicyRequest,
  PutBucketReplicationRequest,
  PutBucketRequestPaymentRequest,
  PutBucketVersioningRequest,
} from "@aws-sdk/client-s3";
import { tagList } from "../../../kit/tags.ts";
import type { OperationName } from "../../../sdks.ts";
import { AwsError } from "../../../service.ts";
import { checkLogging } from "../accessLogs.ts";
import { readCors } from "../cors.ts";
import { invalidRequest, malformedXml } from "../errors.ts";
import { minimumSize, readLifecycle, revivedLifecycle } from "../lifecycle.ts";
import { tagsOf } from "../names.ts";
import { checkBucketPolicy } from "../policy.ts";
import type { BucketRecord } from "../records.ts";
import type { S3State } from "../state.ts";
import { checkWebsite } from "../website/configuration.ts";

type Name = OperationName<"s3">;
type Given = { Bucket?: string; [member: string]: unknown };

export interface Setting {
  /** Field of the record. */
  field: Exclude<keyof BucketRecord, "name" | "created">;
  get: {
    operation: Name;
    action: string;
    answer(value: never): object;
    /** The error without one; else the answer. */
    missing?: [code: string, message: string];
    none?: object;
  };
  put: {
    operation: Name;
    action: string;
    read(input: never, bucket: BucketRecord, s3: S3State): unknown;
    /** ARN of the role that the setting hands to S3. */
    role?(input: never): string | undefined;
    answer?(value: never): object;
  };
  delete?: { operation: Name; action: string };
}

const unwrapped = (value: object) => value;
const wrapped = (member: string) => (value: unknown) => ({ [member]: value });

/** A required payload. */
function payload(member: string) {
  return (input: Given) => {
    const value = input[member];
    if (value === undefined) throw malformedXml();
    return value;
  };
}

export const settings: Setting[] = [
  {
    field: "tagging",
    get: {
      operation: "GetBucketTagging",
      action: "GetBucketTagging",
      answer: wrapped("TagSet"),
      missing: ["NoSuchTagSet", "The TagSet does not exist"],
    },
    put: {
      operation: "PutBucketTagging",
      action: "PutBucketTagging",
      read(input: { Tagging?: { TagSet?: { Key: string; Value: string }[] } }) {
        const tags = tagList(tagsOf(input.Tagging?.TagSet ?? [], 50));
        return tags.length > 0 ? tags : undefined;
      },
    },
    delete: { operation: "DeleteBucketTagging", action: "PutBucketTagging" },
  },
  {
    field: "publicAccessBlock",
    get: {
      operation: "GetPublicAccessBlock",
      action: "GetBucketPublicAccessBlock",
      answer: wrapped("PublicAccessBlockConfiguration"),
      missing: ["NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"],
    },
    put: {
      operation: "PutPublicAccessBlock",
      action: "PutBucketPublicAccessBlock",
      read: (input: { PublicAccessBlockConfiguration?: object }) => ({
        BlockPublicAcls: false,
        IgnorePublicAcls: false,
        BlockPublicPolicy: false,
        RestrictPublicBuckets: false,
        ...input.PublicAccessBlockConfiguration,
      }),
    },
    delete: { operation: "DeletePublicAccessBlock", action: "PutBucketPublicAccessBlock" },
  },
  {
    field: "ownershipControls",
    get: {
      operation: "GetBucketOwnershipControls",
      action: "GetBucketOwnershipControls",
      answer: wrapped("OwnershipControls"),
      missing: ["OwnershipControlsNotFoundError", "The bucket ownership controls were not found"],
    },
    put: {
      operation: "PutBucketOwnershipControls",
      action: "PutBucketOwnershipControls",
      read: ownership,
    },
    delete: { operation: "DeleteBucketOwnershipControls", action: "PutBucketOwnershipControls" },
  },
  {
    field: "encryption",
    get: {
      operation: "GetBucketEncryption",
      action: "GetEncryptionConfiguration",
      answer: wrapped("ServerSideEncryptionConfiguration"),
      missing: [
        "ServerSideEncryptionConfigurationNotFoundError",
        "The server side encryption configuration was not found",
      ],
    },
    put: {
      operation: "PutBucketEncryption",
      action: "PutEncryptionConfiguration",
      read: payload("ServerSideEncryptionConfiguration"),
    },
    delete: { operation: "DeleteBucketEncryption", action: "PutEncryptionConfiguration" },
  },
  {
    field: "lifecycle",
    get: {
      operation: "GetBucketLifecycleConfiguration",
      action: "GetLifecycleConfiguration",
      answer: revivedLifecycle,
      missing: ["NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"],
    },
    put: {
      operation: "PutBucketLifecycleConfiguration",
      action: "PutLifecycleConfiguration",
      read: readLifecycle,
      answer: minimumSize,
    },
    delete: { operation: "DeleteBucketLifecycle", action: "PutLifecycleConfiguration" },
  },
  {
    field: "cors",
    get: {
      operation: "GetBucketCors",
      action: "GetBucketCORS",
      answer: unwrapped,
      missing: ["NoSuchCORSConfiguration", "The CORS configuration does not exist"],
    },
    put: { operation: "PutBucketCors", action: "PutBucketCORS", read: readCors },
    delete: { operation: "DeleteBucketCors", action: "PutBucketCORS" },
  },
  {
    field: "logging",
    get: { operation: "GetBucketLogging", action: "GetBucketLogging", answer: wrapped("LoggingEnabled") },
    put: {
      operation: "PutBucketLogging",
      action: "PutBucketLogging",
      read: checkLogging,
    },
  },
  {
    field: "versioning",
    get: { operation: "GetBucketVersioning", action: "GetBucketVersioning", answer: wrapped("Status") },
    put: { operation: "PutBucketVersioning", action: "PutBucketVersioning", read: versioning },
  },
  {
    field: "accelerate",
    get: {
      operation: "GetBucketAccelerateConfiguration",
      action: "GetAccelerateConfiguration",
      answer: wrapped("Status"),
    },
    put: {
      operation: "PutBucketAccelerateConfiguration",
      action: "PutAccelerateConfiguration",
      read({ Bucket, AccelerateConfiguration }: PutBucketAccelerateConfigurationRequest) {
        if (Bucket?.includes("."))
          throw invalidRequest("S3 Transfer Acceleration is not supported for buckets with periods (.) in their names");
        return oneOf(AccelerateConfiguration?.Status, "Enabled", "Suspended");
      },
    },
  },
  {
    field: "requestPayment",
    get: {
      operation: "GetBucketRequestPayment",
      action: "GetBucketRequestPayment",
      answer: wrapped("Payer"),
      none: { Payer: "BucketOwner" },
    },
    put: {
      operation: "PutBucketRequestPayment",
      action: "PutBucketRequestPayment",
      read: ({ RequestPaymentConfiguration }: PutBucketRequestPaymentRequest) =>
        oneOf(RequestPaymentConfiguration?.Payer, "BucketOwner", "Requester"),
    },
  },
  {
    field: "replication",
    get: {
      operation: "GetBucketReplication",
      action: "GetReplicationConfiguration",
      answer: wrapped("ReplicationConfiguration"),
      missing: ["ReplicationConfigurationNotFoundError", "The replication configuration was not found"],
    },
    put: {
      operation: "PutBucketReplication",
      action: "PutReplicationConfiguration",
      role: ({ ReplicationConfiguration: given }: PutBucketReplicationRequest) => given?.Role,
      read: readReplication,
    },
    delete: { operation: "DeleteBucketReplication", action: "PutReplicationConfiguration" },
  },
  {
    field: "website",
    get: {
      operation: "GetBucketWebsite",
      action: "GetBucketWebsite",
      answer: unwrapped,
      missing: ["NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"],
    },
    put: { operation: "PutBucketWebsite", action: "PutBucketWebsite", read: checkWebsite },
    delete: { operation: "DeleteBucketWebsite", action: "DeleteBucketWebsite" },
  },
  {
    field: "policy",
    get: {
      operation: "GetBucketPolicy",
      action: "GetBucketPolicy",
      answer: wrapped("Policy"),
      missing: ["NoSuchBucketPolicy", "The bucket policy does not exist"],
    },
    put: {
      operation: "PutBucketPolicy",
      action: "PutBucketPolicy",
      read: ({ Policy }: PutBucketPolicyRequest, bucket: BucketRecord) => checkBucketPolicy(String(Policy), bucket),
    },
    delete: { operation: "DeleteBucketPolicy", action: "DeleteBucketPolicy" },
  },
];

function versioning({ VersioningConfiguration: given }: PutBucketVersioningRequest, { objectLock }: BucketRecord) {
  if (given?.MFADelete === "Enabled") throw invalidRequest("The local cloud does not model MFA delete");
  if (given?.Status === undefined) {
    const message = "The Versioning element must be specified";
    throw new AwsError("IllegalVersioningConfigurationException", message, 400);
  }
  oneOf(given.Status, "Enabled", "Suspended");
  if (objectLock && given.Status === "Suspended") {
    const message =
      "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.";
    throw new AwsError("InvalidBucketState", message, 409);
  }
  return given.Status;
}

/** @throws AwsError `MalformedXML` for another value. */
function oneOf(value: string | undefined, ...allowed: string[]): string {
  if (value === undefined || !allowed.includes(value)) throw malformedXml();
  return value;
}

function ownership({ OwnershipControls: given }: PutBucketOwnershipControlsRequest, bucket: BucketRecord) {
  const [rule, ...more] = given?.Rules ?? [];
  if (more.length > 0) throw malformedXml();
  const wanted = oneOf(rule?.ObjectOwnership, "BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter");
  const others = bucket.acl?.some(({ Grantee }) => Grantee?.URI !== undefined);
  if (wanted === "BucketOwnerEnforced" && others) {
    const message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
    throw new AwsError("InvalidBucketAclWithObjectOwnership", message, 400);
  }
  return given;
}

/** Kept only: nothing is replicated. */
function readReplication(
  { ReplicationConfiguration: given }: PutBucketReplicationRequest,
  { versioning }: BucketRecord,
) {
  if (versioning !== "Enabled")
    throw invalidRequest("Versioning must be 'Enabled' on the bucket to apply a replication configuration");
  if (!given?.Rules?.length) throw malformedXml();
  return { ...given, Rules: given.Rules.map((rule) => ({ ...rule, ID: rule.ID ?? randomUUID() })) };
}
