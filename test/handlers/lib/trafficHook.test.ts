import "../support/proxyEvent.ts";
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mock } from "node:test";
import type { Context } from "aws-lambda";

describe("trafficHook", () => {
  const reports: Record<string, string>[] = [];
  const environment = { ...process.env };
  let server: Server;
  let fails = false;
  let trafficHook: typeof import("../../../handlers/lib/trafficHook.ts").trafficHook;

  before(async () => {
    server = createServer(async (request, response) => {
      reports.push(JSON.parse((await request.toArray()).join("")));
      response.writeHead(fails ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(fails ? { __type: "DeploymentDoesNotExistException", message: "gone" } : {}));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_CODEDEPLOY: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      TARGET_ARN: "arn:aws:lambda:eu-west-1:000000000000:function:hello:7",
    });
    ({ trafficHook } = await import("../../../handlers/lib/trafficHook.ts"));
  });
  beforeEach(() => {
    reports.length = 0;
    fails = false;
  });
  after(() => {
    process.env = environment;
    server.close();
    server.closeAllConnections();
  });

  const event = { DeploymentId: "d-1", LifecycleEventHookExecutionId: "e-1" };
  const run = async (judge: (arn: string, deadline: number) => Promise<void>, remaining = 60_000) =>
    trafficHook(judge)(event, { getRemainingTimeInMillis: () => remaining } as Context, () => {});
  const report = (status: string) => [{ deploymentId: "d-1", lifecycleEventHookExecutionId: "e-1", status }];

  it("gives the new version's ARN, and reports success", async () => {
    let given = "";
    await run(async (arn) => {
      given = arn;
    });
    assert.equal(given, process.env.TARGET_ARN);
    assert.deepEqual(reports, report("Succeeded"));
  });

  it("says until when the judge may take: five seconds before the timeout", async () => {
    mock.timers.enable({ apis: ["Date"], now: 1_000 });
    try {
      await run(async (_arn, deadline) => assert.equal(deadline, 26_000), 30_000);
    } finally {
      mock.timers.reset();
    }
    assert.deepEqual(reports, report("Succeeded"));
  });

  it("reports failure for what is thrown, an error or not, and itself ends well", async () => {
    await run(() => Promise.reject(new Error("no")));
    await run(() => Promise.reject("no"));
    await run(() => {
      throw new Error("at once");
    });
    assert.deepEqual(reports, [...report("Failed"), ...report("Failed"), ...report("Failed")]);
  });

  it("reports failure five seconds before its deadline", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const running = run(() => new Promise(() => {}), 60_000);
      mock.timers.tick(54_999);
      await new Promise((done) => setImmediate(done));
      assert.deepEqual(reports, []);
      mock.timers.tick(1);
      await running;
    } finally {
      mock.timers.reset();
    }
    assert.deepEqual(reports, report("Failed"));
  });

  it("keeps half of a very short timeout for the report", async () => {
    await run(() => new Promise(() => {}), 100);
    assert.deepEqual(reports, report("Failed"));
  });

  it("throws when the report does not arrive, so that Lambda tries again", async () => {
    fails = true;
    await assert.rejects(
      run(async () => {}),
      { name: "DeploymentDoesNotExistException" },
    );
  });
});
