import { all, type Input, type Output, output, type ResourceTransform } from "@pulumi/pulumi";

/** What takes the key: what a resource of the type is given. A topic has a key of its own already, see topic.ts. */
const encrypted: Record<string, (props: Record<string, unknown>, key: Input<string>) => object> = {
  "aws:dynamodb/table:Table": (_props, kmsKeyArn) => ({ serverSideEncryption: { enabled: true, kmsKeyArn } }),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (_props, key) => ({
    rules: [
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key },
        // One data key for many objects: a hundredth of the requests to KMS.
        bucketKeyEnabled: true,
      },
    ],
  }),
  "aws:sqs/queue:Queue": (_props, kmsMasterKeyId) => ({ sqsManagedSseEnabled: undefined, kmsMasterKeyId }),
  "aws:iam/rolePolicy:RolePolicy": ({ policy }, key) => ({ policy: withKey(policy as Input<string>, key) }),
};

/**
 * Encrypts every table, bucket and queue of the stack with a customer's key, and lets each role use the key for what it may
 * read and write already, by those services alone: a policy of the key's account has to admit it, as every key's does at first.
 *
 * @example registerResourceTransform(encryptData(key.arn));
 */
export const encryptData =
  (key: Input<string>): ResourceTransform =>
  ({ type, props, opts }) => {
    const change = encrypted[type];
    return change && { props: { ...props, ...change(props, key) }, opts };
  };

/** Data that is read, and data that is written: reading takes the key to decrypt, writing a data key, too. */
const reads = /^(dynamodb:(?!Describe|List)|s3:GetObject(Version)?$|sqs:ReceiveMessage)/;
const writes = /^(s3:PutObject$|sqs:SendMessage)/;

interface Policy {
  Statement: { Effect: string; Action: string | string[] }[];
}

/**
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 */
const withKey = (policy: Input<string>, key: Input<string>): Output<string> =>
  all([output(policy), key]).apply(([text, keyArn]) => {
    const document = JSON.parse(text) as Policy;
    const allowed = document.Statement.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action }) => Action);
    const using = allowed.filter((action) => reads.test(action) || writes.test(action));
    if (using.length === 0) return text;
    const services = [...new Set(using.map((action) => action.split(":", 1)[0]!))].sort();
    const region = keyArn.split(":")[3];
    const statement = {
      Effect: "Allow",
      Action: ["kms:Decrypt", ...(using.some((action) => writes.test(action)) ? ["kms:GenerateDataKey"] : [])],
      Resource: [keyArn],
      Condition: { StringEquals: { "kms:ViaService": services.map((name) => `${name}.${region}.amazonaws.com`) } },
    };
    return JSON.stringify({ ...document, Statement: [...document.Statement, statement] });
  });
