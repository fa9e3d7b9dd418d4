import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchLogsClient, CreateLogGroupCommand, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import "../support/proxyEvent.ts";
import { handler as deploy } from "../../../handlers/recommender/deploy.ts";
import { handler as invoke } from "../../../handlers/recommender/invoke.ts";
import { jobName } from "../../../handlers/recommender/names.ts";
import { handler as sweep } from "../../../handlers/recommender/sweep.ts";
import { handler as train } from "../../../handlers/recommender/train.ts";
import { context, one, prefix, refused, send, settled, type TestRecommender } from "./support.ts";

/** What is swept as the stack is made, as it is destroyed, and by the hour: part of `recommender.test.ts`, on its cloud. */
export function sweeps(started: () => { test: TestRecommender; modelUrl: string }): void {
  let test: TestRecommender;
  let modelUrl: string;
  before(() => {
    ({ test, modelUrl } = started());
  });

  it("sweep: nothing as the stack is made, nothing that is young; everything as it is destroyed", async () => {
    await one(train, [[0, "ratings", "recommendations"]], "swept");
    assert.deepEqual(await sweep({ tf: { action: "create" } }, context), { removed: [] });
    assert.deepEqual(await sweep({ idleHours: 1 }, context), { removed: [] });
    const fail = refused("InternalFailure", 500);
    const killed = { CreateEndpoint: fail, DeleteEndpointConfig: fail, DeleteModel: fail };
    await test.during(killed, () => send(deploy, [[0, "orphan", modelUrl]]));
    const patient = { getRemainingTimeInMillis: () => 60_000 };
    const logs = test.cloud.client(CloudWatchLogsClient);
    const groups = async () =>
      (await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/aws/sagemaker" }))).logGroups!.map(
        ({ logGroupName }) => logGroupName,
      );
    // SageMaker makes them as the role that runs the container, which has no right to here.
    for (const endpoint of [`${prefix}-movies`, "other-movies"]) {
      await logs.send(new CreateLogGroupCommand({ logGroupName: `/aws/sagemaker/Endpoints/${endpoint}` }));
    }
    const { removed } = await sweep({ tf: { action: "delete" } }, patient);
    assert.deepEqual(await groups(), ["/aws/sagemaker/Endpoints/other-movies"]);
    assert.deepEqual(removed.toSorted(), [`${prefix}-fifth`, `${prefix}-movies`]);
    assert.deepEqual(await test.left(), { endpoints: [], configs: 0, models: 0 });
    assert.match(
      (await settled(jobName("swept", { input: "ratings", output: "recommendations" }))).status,
      /^(Stopped|Completed)$/,
    );
  });

  it("sweep: does not wait for longer than it may, and says what to do", async () => {
    await one(deploy, [[0, "changing", modelUrl]]);
    const hurried = { getRemainingTimeInMillis: () => 0 };
    await assert.rejects(
      sweep({ tf: { action: "delete" } }, hurried),
      new RegExp(`cannot be removed while they change: ${prefix}-changing. Run destroy again in some minutes$`),
    );
    await settled("changing");
    const { removed } = await sweep({ tf: { action: "delete" } }, { getRemainingTimeInMillis: () => 60_000 });
    assert.deepEqual(removed, [`${prefix}-changing`]);
  });

  it("sweep: what nobody called for hours, and no more", async () => {
    const { store, call } = test.cloud.cloud;
    const endpoints = store.collection<{ modified: number }>("sagemaker.endpoints");
    for (const name of ["idle", "busy"]) {
      await one(deploy, [[0, name, modelUrl]]);
      assert.equal((await settled(name)).status, "InService");
      const endpoint = `${prefix}-${name}`;
      endpoints.put(endpoint, { ...endpoints.get(endpoint)!, modified: Date.now() - 3 * 3_600_000 });
    }
    await one(invoke, [[0, "busy", 1, 2]]);
    const called = { Namespace: "AWS/SageMaker", MetricName: "Invocations" };
    while ((await call<{ Metrics?: unknown[] }>("monitoring", "ListMetrics", called)).Metrics?.length === 0) {
      await sleep(20);
    }
    assert.deepEqual(await sweep({ idleHours: 4 }, context), { removed: [] });
    assert.deepEqual(await sweep({ idleHours: 2 }, context), { removed: [`${prefix}-idle`] });
    assert.equal((await settled("busy")).status, "InService");
  });
}
