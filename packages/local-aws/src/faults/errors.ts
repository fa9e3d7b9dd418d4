/** How services say that there were too many requests, and that a fault is their own: code, status, message. */
import { AwsError } from "../service.ts";

type Said = readonly [code: string, message: string, status: number, members?: Record<string, unknown>];

const rate = "Rate exceeded";
const unknown = "The request processing has failed because of an unknown error, exception or failure.";

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html: each of them is one that SDKs try again after. */
const throttles: Record<string, Said> = {
  apigateway: ["TooManyRequestsException", "Too Many Requests", 429],
  apigatewayv2: ["TooManyRequestsException", "Too Many Requests", 429],
  "cognito-idp": ["TooManyRequestsException", rate, 400],
  dynamodb: [
    "ProvisionedThroughputExceededException",
    "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
    400,
  ],
  ec2: ["RequestLimitExceeded", "Request limit exceeded.", 503],
  "emr-serverless": ["ThrottlingException", rate, 429],
  "execute-api": ["TooManyRequestsException", "Too Many Requests", 429],
  iam: ["Throttling", rate, 400],
  kinesis: ["ProvisionedThroughputExceededException", "Rate exceeded for shard", 400],
  lambda: [
    "TooManyRequestsException",
    "Rate Exceeded.",
    429,
    { Reason: "CallerRateLimitExceeded", Type: "User", retryAfterSeconds: "1" },
  ],
  monitoring: ["Throttling", rate, 400],
  route53: ["Throttling", rate, 400],
  s3: ["SlowDown", "Please reduce your request rate.", 503],
  scheduler: ["ThrottlingException", rate, 429],
  ses: ["TooManyRequestsException", "Too many requests.", 429],
  sns: ["Throttled", rate, 429],
  sqs: ["RequestThrottled", "The request was denied due to request throttling.", 403],
  sts: ["Throttling", rate, 400],
};

const faults: Record<string, Said> = {
  apigateway: ["ServiceUnavailableException", "Service Unavailable", 503],
  dynamodb: ["InternalServerError", "Internal server error", 500],
  ecs: ["ServerException", "Service Unavailable. Please try again later.", 500],
  "emr-serverless": ["InternalServerException", unknown, 500],
  lambda: ["ServiceException", "The Lambda service encountered an internal error.", 500, { Type: "Service" }],
  logs: ["ServiceUnavailableException", "The service cannot complete the request.", 500],
  s3: ["InternalError", "We encountered an internal error. Please try again.", 500],
  scheduler: ["InternalServerException", unknown, 500],
  secretsmanager: ["InternalServiceError", "An error occurred on the server side.", 500],
  sns: ["InternalError", unknown, 500],
  ssm: ["InternalServerError", unknown, 500],
};

/** Reads and writes of items; DynamoDB says of other operations what most services say. */
const ofItems = /Item|Query|Scan|Statement|Transaction|GetRecords/;

export function throttled(service: string, operation: string): AwsError {
  const own = service === "dynamodb" && !ofItems.test(operation) ? undefined : throttles[service];
  return made(own ?? ["ThrottlingException", rate, 400]);
}

export const failed = (service: string): AwsError => made(faults[service] ?? ["InternalFailure", unknown, 500]);

const made = ([code, message, status, members = {}]: Said): AwsError => new AwsError(code, message, status, members);
