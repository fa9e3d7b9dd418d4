import assert from "node:assert/strict";
import { all } from "@pulumi/pulumi";
import { ApiWithLambdas } from "../../components/apiWithLambdas.ts";
import { NodeFunction } from "../../components/nodeFunction.ts";
import { deploymentsOfStack, logGroupsOfStack, serviceLogGroupsOfStack } from "../../components/stackCode.ts";
import { createStateMachine } from "../../components/stateMachine.ts";
import { record } from "./support/record.ts";

const entry = "handlers/whodis/index.ts";
const deployment = { type: "AllAtOnce", preTraffic: { entry } } as const;

/** What a stack's outputs say, of code that comes before and after them. */
async function outputsOf(before: () => void, after: () => void = () => {}) {
  let found: Record<string, unknown>[] = [];
  await record(async () => {
    before();
    const outputs = all([logGroupsOfStack(), deploymentsOfStack(), serviceLogGroupsOfStack()]);
    after();
    found = await new Promise((resolve) => outputs.apply(resolve));
  });
  const [logGroups, deployments, serviceLogGroups] = found;
  return { logGroups, deployments, serviceLogGroups };
}

describe("the stack's functions", () => {
  it("are found by their names, hooks among them, wherever the outputs stand", async () => {
    const { logGroups, deployments } = await outputsOf(
      () => new NodeFunction("early", { entry }),
      () => new NodeFunction("late", { entry, deployment }),
    );
    assert.deepEqual(logGroups, {
      early: "/aws/lambda/platform-test-early",
      late: "/aws/lambda/platform-test-late",
      "late-pre-traffic": "/aws/lambda/platform-test-late-pre-traffic",
    });
    assert.deepEqual(deployments, { late: { application: "deployments", group: "platform-test-late" } });
  });

  it("are apart from what services write, which has short names as well", async () => {
    const { logGroups, serviceLogGroups } = await outputsOf(() => {
      new ApiWithLambdas("hello", { routes: { "GET /hello": { entry } } });
      createStateMachine("nightly", { definition: { StartAt: "Done", States: { Done: { Type: "Succeed" } } } });
    });
    assert.deepEqual(Object.keys(logGroups ?? {}), ["hello"]);
    assert.deepEqual(serviceLogGroups, {
      "hello-access": "/aws/apigateway/platform-test-hello",
      "hello-execution": "API-Gateway-Execution-Logs_hello-id/Prod",
      nightly: "/aws/vendedlogs/states/platform-test-nightly",
    });
  });

  it("have the name of their API where it has one route", async () => {
    const { logGroups, deployments } = await outputsOf(() => {
      new ApiWithLambdas("hello", { routes: { "GET /hello": { entry, deployment } } });
      new ApiWithLambdas("notes", { routes: { "GET /notes": { entry }, "GET /notes/{id}": { entry } } });
    });
    assert.deepEqual(Object.keys(logGroups ?? {}), [
      "hello",
      "hello-get-hello-pre-traffic",
      "notes-get-notes",
      "notes-get-notes-id",
    ]);
    assert.deepEqual(Object.keys(deployments ?? {}), ["hello"]);
  });

  it("are those of one run alone", async () => {
    await outputsOf(() => new NodeFunction("one", { entry }));
    assert.deepEqual(await outputsOf(() => {}), { logGroups: {}, deployments: {}, serviceLogGroups: {} });
  });
});
