/** Events as services send them, as short as handlers can do with. */
export const samples: Record<string, object> = {
  "API Gateway": {
    resource: "/",
    path: "/",
    httpMethod: "GET",
    headers: { accept: "application/json" },
    multiValueHeaders: {},
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      stage: "Prod",
      requestId: "00000000-0000-0000-0000-000000000000",
      identity: { sourceIp: "127.0.0.1" },
    },
    body: null,
    isBase64Encoded: false,
  },
  SQS: {
    Records: [
      {
        messageId: "00000000-0000-0000-0000-000000000000",
        receiptHandle: "handle",
        body: "{}",
        attributes: { ApproximateReceiveCount: "1", SentTimestamp: "1700000000000" },
        messageAttributes: {},
        eventSource: "aws:sqs",
        eventSourceARN: "arn:aws:sqs:eu-west-1:000000000000:queue",
        awsRegion: "eu-west-1",
      },
    ],
  },
  S3: {
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: "eu-west-1",
        eventTime: "2026-01-01T00:00:00.000Z",
        eventName: "ObjectCreated:Put",
        s3: { bucket: { name: "bucket", arn: "arn:aws:s3:::bucket" }, object: { key: "key", size: 0 } },
      },
    ],
  },
  SNS: {
    Records: [
      {
        EventSource: "aws:sns",
        EventVersion: "1.0",
        Sns: { MessageId: "00000000-0000-0000-0000-000000000000", Subject: null, Message: "{}", MessageAttributes: {} },
      },
    ],
  },
  DynamoDB: {
    Records: [
      {
        eventID: "1",
        eventName: "INSERT",
        eventSource: "aws:dynamodb",
        awsRegion: "eu-west-1",
        dynamodb: { Keys: { id: { S: "1" } }, NewImage: { id: { S: "1" } }, StreamViewType: "NEW_AND_OLD_IMAGES" },
      },
    ],
  },
  Schedule: {
    version: "0",
    id: "00000000-0000-0000-0000-000000000000",
    "detail-type": "Scheduled Event",
    source: "aws.events",
    time: "2026-01-01T00:00:00Z",
    region: "eu-west-1",
    resources: [],
    detail: {},
  },
};
