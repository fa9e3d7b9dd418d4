import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { pythonTools, withoutPython } from "local-aws/testing";
import { type RunningProgram, startProgram } from "pulumi-local/testing";
import { prepareAccount } from "../../../bootstrap/localAccount.ts";

interface Line {
  message?: string;
  [key: string]: unknown;
}

describe("Powertools for Python", function () {
  this.timeout(240_000);
  let running: RunningProgram;
  let outputs: Record<string, string>;

  before(async function () {
    const reason = await withoutPython("3.13");
    if (reason) {
      console.log(reason);
      return this.skip();
    }
    running = await startProgram(join(import.meta.dirname, "fixtures/powertools"), {
      tools: pythonTools,
      prepare: prepareAccount,
    });
    try {
      outputs = await running.up();
    } catch (error) {
      if (!/none can be reached/.test((error as Error).message)) throw error;
      console.log("    no package index can be reached");
      return this.skip();
    }
  });
  after(() => running?.stop());

  async function place(event: object) {
    const { Payload, FunctionError } = await running.test
      .client(LambdaClient)
      .send(new InvokeCommand({ FunctionName: outputs.functionArn, Payload: Buffer.from(JSON.stringify(event)) }));
    return { error: FunctionError, ...JSON.parse(Buffer.from(Payload ?? []).toString()) };
  }

  /** What a log has so far, until all that is asked for is there. */
  async function lines(logGroupName: string, ...messages: string[]): Promise<Line[]> {
    for (;;) {
      const { events = [] } = await running.test
        .client(CloudWatchLogsClient)
        .send(new FilterLogEventsCommand({ logGroupName }));
      const found = events.flatMap(({ message = "" }) =>
        message.startsWith("{") ? [JSON.parse(message) as Line] : [],
      );
      if (messages.every((one) => found.some(({ message }) => message === one))) return found;
      await sleep(50);
    }
  }

  it("answers once for one order, by the table that its role may write", async () => {
    const first = await place({ id: "a", number: 1, note: "ü€😀" });
    assert.equal(first.error, undefined, JSON.stringify(first));
    assert.match(first.ticket, /^[0-9a-f-]{36}$/);
    assert.match(first.trace, /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=1$/);
    assert.equal((await place({ id: "b", number: 1 })).ticket, first.ticket);
    assert.notEqual((await place({ id: "c", number: 2 })).ticket, first.ticket);
  });

  it("refuses an order that is being placed", async () => {
    // Two environments, which answer at once from then on.
    await Promise.all([10, 11].map((number) => place({ id: "w", number, seconds: 2 })));
    const both = await Promise.all([0, 1].map(() => place({ id: "d", number: 3, seconds: 2 })));
    const failed = both.filter(({ error }) => error);
    assert.equal(failed.length, 1, JSON.stringify(both));
    assert.equal(failed[0].errorType, "IdempotencyAlreadyInProgressError");
  });

  it("names what an order lacks", async () => {
    const { errorType, errorMessage } = await place({ id: "e", number: "many" });
    assert.equal(errorType, "ValidationError");
    assert.match(errorMessage, /number\s+Input should be a valid integer/);
  });

  it("logs with the request's ids, and counts", async () => {
    const found = await lines(outputs.placeLogs!, "placed");
    const { level, service, cold_start, function_name, correlation_id, note, xray_trace_id, function_request_id } =
      found.find(({ message }) => message === "placed") ?? {};
    assert.deepEqual([level, service, cold_start, correlation_id, note], ["INFO", "place", true, "a", "ü€😀"]);
    assert.match(String(function_name), /^place/);
    assert.match(String(xray_trace_id), /^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    assert.match(String(function_request_id), /^[0-9a-f-]{36}$/);
    const metric = {
      Namespace: "powertools/local",
      MetricName: "Placed",
      Dimensions: [{ Name: "service", Value: "place" }],
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 60_000),
      Period: 86_400,
      Statistics: ["Sum" as const],
    };
    for (let sum = 0; sum !== 5; await sleep(50)) {
      const { Datapoints = [] } = await running.test
        .client(CloudWatchClient)
        .send(new GetMetricStatisticsCommand(metric));
      sum = Datapoints.reduce((total, { Sum = 0 }) => total + Sum, 0);
      assert.ok(sum <= 5);
    }
  });

  it("handles messages one by one: only those that fail come again", async () => {
    const sqs = running.test.client(SQSClient);
    const Entries = ["one", "bad", "two"].map((MessageBody) => ({ Id: MessageBody, MessageBody }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: outputs.queueUrl, Entries }));
    let failed: string[] = [];
    while (failed.length === 0) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: outputs.failedUrl, WaitTimeSeconds: 1, MaxNumberOfMessages: 10 }),
      );
      failed = Messages.map(({ Body }) => Body!);
    }
    assert.deepEqual(failed, ["bad"]);
    const found = await lines(outputs.batchLogs!, "handled");
    assert.deepEqual(new Set(found.map(({ body }) => body).filter(Boolean)), new Set(["one", "two"]));
  });
});
