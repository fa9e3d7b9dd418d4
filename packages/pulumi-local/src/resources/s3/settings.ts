import type { Cloud } from "local-aws/service";
import type { Made, Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";
import { docs, toWire } from "./wire.ts";

/** What is set on a bucket, as a resource of its own: one operation puts it, another takes it away. */
interface Setting {
  /** `BucketVersioning`, of the type `aws:s3/bucketVersioning:BucketVersioning`. */
  name: string;
  required?: string[];
  requiredHere?: string[];
  properties: string[];
  inert?: string[];
  enums?: ResourceType["enums"];
  /** The operation that puts it, and its input in addition to the bucket. */
  put(inputs: Properties): [operation: string, input: object];
  /** Outputs beside its inputs. */
  outputs?(inputs: Properties, region: string): Properties;
  /** The operation that takes it away, and its input in addition to the bucket. */
  remove: [operation: string, input?: object];
}

const settings: Setting[] = [
  {
    name: "BucketVersioning",
    required: ["versioningConfiguration"],
    properties: ["versioningConfiguration"],
    inert: ["expectedBucketOwner", "mfa"],
    enums: { "versioningConfiguration.status": ["Enabled", "Suspended", "Disabled"] },
    put: ({ versioningConfiguration }) => {
      const { status } = versioningConfiguration as Properties;
      // "Disabled" is what a bucket is that never had versions; S3 has no word for it.
      if (status === "Disabled") return ["GetBucketVersioning", {}];
      return ["PutBucketVersioning", { VersioningConfiguration: toWire(versioningConfiguration) }];
    },
    // Versions cannot be undone: without the resource no more are made.
    remove: ["PutBucketVersioning", { VersioningConfiguration: { Status: "Suspended" } }],
  },
  {
    name: "BucketOwnershipControls",
    required: ["rule"],
    properties: ["rule"],
    enums: { "rule.objectOwnership": ["BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced"] },
    put: ({ rule }) => ["PutBucketOwnershipControls", { OwnershipControls: { Rules: [toWire(rule)] } }],
    remove: ["DeleteBucketOwnershipControls"],
  },
  {
    name: "BucketPublicAccessBlock",
    properties: ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"],
    inert: ["skipDestroy"],
    put: ({ blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets }) => [
      "PutPublicAccessBlock",
      {
        PublicAccessBlockConfiguration: toWire({
          blockPublicAcls,
          blockPublicPolicy,
          ignorePublicAcls,
          restrictPublicBuckets,
        }),
      },
    ],
    remove: ["DeletePublicAccessBlock"],
  },
  {
    name: "BucketServerSideEncryptionConfiguration",
    required: ["rules"],
    properties: ["rules"],
    inert: ["expectedBucketOwner"],
    enums: { "rules.applyServerSideEncryptionByDefault.sseAlgorithm": ["AES256", "aws:kms", "aws:kms:dsse"] },
    put: ({ rules }) => [
      "PutBucketEncryption",
      { ServerSideEncryptionConfiguration: { Rules: toWire(rules) as object[] } },
    ],
    remove: ["DeleteBucketEncryption"],
  },
  {
    name: "BucketLifecycleConfiguration",
    // The provider declares it optional and AWS asks for it.
    requiredHere: ["rules"],
    properties: ["rules"],
    inert: ["expectedBucketOwner", "timeouts", "transitionDefaultMinimumObjectSize"],
    enums: { "rules.status": ["Enabled", "Disabled"] },
    put: ({ rules }) => ["PutBucketLifecycleConfiguration", { LifecycleConfiguration: { Rules: toWire(rules) } }],
    remove: ["DeleteBucketLifecycle"],
  },
  {
    name: "BucketCorsConfiguration",
    required: ["corsRules"],
    properties: ["corsRules"],
    inert: ["expectedBucketOwner"],
    enums: { "corsRules.allowedMethods": ["GET", "PUT", "HEAD", "POST", "DELETE"] },
    put: ({ corsRules }) => ["PutBucketCors", { CORSConfiguration: { CORSRules: toWire(corsRules) } }],
    remove: ["DeleteBucketCors"],
  },
  {
    name: "BucketLogging",
    required: ["targetBucket", "targetPrefix"],
    properties: ["targetBucket", "targetPrefix"],
    inert: ["expectedBucketOwner"],
    put: ({ targetBucket, targetPrefix }) => [
      "PutBucketLogging",
      { BucketLoggingStatus: { LoggingEnabled: toWire({ targetBucket, targetPrefix }) } },
    ],
    remove: ["PutBucketLogging", { BucketLoggingStatus: {} }],
  },
  {
    name: "BucketWebsiteConfiguration",
    properties: ["errorDocument", "indexDocument", "redirectAllRequestsTo", "routingRules"],
    inert: ["expectedBucketOwner"],
    put: (inputs) => {
      const { errorDocument, indexDocument, redirectAllRequestsTo, routingRules } = inputs;
      const rules = (routingRules as Properties[] | undefined)?.length ? { routingRules } : {};
      const site = { errorDocument, indexDocument, redirectAllRequestsTo, ...rules };
      return ["PutBucketWebsite", { WebsiteConfiguration: toWire(site) }];
    },
    // https://docs.aws.amazon.com/general/latest/gr/s3.html#s3_website_region_endpoints
    outputs: ({ bucket }, region) => {
      const websiteDomain = `s3-website${older.includes(region) ? "-" : "."}${region}.amazonaws.com`;
      return { websiteDomain, websiteEndpoint: `${bucket}.${websiteDomain}` };
    },
    remove: ["DeleteBucketWebsite"],
  },
  {
    name: "BucketAccelerateConfiguration",
    required: ["status"],
    properties: ["status"],
    inert: ["expectedBucketOwner"],
    enums: { status: ["Enabled", "Suspended"] },
    put: ({ status }) => ["PutBucketAccelerateConfiguration", { AccelerateConfiguration: { Status: status } }],
    remove: ["PutBucketAccelerateConfiguration", { AccelerateConfiguration: { Status: "Suspended" } }],
  },
  {
    name: "BucketRequestPaymentConfiguration",
    required: ["payer"],
    properties: ["payer"],
    inert: ["expectedBucketOwner"],
    enums: { payer: ["BucketOwner", "Requester"] },
    put: ({ payer }) => ["PutBucketRequestPayment", { RequestPaymentConfiguration: { Payer: payer } }],
    remove: ["PutBucketRequestPayment", { RequestPaymentConfiguration: { Payer: "BucketOwner" } }],
  },
  {
    name: "BucketObjectLockConfiguration",
    properties: ["objectLockEnabled", "rule"],
    inert: ["expectedBucketOwner", "token"],
    enums: { objectLockEnabled: ["Enabled"], "rule.defaultRetention.mode": ["COMPLIANCE", "GOVERNANCE"] },
    put: ({ objectLockEnabled = "Enabled", rule }) => [
      "PutObjectLockConfiguration",
      { ObjectLockConfiguration: toWire({ objectLockEnabled, rule }) },
    ],
    // Locking cannot be taken from a bucket; without the resource nothing is locked by itself.
    remove: ["PutObjectLockConfiguration", { ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" } }],
  },
  {
    name: "BucketPolicy",
    required: ["policy"],
    properties: ["policy"],
    put: ({ policy }) => ["PutBucketPolicy", { Policy: typeof policy === "string" ? policy : JSON.stringify(policy) }],
    remove: ["DeleteBucketPolicy"],
  },
  {
    name: "BucketNotification",
    properties: ["eventbridge", "lambdaFunctions", "queues", "topics"],
    put: ({ eventbridge, lambdaFunctions, queues, topics }) => [
      "PutBucketNotificationConfiguration",
      {
        NotificationConfiguration: {
          ...(eventbridge === true && { EventBridgeConfiguration: {} }),
          LambdaFunctionConfigurations: notifications(lambdaFunctions, "lambdaFunctionArn"),
          QueueConfigurations: notifications(queues, "queueArn"),
          TopicConfigurations: notifications(topics, "topicArn"),
        },
      },
    ],
    remove: ["PutBucketNotificationConfiguration", { NotificationConfiguration: {} }],
  },
];

function notifications(list: unknown, target: string): object[] {
  return ((list ?? []) as Properties[]).map(({ id, events, filterPrefix, filterSuffix, ...rest }) => {
    const rules = Object.entries({ prefix: filterPrefix, suffix: filterSuffix }).filter(([, value]) => value);
    const FilterRules = rules.map(([Name, Value]) => ({ Name, Value }));
    return {
      ...(id !== undefined && { Id: id }),
      Events: events,
      ...(toWire({ [target]: rest[target] }) as object),
      ...(FilterRules.length > 0 && { Filter: { Key: { FilterRules } } }),
    };
  });
}

export const bucketSettings = (cloud: Cloud): ResourceType[] => settings.map((setting) => resource(cloud, setting));

/** Regions whose websites' names have a hyphen. */
const older = [
  ...["us-east-1", "us-west-1", "us-west-2", "eu-west-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1"],
  "sa-east-1",
];

function resource(
  cloud: Cloud,
  { name, required = [], properties, put, remove, outputs, ...facts }: Setting,
): ResourceType {
  const set = async (inputs: Properties): Promise<Made> => {
    const [operation, input] = put(inputs);
    await cloud.call("s3", operation, { Bucket: inputs.bucket, ...input });
    return {
      id: String(inputs.bucket),
      outputs: { ...inputs, ...outputs?.(inputs, cloud.region), region: cloud.region },
    };
  };
  return {
    type: `aws:s3/${name[0]!.toLowerCase()}${name.slice(1)}:${name}`,
    docs: docs(name.toLowerCase()),
    ...facts,
    required: ["bucket", ...required],
    properties: ["bucket", ...properties],
    replaces: ["bucket"],
    idOf: (inputs) => String(inputs.bucket),
    create: set,
    update: (_id, _before, after) => set(after),
    async delete(id) {
      const [operation, input] = remove;
      await cloud.call("s3", operation, { Bucket: id, ...input });
    },
  };
}
