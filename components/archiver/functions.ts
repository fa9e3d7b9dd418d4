import type { Table } from "@pulumi/aws/dynamodb";
import type { Bucket } from "@pulumi/aws/s3";
import { interpolate, type Resource } from "@pulumi/pulumi";
import { CodeFunction } from "../codeFunction.ts";
import { type BucketAction, bucketBinding, functionBinding } from "../function/bindings.ts";
import type { Binding, Statement } from "../function/statement.ts";
import type { ArchiverHandlers } from "./args.ts";
import type { Buckets, Policy, StorageClassName } from "./files.ts";
import type { Outcome } from "./stateMachine.ts";

/** Seconds that reading or moving one file may take: what Lambda allows. */
export const fileTimeout = 900;

interface FileFunctionArgs {
  handlers: ArchiverHandlers;
  buckets: Buckets;
  actions: Record<Outcome, Policy>;
  storageClass: StorageClassName;
  qualityFunction: CodeFunction | undefined;
  logRetention: number | undefined;
}

/** Without it, S3 says that an object that is gone is forbidden. */
const list = (bucket: Bucket): Statement => ({ Effect: "Allow", Action: ["s3:ListBucket"], Resource: [bucket.arn] });

const statement = (bucket: Bucket, actions: string[]): Statement => ({
  Effect: "Allow",
  Action: actions.map((action) => `s3:${action}`),
  Resource: [interpolate`${bucket.arn}/*`],
});

/** Reads a dropped file from its first to its last byte, or simulates one. */
export function createGatherInfo(name: string, args: FileFunctionArgs, parent: Resource): CodeFunction {
  const { handlers, buckets, qualityFunction, logRetention } = args;
  const bindings: Record<string, Binding> = {
    DROP_BUCKET: bucketBinding(buckets.drop, ["GetObject", "GetObjectTagging", "GetObjectVersion"]),
    ...(qualityFunction && { QUALITY_FUNCTION: functionBinding(qualityFunction) }),
  };
  return new CodeFunction(
    `${name}-gatherInfo`,
    {
      description: `Reads the files of ${name}`,
      entry: handlers.gatherInfo,
      memory: 512,
      timeout: fileTimeout,
      bindings,
      statements: [list(buckets.drop), statement(buckets.drop, ["GetObjectVersionTagging"])],
      ...(logRetention && { logRetention }),
    },
    { parent },
  );
}

/** Moves, copies, tags, deletes: granted exactly what the policies of the outcomes need. */
export function createAct(name: string, args: FileFunctionArgs, parent: Resource): CodeFunction {
  const { handlers, buckets, actions, storageClass, logRetention } = args;
  const used = (...of: Policy[]) => Object.values(actions).some((policy) => of.includes(policy));
  const drop: BucketAction[] = [
    ...(used("move", "copy") ? (["GetObject", "GetObjectVersion"] as const) : []),
    ...(used("move", "delete") ? (["GetObject", "DeleteObject", "DeleteObjectVersion"] as const) : []),
    ...(used("tag") ? (["GetObjectTagging", "PutObjectTagging"] as const) : []),
  ];
  const more = [
    ...(used("move", "copy") ? ["GetObjectTagging", "GetObjectVersionTagging"] : []),
    ...(used("tag") ? ["GetObjectVersionTagging", "PutObjectVersionTagging"] : []),
  ];
  const destination = (bucket: Bucket): Binding => {
    const { value, statements } = bucketBinding(bucket, ["GetObject", "PutObject", "PutObjectTagging"]);
    return { value, statements: [...statements, statement(bucket, ["AbortMultipartUpload"]), list(bucket)] };
  };
  return new CodeFunction(
    `${name}-act`,
    {
      description: `Archives the files of ${name}, or puts them aside`,
      entry: handlers.act,
      memory: 512,
      timeout: fileTimeout,
      environment: { ACTIONS: JSON.stringify(actions), STORAGE_CLASS: storageClass },
      bindings: {
        DROP_BUCKET: {
          value: buckets.drop.bucket,
          statements: [
            ...(drop.length > 0 ? bucketBinding(buckets.drop, [...new Set(drop)]).statements : []),
            ...(more.length > 0 ? [statement(buckets.drop, [...new Set(more)])] : []),
            list(buckets.drop),
          ],
        },
        ARCHIVE_BUCKET: destination(buckets.archive),
        QUARANTINE_BUCKET: destination(buckets.quarantine),
      },
      ...(logRetention && { logRetention }),
    },
    { parent },
  );
}

/** The table's name, to write records that are missing. */
export const recordBinding = (table: Table): Binding => ({
  value: table.name,
  statements: [{ Effect: "Allow", Action: ["dynamodb:GetItem", "dynamodb:PutItem"], Resource: [table.arn] }],
});
