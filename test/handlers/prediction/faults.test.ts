import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import type { DynamoDb } from "../../../local/cloud/dynamodb/index.ts";
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
describe("the deployed prediction functions, under faults", () => {
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

  it("survive a database that is killed under load", async () => {
    await deployment.deploy("ingest");
    await deployment.deploy("predictStream");
    await deployment.mapStream(50);
    const service = deployment.pipeline.cloud.services.get("dynamodb") as DynamoDb;
    const ids: string[] = [];
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let index = 0; index < 15; index++) {
        if (writer === 0 && index % 10 === 5) process.kill(service.enginePid!, "SIGKILL");
        const { statusCode, body } = await deployment.post("ingest", flower(writer * 1000 + index));
        assert.ok(statusCode === 201 || statusCode === 200, `${statusCode}`);
        ids.push(body.id);
      }
    });
    await Promise.all(writers);
    assert.equal(new Set(ids).size, 60);
    await inTime(() => deployment.allPredicted(ids));
    assert.equal(await count(), 60);
    assert.deepEqual(await deployment.pipeline.failures(), []);
  });
});
