import assert from "node:assert/strict";
import type { Operations } from "../src/operations.ts";
import type { Cloud } from "../src/service.ts";
import { startCloud, type TestCloud } from "../testing/cloud.ts";

// What must not compile is marked so: the compiler complains of a mark where there is nothing wrong.
describe("operations, typed by SDK clients", () => {
  let test: TestCloud;
  let cloud: Cloud;
  before(async () => {
    test = await startCloud();
    cloud = test.cloud;
  });
  after(() => test.stop());

  it("are called by AWS's names alone", async () => {
    const unknown = { name: "UnknownOperationException" };
    // @ts-expect-error Lambda has no such operation.
    await assert.rejects(cloud.call("lambda", "InvokeFunction", { FunctionName: "f" }), unknown);
    // @ts-expect-error AWS has no such service.
    await assert.rejects(cloud.call("lamda", "Invoke", { FunctionName: "f" }), unknown);
  });

  it("take and answer members of AWS's names alone", async () => {
    // @ts-expect-error It is `QueueName`.
    await assert.rejects(cloud.call("sqs", "CreateQueue", { Name: "q" }));
    const answer = await cloud.call("sqs", "CreateQueue", { QueueName: "q" });
    assert.match(answer.QueueUrl ?? "", /\/q$/);
    // @ts-expect-error It is `QueueUrl`.
    assert.equal(answer.Url, undefined);
  });

  it("are implemented under AWS's names, with inputs whose demanded members are there", () => {
    const table: Operations<"sqs"> = {
      CreateQueue: { access: () => [], run: ({ QueueName }) => ({ QueueUrl: QueueName.toLowerCase() }) },
      // @ts-expect-error SQS has no such operation.
      MakeQueue: { access: () => [], run: () => ({}) },
    };
    // @ts-expect-error It answers with the URL as text.
    table.CreateQueue = { access: () => [], run: () => ({ QueueUrl: 1 }) };
    assert.deepEqual(Object.keys(table), ["CreateQueue", "MakeQueue"]);
  });

  it("are called by any name where it is known only at run time", async () => {
    const { QueueUrls } = await cloud.request<{ QueueUrls: string[] }>("sqs", "ListQueues", {});
    assert.ok(QueueUrls.length > 0);
  });
});
