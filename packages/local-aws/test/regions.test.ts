import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as autoscaling from "@aws-sdk/client-application-auto-scaling";
import * as iam from "@aws-sdk/client-iam";
import * as lambda from "@aws-sdk/client-lambda";
import * as sns from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import * as sts from "@aws-sdk/client-sts";
import { startCloud, type TestCloud } from "../testing/cloud.ts";

import { away, home, type Row, rows, type Sender, unused } from "./support/twins.ts";

describe("regions", function () {
  this.timeout(120_000);
  let test: TestCloud;
  let role: string;
  const clients = new Map<string, Sender>();
  const client = <Client>(type: new (config: never) => Client, region: string): Client => {
    const key = `${type.name} ${region}`;
    let found = clients.get(key) as Client | undefined;
    if (!found) {
      found = test.client(type, { config: { region } });
      clients.set(key, found as Sender);
    }
    return found;
  };
  const begin = async (directory?: string) => {
    clients.clear();
    test = await startCloud({ region: home, ...(directory && { directory }) });
  };
  const restart = async () => {
    await test.stop({ keep: true });
    await begin(test.directory);
  };
  const trust = (Service: string[]) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" },
    });

  before(async () => {
    await begin();
    const { Role } = await client(iam.IAMClient, away).send(
      new iam.CreateRoleCommand({
        RoleName: "twin",
        AssumeRolePolicyDocument: trust(["lambda.amazonaws.com", "states.amazonaws.com", "sagemaker.amazonaws.com"]),
      }),
    );
    role = Role?.Arn as string;
  });
  after(() => test.stop());

  describe("keep things of one name apart", () => {
    const listed = async ({ client: type, list, found }: Row, region: string) => {
      // A table that is not there has no items.
      const output = await client(type, region)
        .send(list as never)
        .catch((error: Error) => {
          if (error.name === "ResourceNotFoundException") return {};
          throw error;
        });
      return found(output as never);
    };
    const all = async (region: string) =>
      Object.fromEntries(await Promise.all(rows.map(async (row) => [row.service, await listed(row, region)] as const)));
    let before: Record<string, unknown>[];

    for (const row of rows) {
      it(row.service, async () => {
        for (const region of [home, away]) {
          for (const command of row.make(region, role)) await client(row.client, region).send(command as never);
        }
        const [here, there] = [await listed(row, home), await listed(row, away)];
        assert.deepEqual([here.length, there.length], [1, 1]);
        // What a list tells of a region is that of the client; some lists have names alone.
        if (here[0]?.includes(home) || there[0]?.includes(away)) {
          assert.ok(here[0]?.includes(home) && there[0]?.includes(away), `${here} ${there}`);
          assert.notEqual(here[0], there[0]);
        }
        assert.deepEqual(await listed(row, unused), []);
      });
    }

    it("over a restart", async () => {
      before = await Promise.all([all(home), all(away)]);
      await restart();
      assert.deepEqual(await Promise.all([all(home), all(away)]), before);
      assert.ok(existsSync(join(test.directory, "regions", away, "cloud.sqlite")));
    });

    it("and remove the one that was meant", async () => {
      const remove = (region: string) =>
        client(sqs.SQSClient, region).send(
          new sqs.DeleteQueueCommand({ QueueUrl: `${test.origin}/000000000000/twin` }),
        );
      await remove(away);
      const queues = async (region: string) =>
        (await client(sqs.SQSClient, region).send(new sqs.ListQueuesCommand({}))).QueueUrls ?? [];
      assert.deepEqual([(await queues(home)).length, (await queues(away)).length], [1, 0]);
    });

    it("also in what they scale, which other services have", async () => {
      const describe = (region: string) =>
        client(autoscaling.ApplicationAutoScalingClient, region).send(
          new autoscaling.DescribeScalableTargetsCommand({ ServiceNamespace: "ecs" }),
        );
      assert.deepEqual([(await describe(home)).ScalableTargets, (await describe(away)).ScalableTargets], [[], []]);
    });
  });

  describe("are parts of one account", () => {
    it("which have one IAM: there is one IAM, whichever region a request is signed for", async () => {
      for (const region of [home, away, unused]) {
        const { Role } = await client(iam.IAMClient, region).send(new iam.GetRoleCommand({ RoleName: "twin" }));
        assert.equal(Role?.Arn, role);
        const { Arn } = await client(sts.STSClient, region).send(new sts.GetCallerIdentityCommand({}));
        assert.equal(Arn, "arn:aws:iam::000000000000:root");
      }
    });

    it("where a function runs, and its calls go", async () => {
      for (const region of [home, away]) {
        const { Payload } = await client(lambda.LambdaClient, region).send(
          new lambda.InvokeCommand({ FunctionName: "twin" }),
        );
        assert.equal(Buffer.from(Payload ?? []).toString(), JSON.stringify(region));
      }
    });

    it("that aws:RequestedRegion tells apart", async () => {
      const { credentials } = await test.mintRole({
        Effect: "Allow",
        Action: "sqs:ListQueues",
        Resource: "*",
        Condition: { StringEquals: { "aws:RequestedRegion": away } },
      });
      const ask = (region: string) =>
        test.client(sqs.SQSClient, { credentials, config: { region } }).send(new sqs.ListQueuesCommand({}));
      await ask(away);
      await assert.rejects(ask(home), { name: "AccessDenied" });
    });

    it("that AWS has, and no folder is made for another", async () => {
      for (const region of ["mars-1", "us-gov-west-1", "local", "../x"]) {
        const asked = test.client(sqs.SQSClient, { config: { region } }).send(new sqs.ListQueuesCommand({}));
        await assert.rejects(asked, (error: Error) => {
          const known = error.message === `Credential should be scoped to a valid region, not '${region}'.`;
          return known || /Invalid|valid/.test(error.message);
        });
        assert.ok(!existsSync(join(test.directory, "regions", region)));
        assert.throws(() => test.cloud.in(region), { message: /has no region/ });
      }
    });

    it("made for those alone who may come in", async () => {
      const credentials = { accessKeyId: "AKIANOBODY", secretAccessKey: "guess" };
      const nobody = test.client(sqs.SQSClient, { credentials, config: { region: "sa-east-1" } });
      await assert.rejects(nobody.send(new sqs.ListQueuesCommand({})), { name: "UnrecognizedClientException" });
      assert.ok(!existsSync(join(test.directory, "regions", "sa-east-1")));
    });

    it("and of the state folder, whichever region a later start names", async () => {
      await test.stop({ keep: true });
      const { directory } = test;
      clients.clear();
      test = await startCloud({ region: away, directory });
      const arnsIn = async (region: string) =>
        (await client(sns.SNSClient, region).send(new sns.ListTopicsCommand({}))).Topics?.map(
          ({ TopicArn }) => TopicArn,
        );
      assert.deepEqual(await arnsIn(home), ["arn:aws:sns:us-east-1:000000000000:twin"]);
      assert.deepEqual(await arnsIn(away), ["arn:aws:sns:eu-west-1:000000000000:twin"]);
      assert.equal(test.cloud.region, away);
    });
  });
});
