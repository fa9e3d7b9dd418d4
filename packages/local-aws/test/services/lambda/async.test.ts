import assert from "node:assert/strict";
import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { type Functions, logAccess, startFunctions } from "../../../testing/lambda.ts";

const failing = "export const handler = async (event) => { throw new Error('no ' + event.what) }";
const working = "export const handler = async (event) => ({ did: event.what })";

interface Message {
  Body: string;
  MessageAttributes?: Record<string, { StringValue: string; DataType: string }>;
}

describe("asynchronous requests", () => {
  let functions: Functions;
  let role: string;
  /** A minute is 30 ms here. */
  const delayScale = 0.0005;

  before(async () => {
    functions = await startFunctions({ asyncDelayScale: delayScale });
    const { roleArn } = await functions.test.mintRole([
      logAccess,
      { Effect: "Allow", Action: ["sqs:SendMessage", "lambda:InvokeFunction", "sns:Publish"], Resource: "*" },
    ]);
    role = roleArn;
  });
  after(() => functions.test.stop());

  const call = <Output = unknown>(service: string, operation: string, input: object) =>
    functions.test.cloud.call<Output>(service, operation, input);
  const queue = async (QueueName: string) => {
    const { QueueUrl } = await call<{ QueueUrl: string }>("sqs", "CreateQueue", { QueueName });
    return { QueueUrl, arn: `arn:aws:sqs:us-east-1:000000000000:${QueueName}` };
  };
  async function received(QueueUrl: string): Promise<Message> {
    const input = { QueueUrl, WaitTimeSeconds: 5, MessageAttributeNames: ["All"] };
    const { Messages } = await call<{ Messages?: Message[] }>("sqs", "ReceiveMessage", input);
    assert.ok(Messages?.[0], "no message came");
    return Messages[0];
  }
  const event = (FunctionName: string, payload: object) =>
    functions.lambda.send(
      new InvokeCommand({ FunctionName, InvocationType: "Event", Payload: JSON.stringify(payload) }),
    );

  it("are taken on at once, and their result goes to the destination", async () => {
    const { QueueUrl, arn } = await queue("succeeded");
    await functions.create("worker", working, { Role: role });
    await call("lambda", "PutFunctionEventInvokeConfig", {
      FunctionName: "worker",
      DestinationConfig: { OnSuccess: { Destination: arn } },
    });
    const { StatusCode, Payload } = await event("worker", { what: "work" });
    assert.equal(StatusCode, 202);
    assert.equal(Payload?.length ?? 0, 0);
    const { timestamp, requestContext, ...record } = JSON.parse((await received(QueueUrl)).Body);
    assert.match(timestamp, /^\d{4}-\d\d-\d\dT/);
    const { requestId, ...context } = requestContext;
    assert.match(requestId, /^[0-9a-f-]{36}$/);
    assert.deepEqual(context, {
      functionArn: "arn:aws:lambda:us-east-1:000000000000:function:worker:$LATEST",
      condition: "Success",
      approximateInvokeCount: 1,
    });
    assert.deepEqual(record, {
      version: "1.0",
      requestPayload: { what: "work" },
      responseContext: { statusCode: 200, executedVersion: "$LATEST" },
      responsePayload: { did: "work" },
    });
  });

  it("are tried three times; then the failure goes to the destination and the event to the dead-letter queue", async () => {
    const failures = await queue("failures");
    const dead = await queue("dead");
    await functions.create("failing", failing, { Role: role, DeadLetterConfig: { TargetArn: dead.arn } });
    await call("lambda", "PutFunctionEventInvokeConfig", {
      FunctionName: "failing",
      DestinationConfig: { OnFailure: { Destination: failures.arn } },
    });
    await event("failing", { what: "luck" });
    const record = JSON.parse((await received(failures.QueueUrl)).Body);
    assert.equal(record.requestContext.condition, "RetriesExhausted");
    assert.equal(record.requestContext.approximateInvokeCount, 3);
    assert.deepEqual(record.responseContext, {
      statusCode: 200,
      executedVersion: "$LATEST",
      functionError: "Unhandled",
    });
    assert.equal(record.responsePayload.errorMessage, "no luck");
    const { Body, MessageAttributes } = await received(dead.QueueUrl);
    assert.deepEqual(JSON.parse(Body), { what: "luck" });
    assert.equal(MessageAttributes?.RequestID?.StringValue, record.requestContext.requestId);
    assert.equal(MessageAttributes?.ErrorCode?.StringValue, "200");
    assert.equal(MessageAttributes?.ErrorMessage?.StringValue, "no luck");
  });

  it("are tried only as often as they may", async () => {
    const { QueueUrl, arn } = await queue("once");
    await functions.create("once", failing, { Role: role });
    await call("lambda", "PutFunctionEventInvokeConfig", {
      FunctionName: "once",
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: arn } },
    });
    await event("once", { what: "more" });
    assert.equal(JSON.parse((await received(QueueUrl)).Body).requestContext.approximateInvokeCount, 1);
  });

  it("wait while their function is throttled", async () => {
    const { QueueUrl, arn } = await queue("throttled");
    await functions.create("throttled", working, { Role: role });
    await call("lambda", "PutFunctionEventInvokeConfig", {
      FunctionName: "throttled",
      DestinationConfig: { OnSuccess: { Destination: arn } },
    });
    await call("lambda", "PutFunctionConcurrency", { FunctionName: "throttled", ReservedConcurrentExecutions: 0 });
    await event("throttled", { what: "waited" });
    await new Promise((done) => setTimeout(done, 50));
    await call("lambda", "DeleteFunctionConcurrency", { FunctionName: "throttled" });
    const record = JSON.parse((await received(QueueUrl)).Body);
    assert.deepEqual(record.responsePayload, { did: "waited" });
    assert.equal(record.requestContext.approximateInvokeCount, 1);
  });

  it("may end in another function", async () => {
    const { QueueUrl, arn } = await queue("chained");
    await functions.create(
      "second",
      "export const handler = async (event) => event.responsePayload.did + ', then more'",
      { Role: role },
    );
    await functions.create("first", working, { Role: role });
    const target = (FunctionName: string, Destination: string) =>
      call("lambda", "PutFunctionEventInvokeConfig", {
        FunctionName,
        DestinationConfig: { OnSuccess: { Destination } },
      });
    await target("second", arn);
    await target("first", "arn:aws:lambda:us-east-1:000000000000:function:second");
    await event("first", { what: "one" });
    assert.equal(JSON.parse((await received(QueueUrl)).Body).responsePayload, "one, then more");
  });

  it("refuse a destination or dead-letter queue that the role may not send to", async () => {
    const { arn } = await queue("forbidden");
    await functions.create("unable", working);
    await assert.rejects(
      call("lambda", "PutFunctionEventInvokeConfig", {
        FunctionName: "unable",
        DestinationConfig: { OnFailure: { Destination: arn } },
      }),
      {
        code: "InvalidParameterValueException",
        message: `The function's execution role does not have permissions to call SendMessage on ${arn}`,
      },
    );
    await assert.rejects(functions.create("buried", working, { DeadLetterConfig: { TargetArn: arn } }), {
      name: "InvalidParameterValueException",
      message: /The provided execution role does not have permissions to call SendMessage on SQS/,
    });
  });

  it("survive the end of the program", async () => {
    // Whether the first try is over by the end or not: two more are to come.
    const before = await startFunctions({ asyncDelayScale: 0.01 });
    await before.create("later", "export const handler = async () => { throw new Error('not yet') }");
    const input = { FunctionName: "later", InvocationType: "Event", Payload: '{"kept":true}' };
    await before.test.cloud.call("lambda", "Invoke", input);
    const { events } = before.test.cloud.store.database
      .prepare(`SELECT count(*) AS events FROM "lambda.asyncEvents"`)
      .get() as { events: number };
    assert.equal(events, 1);
    await before.test.stop({ keep: true });
    const { directory } = before.test;
    const again = await startFunctions({ asyncDelayScale: 0 }, { directory });
    try {
      const left = () => again.test.cloud.store.collection("lambda.asyncEvents").values().length;
      for (let tries = 0; left() > 0 && tries < 250; tries++) await new Promise((done) => setTimeout(done, 20));
      assert.equal(left(), 0);
    } finally {
      await again.test.stop();
    }
  });
});

