import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import * as lambda from "@aws-sdk/client-lambda";
import * as sfn from "@aws-sdk/client-sfn";
import * as sqs from "@aws-sdk/client-sqs";
import { type Activity, activityChannel } from "../src/activity.ts";
import { deployApi, openApi, proxy } from "../testing/apigateway.ts";
import { type Functions, startFunctions } from "../testing/lambda.ts";

const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

describe("What the cloud tells of what happens", () => {
  let functions: Functions;
  const told: Activity[] = [];
  const hear = (message: unknown) => told.push(message as Activity);
  /** The next of a kind that a test has not seen. */
  async function next<Kind extends Activity["kind"]>(kind: Kind): Promise<Extract<Activity, { kind: Kind }>> {
    for (;;) {
      const index = told.findIndex((activity) => activity.kind === kind);
      if (index >= 0) return told.splice(index, 1)[0] as Extract<Activity, { kind: Kind }>;
      await sleep(10);
    }
  }

  before(async () => {
    functions = await startFunctions();
    activityChannel.subscribe(hear);
    await functions.create(
      "route",
      `class Sour extends Error { name = "Sour"; }
       export const handler = async ({ path }) => {
         if (path === "/throw") throw new Sour("boom");
         if (path === "/400") return { statusCode: 400, body: '{"message":"size: is missing","field":"size"}' };
         return { statusCode: 200, body: '{"message":"secret"}' };
       }`,
    );
    await functions.create("slow", "export const handler = () => new Promise(() => setTimeout(() => {}, 9000))", {
      Timeout: 1,
    });
    await functions.create("leave", "export const handler = async () => process.exit(3)");
    await functions.create("reader", "export const handler = async () => ({})");
  });
  after(async () => {
    activityChannel.unsubscribe(hear);
    await functions.test.stop();
  });
  beforeEach(() => told.splice(0));

  it("tells of requests, and why they were refused, but never what they hold", async () => {
    const { cloud } = functions.test;
    const { url, apiId } = await deployApi(cloud, openApi({ "/{proxy+}": { get: proxy("route") } }));
    await functions.lambda.send(
      new lambda.AddPermissionCommand({
        ...{ FunctionName: "route", StatementId: "api", Action: "lambda:InvokeFunction" },
        Principal: "apigateway.amazonaws.com",
      }),
    );
    told.splice(0);
    await fetch(`${url}/a?secret=1`, { headers: { secret: "2" } });
    const { at, milliseconds, requestId, trace, ...request } = await next("request");
    assert.ok(at > 0 && milliseconds >= 0 && requestId && trace?.startsWith("Root=1-"));
    assert.deepEqual(request, {
      ...{ kind: "request", region: "us-east-1", api: apiId, method: "GET", path: "/a", status: 200 },
      function: arnOf("route"),
    });
    const { source, outcome, initMilliseconds } = await next("invocation");
    assert.match(source ?? "", new RegExp(`^arn:aws:execute-api:us-east-1:000000000000:${apiId}/dev/GET/`));
    assert.ok(outcome === "success" && (initMilliseconds ?? 0) > 0);
    await fetch(`${url}/approvals/${"s".repeat(43)}`);
    assert.equal((await next("request")).path, "/approvals/…");
    await fetch(`${url}/400`);
    assert.equal((await next("request")).message, "size: is missing");
    await fetch(`${cloud.apiOrigin}/_aws/execute-api/nowhere/dev/a`);
    assert.equal((await next("request")).message, "there is no such API or stage");
    assert.ok(!JSON.stringify(told).includes("secret"));
    told.splice(0);
    await fetch(`${url}/throw`);
    const failed = await next("invocation");
    assert.deepEqual([failed.outcome, failed.error?.type, failed.error?.message], ["error", "Sour", "boom"]);
    assert.match(failed.error?.stack[0] ?? "", /^ {4}at .*\/var\/task\/index\.mjs:3:\d+/);
    const answered = await next("request");
    assert.deepEqual([answered.status, answered.message], [502, undefined]);
  });

  it("tells of timeouts and ended processes", async () => {
    await functions.invoke("slow");
    const { outcome, error, source } = await next("invocation");
    assert.deepEqual([outcome, error?.type], ["timeout", "Sandbox.Timedout"]);
    assert.match(source ?? "", /:root$/);
    await functions.invoke("leave");
    const left = await next("invocation");
    assert.deepEqual([left.outcome, left.error?.type], ["crash", "Runtime.ExitError"]);
    assert.match(left.error?.message ?? "", /exit status 3$/);
  });

  it("tells of what IAM refuses, by the role's name", async () => {
    const role = await functions.test.mintRole([]);
    const { credentials } = role;
    const queues = functions.test.client(sqs.SQSClient, { credentials });
    await assert.rejects(queues.send(new sqs.CreateQueueCommand({ QueueName: "mine" })), { name: "AccessDenied" });
    const { at, ...denied } = await next("denied");
    assert.deepEqual(denied, {
      ...{ kind: "denied", region: "us-east-1", principal: role.roleArn, action: "sqs:CreateQueue" },
      ...{ resource: "arn:aws:sqs:us-east-1:000000000000:mine", by: "identity-based", explicit: false },
    });
  });

  it("tells that a function is throttled", async () => {
    const input = { FunctionName: "reader", ReservedConcurrentExecutions: 0 };
    await functions.lambda.send(new lambda.PutFunctionConcurrencyCommand(input));
    await functions.test.cloud.call("lambda", "Invoke", { FunctionName: "reader" }).catch(() => {});
    const { function: name, message } = await next("throttle");
    assert.deepEqual([name, message], [arnOf("reader"), "Rate Exceeded."]);
    await functions.lambda.send(new lambda.DeleteFunctionConcurrencyCommand({ FunctionName: "reader" }));
  });

  it("tells of executions, from their start to their end", async () => {
    const { roleArn } = await functions.test.mintRole([], { trust: "states.amazonaws.com" });
    const machines = functions.test.client(sfn.SFNClient);
    const States = { Fail: { Type: "Fail", Error: "Sour", Cause: "no luck" } };
    const { stateMachineArn } = await machines.send(
      new sfn.CreateStateMachineCommand({
        ...{ name: "machine", roleArn, definition: JSON.stringify({ StartAt: "Fail", States }) },
      }),
    );
    await machines.send(new sfn.StartExecutionCommand({ stateMachineArn, name: "one" }));
    const started = await next("execution");
    assert.deepEqual([started.machine, started.name, started.status], [stateMachineArn, "one", "RUNNING"]);
    const ended = await next("execution");
    assert.deepEqual([ended.status, ended.error, ended.cause], ["FAILED", "Sour", "no luck"]);
  });
});
