import { each, type Reasons, tagged } from "./reasons.ts";

/** Of tables, buckets and parameters. */
export const data: Readonly<Record<string, Reasons>> = {
  "aws:dynamodb/table:Table": each("dynamodb", {
    CreateTable: "makes it",
    UpdateTable: "changes it, and lifts its protection",
    UpdateContinuousBackups: "switches point-in-time recovery",
    UpdateTimeToLive: "lets items expire",
    DeleteTable: "deletes it, once it is not protected any more",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
  "aws:s3/bucket:Bucket": each("s3", {
    CreateBucket: "makes it",
    DeleteBucket: "deletes it, once it is empty",
    PutBucketTagging: tagged,
  }),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": each("s3", {
    PutLifecycleConfiguration: "ends what it keeps",
  }),
  "aws:s3/bucketNotification:BucketNotification": each("s3", {
    PutBucketNotification: "tells EventBridge of its objects",
  }),
  "aws:s3/bucketObject:BucketObject": each("s3", {
    PutObject: "uploads models and scripts",
    PutObjectAcl: "the provider sends its default with each upload",
    PutObjectTagging: tagged,
    ListBucketVersions: "finds every version of what is deleted",
    DeleteObject: "deletes it",
    DeleteObjectVersion: "deletes its versions",
  }),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": each("s3", {
    PutBucketOwnershipControls: "switches access lists off",
  }),
  "aws:s3/bucketPolicy:BucketPolicy": each("s3", {
    PutBucketPolicy: "asks for TLS",
    DeleteBucketPolicy: "deletes it",
  }),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": each("s3", {
    PutBucketPublicAccessBlock: "keeps it private",
  }),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": each("s3", {
    PutEncryptionConfiguration: "encrypts it",
  }),
  "aws:s3/bucketVersioning:BucketVersioning": each("s3", { PutBucketVersioning: "keeps old versions" }),
  "aws:ssm/parameter:Parameter": each("ssm", {
    PutParameter: "makes and changes it",
    DeleteParameter: "deletes it",
    AddTagsToResource: tagged,
    RemoveTagsFromResource: "changes its tags",
  }),
};
