import assert from "node:assert/strict";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { Lambda } from "@aws-sdk/client-lambda";
import { S3 } from "@aws-sdk/client-s3";
import { Scheduler } from "@aws-sdk/client-scheduler";
import { SFN } from "@aws-sdk/client-sfn";
import { SNS } from "@aws-sdk/client-sns";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { deployApi, functionArn, openApi, proxy } from "../../../testing/apigateway.ts";
import { eventually, type Sources, startSources } from "../../../testing/eventsources.ts";
import { zip } from "../../../testing/lambda.ts";
import { pythonTools, withoutPython } from "../../../testing/python.ts";

/** It tells what it is called with. */
const code = `
import json, os, boto3
sqs = boto3.client("sqs")
def handler(event, context):
    told = json.dumps(event, ensure_ascii=False)
    sqs.send_message(QueueUrl=os.environ["TOLD"], MessageBody=told, MessageGroupId="all", MessageDeduplicationId=context.aws_request_id)
    if event.get("fail"): raise RuntimeError("as asked")
    if "httpMethod" in event: return {"statusCode": 201, "headers": {"x-by": "python"}, "body": event["body"]}
    return {"answer": event.get("number", 0) * 2}`;

describe("events for functions of Python", function () {
  this.timeout(120_000);
  const name = "teller";
  const arn = functionArn(name);
  let sources: Sources;
  let lambda: Lambda;
  let seen = 0;

  before(async function () {
    const reason = await withoutPython();
    if (reason) {
      console.log(reason);
      return this.skip();
    }
    sources = await startSources(undefined, { tools: pythonTools, lambda: { asyncDelayScale: 0 } });
    lambda = sources.test.client(Lambda);
    await sources.fn(name, "", {
      Runtime: "python3.11",
      Handler: "app.handler",
      Code: { ZipFile: zip({ "app.py": code }) },
      Timeout: 30,
    });
    for (const service of ["apigateway", "events", "s3", "sns"]) {
      await lambda.addPermission({
        FunctionName: name,
        StatementId: service,
        Action: "lambda:InvokeFunction",
        Principal: `${service}.amazonaws.com`,
      });
    }
  });
  after(() => sources?.test.stop());

  /** The next event that the function tells of. */
  async function next() {
    const all = await sources.told(name, seen + 1);
    assert.equal(all.length, seen + 1);
    return all[seen++];
  }

  /** A role of a service that may invoke functions. */
  const roleOf = async (service: string) =>
    (
      await sources.test.mintRole(
        { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: "*" },
        { trust: `${service}.amazonaws.com` },
      )
    ).roleArn;

  it("are of a queue", async () => {
    const queue = await sources.queue("work", { VisibilityTimeout: "30" });
    const { UUID } = await sources.map({ EventSourceArn: queue, FunctionName: name });
    await sources.sqs.send(new SendMessageCommand({ QueueUrl: sources.url(queue), MessageBody: "ü€😀" }));
    const { Records } = await next();
    assert.deepEqual([Records[0].body, Records[0].eventSource], ["ü€😀", "aws:sqs"]);
    await lambda.deleteEventSourceMapping({ UUID });
  });

  it("are of a table's stream", async () => {
    const EventSourceArn = await sources.table("items");
    const { UUID } = await sources.map({ EventSourceArn, FunctionName: name, StartingPosition: "TRIM_HORIZON" });
    await sources.put("items", "1", { n: { N: "1.5" } });
    const { Records } = await next();
    assert.deepEqual(
      [Records[0].eventName, Records[0].dynamodb.NewImage],
      ["INSERT", { id: { S: "1" }, n: { N: "1.5" } }],
    );
    await lambda.deleteEventSourceMapping({ UUID });
  });

  it("are of a topic", async () => {
    const sns = sources.test.client(SNS);
    const { TopicArn } = await sns.createTopic({ Name: "news" });
    await sns.subscribe({ TopicArn, Protocol: "lambda", Endpoint: arn });
    await sns.publish({ TopicArn, Message: "hello", Subject: "greeting" });
    const { Records } = await next();
    assert.deepEqual(
      [Records[0].EventSource, Records[0].Sns.Message, Records[0].Sns.Subject],
      ["aws:sns", "hello", "greeting"],
    );
  });

  it("are of a bucket", async () => {
    const s3 = sources.test.client(S3);
    await s3.createBucket({ Bucket: "drops" });
    await s3.putBucketNotificationConfiguration({
      Bucket: "drops",
      NotificationConfiguration: {
        LambdaFunctionConfigurations: [{ LambdaFunctionArn: arn, Events: ["s3:ObjectCreated:*"] }],
      },
    });
    await s3.putObject({ Bucket: "drops", Key: "a b", Body: "text" });
    const { Records } = await next();
    assert.deepEqual(
      [Records[0].eventName, Records[0].s3.object.key, Records[0].s3.object.size],
      ["ObjectCreated:Put", "a+b", 4],
    );
  });

  it("are of a rule", async () => {
    const events = sources.test.client(EventBridge);
    await events.putRule({ Name: "orders", EventPattern: JSON.stringify({ source: ["shop"] }) });
    await events.putTargets({ Rule: "orders", Targets: [{ Id: "1", Arn: arn }] });
    await events.putEvents({ Entries: [{ Source: "shop", DetailType: "Order", Detail: '{"id":1}' }] });
    const { source, detail } = await next();
    assert.deepEqual([source, detail], ["shop", { id: 1 }]);
  });

  it("are of a schedule", async () => {
    const at = new Date(Date.now() + 1_000).toISOString().slice(0, 19);
    await sources.test.client(Scheduler).createSchedule({
      Name: "once",
      ScheduleExpression: `at(${at})`,
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: { Arn: arn, RoleArn: await roleOf("scheduler"), Input: '{"number": 4}' },
    });
    assert.deepEqual(await next(), { number: 4 });
  });

  it("are a state machine's, which gets the answer", async () => {
    const sfn = sources.test.client(SFN);
    const task = (input: object) => ({ Type: "Task", Resource: arn, Parameters: input, End: true });
    const definition = JSON.stringify({ StartAt: "Ask", States: { Ask: task({ number: 21 }) } });
    const { stateMachineArn } = await sfn.createStateMachine({
      name: "asks",
      definition,
      roleArn: await roleOf("states"),
    });
    const { executionArn } = await sfn.startExecution({ stateMachineArn });
    assert.deepEqual(await next(), { number: 21 });
    const ended = async () => (await sfn.describeExecution({ executionArn })).status !== "RUNNING";
    assert.ok(await eventually(ended));
    const { output } = await sfn.describeExecution({ executionArn });
    assert.deepEqual(JSON.parse(output ?? ""), { answer: 42 });
  });

  it("are an API's, whose caller gets the answer", async () => {
    const { url } = await deployApi(sources.test.cloud, openApi({ "/echo": { post: proxy(name) } }));
    const response = await fetch(`${url}/echo?a=1`, { method: "POST", body: "ü€😀" });
    assert.deepEqual([response.status, response.headers.get("x-by"), await response.text()], [201, "python", "ü€😀"]);
    assert.deepEqual((await next()).queryStringParameters, { a: "1" });
  });

  it("are asynchronous, and end in a queue when every try has failed", async () => {
    const failed = await sources.queue("failed");
    await lambda.putFunctionEventInvokeConfig({
      FunctionName: name,
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: failed } },
    });
    await lambda.invoke({ FunctionName: name, InvocationType: "Event", Payload: Buffer.from('{"fail": true}') });
    // Both tries have one request's id, so the queue takes one telling.
    assert.deepEqual(await next(), { fail: true });
    const [{ requestContext, requestPayload, responsePayload }] = await sources.messages(failed, 1);
    assert.deepEqual([requestContext.condition, requestContext.approximateInvokeCount], ["RetriesExhausted", 2]);
    assert.deepEqual(
      [requestPayload, responsePayload.errorType, responsePayload.errorMessage],
      [{ fail: true }, "RuntimeError", "as asked"],
    );
    assert.match(responsePayload.stackTrace[0], /File "\/var\/task\/app\.py", line \d+, in handler/);
  });
});
