import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SFNClient } from "@aws-sdk/client-sfn";

/** Throttled and failed calls are tried again after a random, growing time. */
const config = { maxAttempts: 6 };

export const dynamodb = new DynamoDBClient(config);
export const s3 = new S3Client(config);
export const sfn = new SFNClient(config);
