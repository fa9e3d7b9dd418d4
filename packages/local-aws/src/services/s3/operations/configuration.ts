/** Settings of a bucket: each is put, read and (mostly) deleted by its own operations. */
import type { PutBucketPolicyRequest, PutBucketVersioningRequest } from "@aws-sdk/client-s3";
import { tagList } from "../../../kit/tags.ts";
import type { Operations } from "../../../operations.ts";
import type { OperationName } from "../../../sdks.ts";
import { AwsError, type Operation } from "../../../service.ts";
import { bucketAccess } from "../access.ts";
import { aclNotSupported } from "../describe.ts";
import { invalidArgument, invalidRequest, malformedXml } from "../errors.ts";
import { minimumSize, readLifecycle, revivedLifecycle } from "../lifecycle.ts";
import { tagsOf } from "../names.ts";
import { checkBucketPolicy, isPublic } from "../policy.ts";
import type { BucketRecord } from "../records.ts";
import type { S3State } from "../state.ts";
import { ownerOnly } from "./objectDetails.ts";

type Name = OperationName<"s3">;
type Given = { Bucket?: string; [member: string]: unknown };

interface Setting {
  /** Field of the record. */
  field: Exclude<keyof BucketRecord, "name" | "created">;
  get: { operation: Name; action: string; answer(value: never): object; missing?: [code: string, message: string] };
  put: {
    operation: Name;
    action: string;
    read(input: never, bucket: BucketRecord): unknown;
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

const settings: Setting[] = [
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
      read: (input: { Tagging?: { TagSet?: { Key: string; Value: string }[] } }) =>
        tagList(tagsOf(input.Tagging?.TagSet ?? [], 50)),
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
      read: payload("OwnershipControls"),
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
    put: { operation: "PutBucketCors", action: "PutBucketCORS", read: payload("CORSConfiguration") },
    delete: { operation: "DeleteBucketCors", action: "PutBucketCORS" },
  },
  {
    field: "logging",
    get: { operation: "GetBucketLogging", action: "GetBucketLogging", answer: wrapped("LoggingEnabled") },
    put: {
      operation: "PutBucketLogging",
      action: "PutBucketLogging",
      read: (input: { BucketLoggingStatus?: { LoggingEnabled?: object } }) => input.BucketLoggingStatus?.LoggingEnabled,
    },
  },
  {
    field: "versioning",
    get: { operation: "GetBucketVersioning", action: "GetBucketVersioning", answer: wrapped("Status") },
    put: { operation: "PutBucketVersioning", action: "PutBucketVersioning", read: versioning },
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

function versioning({ VersioningConfiguration: given }: PutBucketVersioningRequest) {
  if (given?.MFADelete === "Enabled") throw invalidRequest("The local cloud does not model MFA delete");
  if (given?.Status !== "Enabled" && given?.Status !== "Suspended") throw malformedXml();
  return given.Status;
}

export function configurationOperations(s3: S3State): Operations<"s3"> {
  const operations: { [Of in Name]?: Operation } = {};
  const access = (action: string) => (input: Given) => [bucketAccess(action, s3.bucket(input))];
  for (const { field, get, put, delete: remove } of settings) {
    operations[get.operation] = {
      access: access(get.action),
      run(input: Given) {
        const bucket = s3.bucket(input);
        const value = bucket[field];
        if (value !== undefined) return get.answer(value as never);
        if (!get.missing) return {};
        throw new AwsError(...get.missing, 404, { BucketName: bucket.name });
      },
    };
    operations[put.operation] = {
      access: access(put.action),
      run(input: Given) {
        const bucket = s3.bucket(input);
        const value = put.read(input as never, bucket);
        s3.buckets.put(bucket.name, { ...bucket, [field]: value });
        return put.answer?.(value as never) ?? {};
      },
    };
    if (remove) {
      operations[remove.operation] = {
        access: access(remove.action),
        run(input: Given) {
          const { [field]: _, ...rest } = s3.bucket(input);
          s3.buckets.put(rest.name, rest as BucketRecord);
          return {};
        },
      };
    }
  }
  return { ...operations, ...notificationOperations(s3), ...fixedOperations(s3) };
}

function notificationOperations(s3: S3State): Operations<"s3"> {
  return {
    GetBucketNotificationConfiguration: {
      access: (input) => [bucketAccess("GetBucketNotification", s3.bucket(input))],
      run: (input) => s3.bucket(input).notification ?? {},
    },
    PutBucketNotificationConfiguration: {
      access: (input) => [bucketAccess("PutBucketNotification", s3.bucket(input))],
      async run(input) {
        const configuration = input.NotificationConfiguration ?? {};
        const lists: { Id?: string | undefined; Events: string[] | undefined }[] = [
          ...(configuration.LambdaFunctionConfigurations ?? []),
          ...(configuration.QueueConfigurations ?? []),
          ...(configuration.TopicConfigurations ?? []),
        ];
        for (const [index, one] of lists.entries()) {
          if (!one.Events?.length) throw malformedXml();
          for (const event of one.Events) {
            if (!/^s3:[A-Za-z]+:(\*|[A-Za-z]+)$/.test(event))
              throw invalidArgument("A specified event is not supported for notifications.", "Event", event);
          }
          one.Id ??= `notification-${index + 1}`;
        }
        if (!input.SkipDestinationValidation) await s3.notifications.check(s3.bucket(input), configuration);
        const bucket = s3.bucket(input);
        s3.buckets.put(bucket.name, { ...bucket, notification: configuration });
        return {};
      },
    },
  };
}

/** Settings with only one value here, which tools read all the same. */
function fixedOperations(s3: S3State): Operations<"s3"> {
  const fixed = <Answer>(action: string, answer: (bucket: BucketRecord) => Answer): Operation<Given, Answer> => ({
    access: (input: Given) => [bucketAccess(action, s3.bucket(input))],
    run: (input: Given) => answer(s3.bucket(input)),
  });
  return {
    GetBucketAcl: fixed("GetBucketAcl", () => ownerOnly(s3)),
    PutBucketAcl: fixed("PutBucketAcl", () => {
      throw aclNotSupported();
    }),
    GetBucketRequestPayment: fixed("GetBucketRequestPayment", () => ({ Payer: "BucketOwner" })),
    GetBucketAccelerateConfiguration: fixed("GetAccelerateConfiguration", () => ({})),
    GetBucketPolicyStatus: fixed("GetBucketPolicyStatus", ({ name, policy }) => {
      if (policy === undefined)
        throw new AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", 404, { BucketName: name });
      return { PolicyStatus: { IsPublic: isPublic(policy) } };
    }),
    GetBucketWebsite: fixed("GetBucketWebsite", ({ name }) => {
      throw new AwsError(
        "NoSuchWebsiteConfiguration",
        "The specified bucket does not have a website configuration",
        404,
        { BucketName: name },
      );
    }),
    GetBucketReplication: fixed("GetReplicationConfiguration", ({ name }) => {
      throw new AwsError("ReplicationConfigurationNotFoundError", "The replication configuration was not found", 404, {
        BucketName: name,
      });
    }),
    GetObjectLockConfiguration: fixed("GetBucketObjectLockConfiguration", ({ name }) => {
      throw new AwsError(
        "ObjectLockConfigurationNotFoundError",
        "Object Lock configuration does not exist for this bucket",
        404,
        { BucketName: name },
      );
    }),
  };
}
