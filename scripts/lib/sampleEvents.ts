/**
 * Events as AWS's services give them to functions, for trying one by hand.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
 */
import { createHash, randomUUID } from "node:crypto";

const account = "000000000000";

const dateParts = () => {
  const now = new Date();
  return { iso: now.toISOString(), milliseconds: now.getTime(), seconds: Math.floor(now.getTime() / 1000) };
};

/** By the name that `--sample` takes; each for the region of the stack. */
export const sampleEvents = {
  /** A request to a REST API. https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html */
  apigateway: (region: string) => ({
    resource: "/{proxy+}",
    path: "/hello",
    httpMethod: "GET",
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      Host: `api.execute-api.${region}.amazonaws.com`,
    },
    multiValueHeaders: { Accept: ["application/json"], "Content-Type": ["application/json"] },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { proxy: "hello" },
    stageVariables: null,
    requestContext: {
      accountId: account,
      apiId: "api",
      authorizer: {},
      domainName: `api.execute-api.${region}.amazonaws.com`,
      httpMethod: "GET",
      identity: { sourceIp: "127.0.0.1", userAgent: "dsp invoke" },
      path: "/Prod/hello",
      protocol: "HTTP/1.1",
      requestId: randomUUID(),
      requestTimeEpoch: dateParts().milliseconds,
      resourcePath: "/{proxy+}",
      stage: "Prod",
    },
    body: null,
    isBase64Encoded: false,
  }),
  /** A batch of one message. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
  sqs: (region: string) => {
    const body = JSON.stringify({ hello: "world" });
    const { milliseconds } = dateParts();
    return {
      Records: [
        {
          messageId: randomUUID(),
          receiptHandle: "sample",
          body,
          attributes: {
            ApproximateReceiveCount: "1",
            SentTimestamp: String(milliseconds),
            SenderId: account,
            ApproximateFirstReceiveTimestamp: String(milliseconds),
          },
          messageAttributes: {},
          md5OfBody: createHash("md5").update(body).digest("hex"),
          eventSource: "aws:sqs",
          eventSourceARN: `arn:aws:sqs:${region}:${account}:sample`,
          awsRegion: region,
        },
      ],
    };
  },
  /** An object that was put. https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
  s3: (region: string) => ({
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: region,
        eventTime: dateParts().iso,
        eventName: "ObjectCreated:Put",
        userIdentity: { principalId: "AWS:sample" },
        requestParameters: { sourceIPAddress: "127.0.0.1" },
        responseElements: { "x-amz-request-id": "sample", "x-amz-id-2": "sample" },
        s3: {
          s3SchemaVersion: "1.0",
          configurationId: "sample",
          bucket: { name: "sample", ownerIdentity: { principalId: "sample" }, arn: "arn:aws:s3:::sample" },
          object: {
            key: "hello.txt",
            size: 5,
            eTag: "5d41402abc4b2a76b9719d911017c592",
            sequencer: "0055AED6DCD90281E5",
          },
        },
      },
    ],
  }),
  /** A rule with a schedule. https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html */
  schedule: (region: string) => ({
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account,
    time: `${dateParts().iso.slice(0, 19)}Z`,
    region,
    resources: [`arn:aws:events:${region}:${account}:rule/sample`],
    detail: {},
  }),
  /** A batch of one change. https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
  dynamodb: (region: string) => ({
    Records: [
      {
        eventID: randomUUID().replaceAll("-", ""),
        eventName: "INSERT",
        eventVersion: "1.1",
        eventSource: "aws:dynamodb",
        awsRegion: region,
        dynamodb: {
          ApproximateCreationDateTime: dateParts().seconds,
          Keys: { id: { S: "hello" } },
          NewImage: { id: { S: "hello" }, value: { N: "1" } },
          SequenceNumber: "111",
          SizeBytes: 26,
          StreamViewType: "NEW_AND_OLD_IMAGES",
        },
        eventSourceARN: `arn:aws:dynamodb:${region}:${account}:table/sample/stream/2026-01-01T00:00:00.000`,
      },
    ],
  }),
  /** A message of a topic. https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
  sns: (region: string) => ({
    Records: [
      {
        EventVersion: "1.0",
        EventSubscriptionArn: `arn:aws:sns:${region}:${account}:sample:${randomUUID()}`,
        EventSource: "aws:sns",
        Sns: {
          SignatureVersion: "1",
          Timestamp: dateParts().iso,
          Signature: "sample",
          SigningCertUrl: "https://example.org/sample.pem",
          MessageId: randomUUID(),
          Message: JSON.stringify({ hello: "world" }),
          MessageAttributes: {},
          Type: "Notification",
          UnsubscribeUrl: "https://example.org/unsubscribe",
          TopicArn: `arn:aws:sns:${region}:${account}:sample`,
          Subject: "sample",
        },
      },
    ],
  }),
} satisfies Record<string, (region: string) => object>;

export type SampleEvent = keyof typeof sampleEvents;
