import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { Properties } from "../../src/engine/provider.ts";
import { make, unmake } from "./support/made.ts";

describe("archives, connections and destinations of EventBridge", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud({ region: "eu-west-1" });
  });
  after(() => test.stop());

  it("are made, changed in place, and gone", async () => {
    const { cloud } = test;
    const bus = await make(cloud, "cloudwatch.EventBus", { name: "orders" });
    const source = { eventSourceArn: bus.outputs.arn };
    const archive = await make(cloud, "cloudwatch.EventArchive", { ...source, retentionDays: 7 });
    assert.match(archive.id, /^thing-[0-9a-f]{7}$/);
    const eventPattern = JSON.stringify({ source: ["shop"] });
    assert.deepEqual((await archive.update({ ...source, eventPattern })).retentionDays, 0);
    assert.deepEqual((await archive.diff({ eventSourceArn: "other" })).replaces, ["eventSourceArn"]);

    const key = { apiKey: { key: "x-key", value: "secret" } };
    const headers = [{ key: "a", value: "b", isValueSecret: false }];
    const inputs = { authorizationType: "API_KEY", authParameters: { ...key, invocationHttpParameters: { headers } } };
    const connection = await make(cloud, "cloudwatch.EventConnection", inputs);
    const found = await cloud.call<{ AuthParameters: object }>("events", "DescribeConnection", { Name: connection.id });
    assert.deepEqual(found.AuthParameters, {
      ApiKeyAuthParameters: { ApiKeyName: "x-key" },
      InvocationHttpParameters: { HeaderParameters: [{ Key: "a", Value: "b", IsValueSecret: false }] },
    });
    const basic = { basic: { username: "u", password: "p" } };
    const changed = await connection.update({ authorizationType: "BASIC", authParameters: basic, description: "d" });
    assert.deepEqual([changed.authorizationType, changed.description], ["BASIC", "d"]);

    const where = { connectionArn: connection.outputs.arn, httpMethod: "POST" };
    const destination = await make(cloud, "cloudwatch.EventApiDestination", {
      ...where,
      invocationEndpoint: "https://example.org/one",
    });
    assert.equal(destination.outputs.invocationRateLimitPerSecond, 300);
    const slower = { ...where, invocationEndpoint: "https://example.org/two", invocationRateLimitPerSecond: 1 };
    assert.partialDeepStrictEqual(await destination.update(slower), slower);

    const Statement = [
      {
        Sid: "s",
        Effect: "Allow",
        Principal: { AWS: "000000000000" },
        Action: "events:PutEvents",
        Resource: bus.outputs.arn,
      },
    ];
    const policy = JSON.stringify({ Version: "2012-10-17", Statement });
    const access = await make(cloud, "cloudwatch.EventBusPolicy", { eventBusName: "orders", policy });
    const { Policy } = await cloud.call<Properties>("events", "DescribeEventBus", { Name: "orders" });
    assert.equal(JSON.parse(String(Policy)).Statement[0].Sid, "s");
    await access.delete();
    assert.equal(await access.read(), undefined);
    await unmake([bus, archive, connection, destination]);
  });
});
