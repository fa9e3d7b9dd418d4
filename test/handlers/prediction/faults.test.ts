import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import type { DynamoDb } from "local-aws";
import { AwsError } from "local-aws/service";
import { Deployment, flower, inTime } from "./deployment.ts";

/** The first environment ends itself with its tenth request: some records are predicted by then, others are not. */
const killedOnce = `
import http from "node:http";
import { existsSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
if (!existsSync(process.env.MARKER)) {
  const { request } = http;
  let requests = 0;
  http.request = (...given) => {
    if (++requests === 10) {
      writeFileSync(process.env.MARKER, "");
      process.exit(1);
    }
    return request(...given);
  };
  syncBuiltinESMExports();
}
`;

/** Whatever fails in between, every valid record is predicted once and every invalid one is in the failure queue. */
describe("the deployed prediction functions, under faults", function () {
  this.timeout(120_000);
  const deployment = new Deployment();
  beforeEach(() => deployment.start());
  afterEach(() => deployment.pipeline.stop());

  const count = async () => {
    const client = deployment.pipeline.cloud.client(DynamoDBClient);
    return (await client.send(new ScanCommand({ TableName: "predictions", Select: "COUNT" }))).Count;
  };

  it("survive a predictor that is killed in mid-batch", async () => {
    const marker = join(deployment.pipeline.cloud.directory, "killed");
    await deployment.deploy("ingest");
    await deployment.deploy("predictStream", { MARKER: marker }, killedOnce);
    const posts = Array.from({ length: 20 }, (_, index) => deployment.post("ingest", flower(index)));
    const answers = await Promise.all(posts);
    await deployment.pipeline.put({ id: "poison", sepal_length: "x" });
    await deployment.mapStream(5);
    await inTime(() => deployment.allPredicted(answers.map(({ body }) => body.id)));
    const failures: unknown[] = [];
    await inTime(async () => {
      failures.push(...(await deployment.pipeline.failures()).map(({ key }) => key));
      return failures.length > 0;
    });
    assert.ok(existsSync(marker));
    // A batch that is tried again may tell of the same record again, never of another.
    assert.deepEqual(new Set(failures.map((key) => JSON.stringify(key))), new Set(['{"id":"poison"}']));
    assert.equal(await count(), 21);
  });

  it("survive a database whose answers get lost under load", async () => {
    await deployment.deploy("ingest");
    await deployment.deploy("predictStream");
    await deployment.mapStream(50);
    const service = deployment.pipeline.cloud.services.get("dynamodb") as DynamoDb;
    const { handle } = service;
    let requests = 0;
    // Each fifth write is done, and nobody hears of it.
    service.handle = async (request, call) => {
      const answer = await handle!.call(service, request, call);
      const isWrite = ["PutItem", "UpdateItem"].includes(call.operation);
      if (isWrite && ++requests % 5 === 0) throw new AwsError("InternalServerError", "The answer got lost", 500);
      return answer;
    };
    const ids: string[] = [];
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let index = 0; index < 15; index++) {
        const { statusCode, body } = await deployment.post("ingest", flower(writer * 1000 + index));
        assert.ok(statusCode === 201 || statusCode === 200, `${statusCode}`);
        ids.push(body.id);
      }
    });
    try {
      await Promise.all(writers);
      assert.equal(new Set(ids).size, 60);
      await inTime(() => deployment.allPredicted(ids));
    } finally {
      service.handle = handle!;
    }
    assert.equal(await count(), 60);
    assert.deepEqual(await deployment.pipeline.failures(), []);
  });

  it("try throttled writes again, after times that differ", async () => {
    await deployment.deploy("ingest");
    await deployment.deploy("predictStream");
    const service = deployment.pipeline.cloud.services.get("dynamodb") as DynamoDb;
    const { handle } = service;
    const tries: { operation: string; at: number }[] = [];
    const given = new Map<string, number>();
    service.handle = async (request, call) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request.body) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      const { Item, Key } = JSON.parse(text);
      const write = `${call.operation} ${(Item ?? Key)?.id?.S}`;
      const count = given.get(write) ?? 0;
      if (["PutItem", "UpdateItem"].includes(call.operation) && count < 1) {
        given.set(write, count + 1);
        tries.push({ operation: write, at: performance.now() });
        throw new AwsError("ThrottlingException", "Rate exceeded");
      }
      tries.push({ operation: write, at: performance.now() });
      return handle!.call(service, { ...request, body: Readable.from([Buffer.from(text)]) }, call);
    };
    try {
      const posts = Array.from({ length: 10 }, (_, index) => deployment.post("ingest", flower(index)));
      const answers = await Promise.all(posts);
      assert.deepEqual(new Set(answers.map(({ statusCode }) => statusCode)), new Set([201]));
      await deployment.mapStream(5);
      await inTime(() => deployment.allPredicted(answers.map(({ body }) => body.id)));
    } finally {
      service.handle = handle!;
    }
    assert.equal(await count(), 10);
    assert.deepEqual(await deployment.pipeline.failures(), []);
    const updates = [...given.keys()].filter((write) => write.startsWith("UpdateItem"));
    assert.equal(updates.length, 10);
    const pauses = [...given.keys()].map((write) => {
      const [first, second] = tries.filter(({ operation }) => operation === write);
      return Math.round(second!.at - first!.at);
    });
    assert.ok(new Set(pauses).size > pauses.length / 2, `${pauses}`);
  });
});