describe("metrics of requests", () => {
  it("are summed by function, alias and executed version", async () => {
    const data: MetricDatum[] = [];
    const functions = await startFunctions({
      metrics: (namespace, more) => {
        assert.equal(namespace, "AWS/Lambda");
        data.push(...more);
      },
    });
    const { cloud } = functions.test;
    await functions.create(
      "measured",
      "export const handler = async (event) => { if (event.fail) throw new Error('x'); }",
      { Publish: true },
    );
    await cloud.call("lambda", "CreateAlias", { FunctionName: "measured", Name: "live", FunctionVersion: "1" });
    await functions.invoke("measured:live", {});
    await functions.invoke("measured:live", { fail: true });
    await functions.invoke("measured", {});
    await cloud.call("lambda", "PutFunctionConcurrency", { FunctionName: "measured", ReservedConcurrentExecutions: 0 });
    await assert.rejects(functions.invoke("measured", {}));
    await functions.test.stop();
    const sum = (name: string, dimensions: string) =>
      data
        .filter(
          ({ MetricName, Dimensions }) =>
            MetricName === name && Dimensions?.map(({ Value }) => Value).join() === dimensions,
        )
        .reduce(
          (total, { Value, StatisticValues, Counts }) =>
            total + (Value ?? StatisticValues?.Sum ?? (Counts ?? []).reduce((a, b) => a + b, 0)),
          0,
        );
    const version = "measured,measured:live,1";
    assert.deepEqual(
      ["", "measured", "measured,measured:live", version].map((dimensions) => sum("Invocations", dimensions)),
      [3, 3, 2, 2],
    );
    assert.deepEqual(
      ["measured", version].map((dimensions) => sum("Errors", dimensions)),
      [1, 1],
    );
    assert.equal(sum("Duration", version), 2);
    assert.equal(sum("Throttles", "measured"), 1);
    assert.equal(sum("Throttles", version), 0);
    const names = data.find(({ Dimensions }) => Dimensions?.length === 3)?.Dimensions?.map(({ Name }) => Name);
    assert.deepEqual(names, ["FunctionName", "Resource", "ExecutedVersion"]);
  });
});
