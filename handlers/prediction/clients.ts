import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";

/** Throttled and failed calls are tried again after a random, growing time: the SDK's standard mode, a little longer. */
const config = { maxAttempts: 6 };

export const dynamodb = new DynamoDBClient(config);
export const s3 = new S3Client(config);
export const sqs = new SQSClient(config);
