import { createHash } from "node:crypto";
import { CreateTableCommand, DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateBucketCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from "@aws-sdk/client-s3";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { startCloud } from "local-aws/testing";

/** A local cloud with the archiver's buckets and table, and an environment that names them. */
export async function startArchive() {
  const cloud = await startCloud({ region: "eu-west-1" });
  const s3 = cloud.client(S3Client);
  const dynamodb = cloud.client(DynamoDBClient);
  for (const Bucket of ["drop", "plain", "archive", "quarantine"].map((name) => `test-${name}`)) {
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }));
    if (Bucket === "test-plain") continue;
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
  }
  await dynamodb.send(
    new CreateTableCommand({
      TableName: "ArchiveTable",
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "Id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "Id", AttributeType: "S" }],
    }),
  );
  const environment: Record<string, string> = {
    AWS_ENDPOINT_URL: cloud.origin,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    POWERTOOLS_LOG_LEVEL: "SILENT",
    POWERTOOLS_METRICS_DISABLED: "true",
    DROP_BUCKET: "test-drop",
    ARCHIVE_BUCKET: "test-archive",
    QUARANTINE_BUCKET: "test-quarantine",
    STORAGE_CLASS: "GLACIER_IR",
    ACTIONS: JSON.stringify({
      Archived: "move",
      Quality_Fail: "copy",
      Unarchivable: "tag",
      Rejected: "delete",
      Expired: "leave",
    }),
    ARCHIVE_TABLE: "ArchiveTable",
  };
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);
  return {
    cloud,
    s3,
    async put(Key: string, Body: string | Uint8Array = "data", more: Partial<PutObjectCommandInput> = {}) {
      const { VersionId } = await s3.send(new PutObjectCommand({ Bucket: "test-drop", Key, Body, ...more }));
      return VersionId;
    },
    /** Sizes and storage class of what is there; undefined when nothing is. */
    async head(Bucket: string, Key: string) {
      return s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" })).catch(() => undefined);
    },
    async versions(Bucket: string, Prefix: string) {
      const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix }));
      return { versions: Versions.map(({ VersionId }) => VersionId), markers: DeleteMarkers.length };
    },
    async records() {
      const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: "ArchiveTable" }));
      return Items.map((item) => unmarshall(item));
    },
    async stop() {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      await cloud.stop();
    },
  };
}

export type Archive = Awaited<ReturnType<typeof startArchive>>;
export const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");
