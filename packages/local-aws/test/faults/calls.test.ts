import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { AddPermissionCommand } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, ListQueuesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { deployApi, openApi, proxy } from "../../testing/apigateway.ts";
import { type Functions, startFunctions } from "../../testing/lambda.ts";
import { control as controlOf, startFaults } from "../support/faults.ts";

/** What an SDK's client sees of them, over the wire. */
describe("Faults of calls", function () {
  this.timeout(60_000);
  let functions: Functions;
  const everything = { Effect: "Allow", Action: "*", Resource: "*" };

  const control = (...given: Parameters<typeof controlOf> extends [unknown, ...infer Rest] ? Rest : never) =>
    controlOf(functions.test, ...given);
  const start = (...rules: object[]) => startFaults(functions.test, ...rules);
  const failure = (asked: Promise<unknown>): Promise<{ name: string; $metadata: { httpStatusCode: number } }> =>
    asked.then(
      () => assert.fail("it was carried out"),
      (error) => error,
    );

  before(async () => {
    functions = await startFunctions();
  });
  afterEach(() => control("DELETE"));
  after(() => functions.test.stop());

  it("are asked for by whoever may, and said to be wrong by name", async () => {
    const { test } = functions;
    const { credentials } = await test.mintRole({ Effect: "Allow", Action: "s3:*", Resource: "*" });
    const rules = [{ kind: "kill", probability: 1 }];
    const refused = await control("PUT", { seed: 1, rules }, credentials);
    assert.equal(refused.status, 400);
    assert.match(JSON.stringify(refused.said), /not authorized to perform: faults:StartFaults/);
    const wrong = await control("PUT", { seed: 1, rules: [{ kind: "kill", probability: 7 }] });
    assert.match(JSON.stringify(wrong.said), /rules\[0\]\.probability is 7/);
    assert.match(JSON.stringify((await control("GET")).said), /"running":false/);
  });

  it("reach services that read the wire themselves and those that do not, after IAM", async () => {
    const { test } = functions;
    const { credentials } = await test.mintRole(everything, { name: "writer" });
    const admin = test.client(S3Client, { config: { forcePathStyle: true } });
    await admin.send(new CreateBucketCommand({ Bucket: "faulty" }));
    await test.client(DynamoDBClient).send(
      new CreateTableCommand({
        ...{ TableName: "faulty", BillingMode: "PAY_PER_REQUEST" },
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      }),
    );
    const { QueueUrl } = await test.client(SQSClient).send(new CreateQueueCommand({ QueueName: "faulty" }));
    const s3 = test.client(S3Client, { credentials, config: { forcePathStyle: true } });
    const db = test.client(DynamoDBClient, { credentials });
    const sqs = test.client(SQSClient, { credentials });
    const put = new PutObjectCommand({ Bucket: "faulty", Key: "a", Body: "a" });
    const item = { TableName: "faulty", Item: { id: { S: "a" } } };
    await start({ kind: "throttle", probability: 1, role: "writer" });
    const throttled = await Promise.all([
      failure(s3.send(put)),
      failure(db.send(new PutItemCommand(item))),
      failure(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "a" }))),
    ]);
    assert.deepEqual(
      throttled.map(({ name, $metadata }) => [name, $metadata.httpStatusCode]),
      [
        ["SlowDown", 503],
        ["ProvisionedThroughputExceededException", 400],
        ["RequestThrottled", 403],
      ],
    );
    // Others are not meant.
    await admin.send(put);
    await start({ kind: "lost", probability: 1, service: "dynamodb", operation: "PutItem" });
    assert.equal((await failure(db.send(new PutItemCommand(item)))).name, "InternalServerError");
    const { Item } = await db.send(new GetItemCommand({ TableName: "faulty", Key: { id: { S: "a" } } }));
    assert.deepEqual(Item, { id: { S: "a" } });
    await start({ kind: "lost", probability: 1, service: "s3" });
    await failure(s3.send(new GetObjectCommand({ Bucket: "faulty", Key: "a" })));
    await start({ kind: "error", probability: 1 });
    const { credentials: nobody } = await test.mintRole();
    const denied = await failure(
      test.client(SQSClient, { credentials: nobody }).send(new SendMessageCommand({ QueueUrl, MessageBody: "a" })),
    );
    assert.match(denied.name, /AccessDenied/);
  });

  it("are passed over by an SDK that tries again", async () => {
    const { test } = functions;
    await start({ kind: "error", probability: 0.5, service: "sqs", operation: "ListQueues" });
    const patient = test.client(SQSClient, { config: { maxAttempts: 10 } });
    for (let n = 0; n < 10; n++) await patient.send(new ListQueuesCommand({}));
    const { said } = await control("GET");
    assert.ok((said.rules[0]?.faults ?? 0) > 0);
  });

  it("make a call wait", async () => {
    const { test } = functions;
    await start({ kind: "latency", probability: 1, from: 300, to: 300, service: "sqs" });
    let answered = false;
    const asked = test
      .client(SQSClient)
      .send(new ListQueuesCommand({}))
      .then(() => (answered = true));
    await sleep(100);
    assert.equal(answered, false);
    await asked;
  });

  it("are no mistake of the cloud's where the client has not waited for the answer", async () => {
    const { test } = functions;
    const s3 = test.client(S3Client, { config: { forcePathStyle: true } });
    await s3.send(new PutObjectCommand({ Bucket: "faulty", Key: "large", Body: Buffer.alloc(2_000_000) }));
    await start({ kind: "latency", probability: 1, from: 200, to: 200, service: "s3" });
    const abortSignal = AbortSignal.timeout(50);
    await assert.rejects(s3.send(new GetObjectCommand({ Bucket: "faulty", Key: "large" }), { abortSignal }));
    // What it prints would fail the end of the tests.
    await sleep(400);
  });

  it("kill a function's worker in the middle of an invocation, and the next has a new one", async () => {
    await functions.create("doomed", "let calls = 0; export const handler = async () => ++calls;");
    assert.deepEqual((await functions.invoke("doomed")).value, 1);
    assert.deepEqual((await functions.invoke("doomed")).value, 2);
    await start({ kind: "kill", probability: 1, service: "lambda" });
    const killed = await functions.invoke("doomed");
    assert.equal(killed.error, "Unhandled");
    assert.match(JSON.stringify(killed.value), /Runtime\.ExitError.*signal: killed/);
    await control("DELETE");
    assert.deepEqual((await functions.invoke("doomed")).value, 1);
  });

  it("are answered by a REST API as the gateway answers what is too much, and what fails", async () => {
    const { cloud } = functions.test;
    await functions.create("route", "export const handler = async () => ({ statusCode: 200, body: 'hello' })");
    const { url } = await deployApi(cloud, openApi({ "/{proxy+}": { get: proxy("route") } }));
    await functions.lambda.send(
      new AddPermissionCommand({
        ...{ FunctionName: "route", StatementId: "api", Action: "lambda:InvokeFunction" },
        Principal: "apigateway.amazonaws.com",
      }),
    );
    assert.equal((await fetch(`${url}/a`)).status, 200);
    await start({ kind: "throttle", probability: 1, service: "execute-api" });
    const throttled = await fetch(`${url}/a`);
    assert.deepEqual([throttled.status, await throttled.json()], [429, { message: "Too Many Requests" }]);
    await start({ kind: "error", probability: 1, service: "execute-api" });
    assert.equal((await fetch(`${url}/a`)).status, 500);
  });
});
