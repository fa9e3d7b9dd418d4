import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type CreateTrainingJobCommandInput, ListTrainingJobsCommand } from "@aws-sdk/client-sagemaker";
import { handler as deploy } from "../../../handlers/recommender/deploy.ts";
import { handler as invoke } from "../../../handlers/recommender/invoke.ts";
import { handler as train } from "../../../handlers/recommender/train.ts";
import { handler as undeploy } from "../../../handlers/recommender/undeploy.ts";
import { one, poll, prefix, refused, send, settled, type TestRecommender, valuesOf } from "./support.ts";

/** What deployments do when they are repeated, refused or interrupted: part of `recommender.test.ts`, on its cloud. */
export function deployments(started: () => { test: TestRecommender; modelUrl: string }): void {
  let test: TestRecommender;
  let modelUrl: string;
  before(() => {
    ({ test, modelUrl } = started());
  });

  it("deploy: another model under a name updates its endpoint, and what served before the last goes", async () => {
    const before = await test.left();
    const [job] = (await test.sagemaker.send(new ListTrainingJobsCommand({ StatusEquals: "Completed" })))
      .TrainingJobSummaries!;
    const other = `s3://${test.bucket}/models/${job!.TrainingJobName}/output/model.tar.gz`;
    assert.notEqual(other, modelUrl);
    for (const url of [other, modelUrl]) {
      await one(deploy, [[0, "movies", url]]);
      assert.equal((await settled("movies")).status, "InService");
      assert.deepEqual(await test.left(), { ...before, configs: before.configs + 1, models: before.models + 1 });
    }
  });

  it("train, deploy: with the key that they are given", async () => {
    const seen: Record<string, object> = {};
    const see = (name: string) => (input: object) => {
      seen[name] = input;
      return refused("ResourceLimitExceeded", 400)();
    };
    const key = "arn:aws:kms:eu-west-1:000000000000:key/0123";
    process.env.KMS_KEY_ARN = key;
    const operations = {
      CreateTrainingJob: see("CreateTrainingJob"),
      CreateModel: () => ({ ModelArn: "arn" }),
      CreateEndpointConfig: see("CreateEndpointConfig"),
    };
    await test
      .during(operations, async () => {
        await one(train, [[0, "ratings", "recommendations"]], "keyed");
        await one(deploy, [[0, "keyed", modelUrl]]);
      })
      .finally(() => delete process.env.KMS_KEY_ARN);
    const { ResourceConfig, OutputDataConfig } = seen.CreateTrainingJob as CreateTrainingJobCommandInput;
    assert.deepEqual([ResourceConfig?.VolumeKmsKeyId, OutputDataConfig?.KmsKeyId], [key, key]);
    assert.equal((seen.CreateEndpointConfig as { KmsKeyId?: string }).KmsKeyId, key);
  });

  it("deploy: the same several times at once is one endpoint", async () => {
    const before = await test.left();
    const arns = await Promise.all([1, 2, 3, 4].map(() => one(deploy, [[0, "twice", modelUrl]])));
    assert.deepEqual([...new Set(arns)], [`arn:aws:sagemaker:eu-west-1:000000000000:endpoint/${prefix}-twice`]);
    assert.equal((await settled("twice")).status, "InService");
    const { configs, models } = await test.left();
    assert.deepEqual([configs, models], [before.configs + 1, before.models + 1]);
    await one(undeploy, [[0, "twice"]]);
    await settled("twice");
    assert.deepEqual(await test.left(), before);
  });

  it("deploy: an endpoint that failed is made anew", async () => {
    const lost = `s3://${test.bucket}/models/lost/output/model.tar.gz`;
    await one(deploy, [[0, "fourth", lost]]);
    const { status: failed, reason } = await settled("fourth");
    assert.equal(failed, "Failed");
    assert.match(reason!, /^Could not access model data at /);
    assert.match(
      ((await one(invoke, [[0, "fourth", 1, 2]])) as { error: string }).error,
      /^the endpoint of fourth failed: Could not access/,
    );
    let answered = await send(deploy, [[0, "fourth", modelUrl]], "anew");
    assert.equal(answered.statusCode, 202);
    while (answered.statusCode === 202) {
      await sleep(50);
      answered = await poll(deploy, "anew");
    }
    assert.match(valuesOf(answered)[0] as string, /endpoint\/dsp-test-fourth$/);
    assert.equal((await settled("fourth")).status, "InService");
    await one(undeploy, [[0, "fourth"]]);
    await settled("fourth");
  });

  for (const operation of ["CreateModel", "CreateEndpointConfig", "CreateEndpoint"]) {
    it(`deploy: interrupted at ${operation}, leaves nothing behind, and works the next time`, async () => {
      const before = await test.left();
      const interrupted = { [operation]: refused("InternalFailure", 500) };
      const { statusCode } = await test.during(interrupted, () => send(deploy, [[0, "third", modelUrl]]));
      assert.equal(statusCode, 502);
      assert.deepEqual(await test.left(), before);
      const limited = { [operation]: refused("ResourceLimitExceeded", 400) };
      const { error } = (await test.during(limited, () => one(deploy, [[0, "third", modelUrl]]))) as { error: string };
      assert.match(error, /the account's limit/);
      assert.deepEqual(await test.left(), before);
      await one(deploy, [[0, "third", modelUrl]]);
      assert.equal((await settled("third")).status, "InService");
      await one(undeploy, [[0, "third"]]);
      await settled("third");
    });
  }

  it("deploy: what one has left that was killed is taken up by the next, or goes", async () => {
    const before = await test.left();
    const fail = refused("InternalFailure", 500);
    const killed = { CreateEndpoint: fail, DeleteEndpointConfig: fail, DeleteModel: fail };
    await test.during(killed, () => send(deploy, [[0, "third", modelUrl]]));
    const orphans = await test.left();
    assert.deepEqual([orphans.configs, orphans.models], [before.configs + 1, before.models + 1]);
    const lost = `s3://${test.bucket}/models/lost/output/model.tar.gz`;
    await test.during(killed, () => send(deploy, [[0, "third", lost]]));
    await one(deploy, [[0, "third", modelUrl]]);
    assert.equal((await settled("third")).status, "InService");
    const { configs, models } = await test.left();
    assert.deepEqual([configs, models], [before.configs + 1, before.models + 1]);
    await one(undeploy, [[0, "third"]]);
    await settled("third");
    assert.deepEqual(await test.left(), before);
  });
}
