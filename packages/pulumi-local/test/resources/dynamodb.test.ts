import assert from "node:assert/strict";
import type { TableDescription } from "@aws-sdk/client-dynamodb";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { Properties } from "../../src/engine/provider.ts";
import { createRegistry } from "../../src/resources/index.ts";
import { TestResource } from "../../testing/resource.ts";

describe("resources of DynamoDB", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  const table = (name?: string) => new TestResource(test.cloud, "aws:dynamodb/table:Table", name, { stack: "local" });
  const call = <T = Properties>(operation: string, input: object) => test.cloud.call<T>("dynamodb", operation, input);
  const described = async (TableName: string) =>
    (await call<{ Table: TableDescription }>("DescribeTable", { TableName })).Table;
  const key = { attributes: [{ name: "id", type: "S" }], hashKey: "id", billingMode: "PAY_PER_REQUEST" };

  it("make a table with indexes, stream, expiry and recovery", async () => {
    const resource = table("iris");
    const outputs = await resource.create({
      ...key,
      attributes: [...key.attributes, { name: "class", type: "S" }, { name: "at", type: "N" }],
      globalSecondaryIndexes: [{ name: "byClass", hashKey: "class", rangeKey: "at", projectionType: "KEYS_ONLY" }],
      streamEnabled: true,
      streamViewType: "NEW_IMAGE",
      ttl: { enabled: true, attributeName: "until" },
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
      tags: { a: "1" },
    });
    const name = String(outputs.name);
    assert.match(name, /^iris-[0-9a-f]{7}$/);
    assert.equal(outputs.arn, `arn:aws:dynamodb:us-east-1:000000000000:table/${name}`);
    assert.equal(outputs.streamArn, `${outputs.arn}/stream/${outputs.streamLabel}`);
    const found = await described(name);
    assert.equal(found.GlobalSecondaryIndexes?.[0]?.Projection?.ProjectionType, "KEYS_ONLY");
    assert.equal(found.StreamSpecification?.StreamViewType, "NEW_IMAGE");

    const get = createRegistry(test.cloud).invokes.get("aws:dynamodb/getTable:getTable");
    const { provider, signal } = resource.context;
    const read = await get?.({ name }, { provider, signal });
    assert.deepEqual(read?.ttl, { enabled: true, attributeName: "until" });
    assert.deepEqual(read?.pointInTimeRecovery, { enabled: true, recoveryPeriodInDays: 35 });
    assert.deepEqual(read?.tags, { stack: "local", a: "1" });
    assert.equal((await resource.read())?.outputs.streamArn, outputs.streamArn);

    await resource.delete();
    assert.equal(await resource.read(), undefined);
    await resource.delete();
  });

  it("change in place what DynamoDB changes in place", async () => {
    const resource = table("changing");
    const { name, streamArn } = await resource.create(key);
    assert.equal(streamArn, "");
    const attributes = [...key.attributes, { name: "class", type: "S" }];
    const globalSecondaryIndexes = [{ name: "byClass", hashKey: "class", projectionType: "ALL" }];
    const stream = { streamEnabled: true, streamViewType: "KEYS_ONLY" };
    const protectedTable = { ...key, attributes, globalSecondaryIndexes, ...stream, deletionProtectionEnabled: true };
    const changed = await resource.update({ ...protectedTable, tags: { b: "2" } });
    assert.match(String(changed.streamArn), /\/stream\//);
    assert.equal((await described(String(name))).GlobalSecondaryIndexes?.length, 1);
    await assert.rejects(resource.delete(), /protected against deletion/);

    await resource.update({ ...key, ttl: { enabled: true, attributeName: "t" } });
    const found = await described(String(name));
    assert.equal(found.GlobalSecondaryIndexes?.length ?? 0, 0);
    assert.equal(found.DeletionProtectionEnabled, false);
    assert.notEqual(found.StreamSpecification?.StreamEnabled, true);
    await resource.update({ ...key, ttl: { enabled: false } });
    const { TimeToLiveDescription } = await call<{ TimeToLiveDescription: { TimeToLiveStatus: string } }>(
      "DescribeTimeToLive",
      { TableName: name },
    );
    assert.equal(TimeToLiveDescription.TimeToLiveStatus, "DISABLED");
    assert.deepEqual((await resource.diff({ ...key, attributes: [{ name: "n", type: "S" }], hashKey: "n" })).replaces, [
      "hashKey",
    ]);
    await resource.delete();
  });

  it("are encrypted by the key that they name, DynamoDB's own, or one that nobody sees", async () => {
    const keyOf = async () => (await described(String(name))).SSEDescription?.KMSMasterKeyArn;
    const made = await test.cloud.call<{ KeyMetadata: { Arn: string } }>("kms", "CreateKey", {});
    const kmsKeyArn = made.KeyMetadata.Arn;
    const resource = table("sealed");
    const { name } = await resource.create({ ...key, serverSideEncryption: { enabled: true, kmsKeyArn } });
    assert.equal(await keyOf(), kmsKeyArn);
    assert.deepEqual((await resource.read())?.outputs.serverSideEncryption, { enabled: true, kmsKeyArn });
    await resource.update({ ...key, serverSideEncryption: { enabled: true } });
    assert.notEqual(await keyOf(), kmsKeyArn);
    assert.ok(await keyOf());
    await resource.update(key);
    assert.equal(await keyOf(), undefined);
    await resource.delete();
  });

  it("refuse what the provider refuses, naming the property", async () => {
    const resource = table();
    assert.match((await resource.failures({ hashKey: "id" })).join("\n"), /attributes: is required/);
    assert.match(
      (await resource.failures({ ...key, billingMode: "FREE" })).join("\n"),
      /billingMode: is "FREE"; allowed are/,
    );
    assert.match(
      (await resource.failures({ ...key, billingMode: undefined })).join("\n"),
      /needs readCapacity and writeCapacity/,
    );
    assert.match(
      (await resource.failures({ ...key, attributes: [...key.attributes, { name: "x", type: "S" }] })).join("\n"),
      /attributes: defines x, which no key/,
    );
    assert.match((await resource.failures({ ...key, rangeKey: "at" })).join("\n"), /attributes: does not define at/);
    assert.match((await resource.failures({ ...key, streamEnabled: true })).join("\n"), /streamViewType: is required/);
    assert.match((await resource.failures({ ...key, replicas: [] })).join("\n"), /does not model .* "replicas"/);
  });

  it("take over the table that an interrupted run left behind", async () => {
    const first = table("interrupted");
    const inputs = await first.check({ ...key, name: "interrupted", ttl: { enabled: true, attributeName: "until" } });
    const { ttl: _, ...half } = inputs;
    await first.provider.create(half, first.context);
    const context = { ...first.context, previous: { id: "", inputs, outputs: {} } };
    const { id } = await first.provider.create(inputs, context);
    assert.equal(id, "interrupted");
    const { TimeToLiveDescription } = await call<{ TimeToLiveDescription: { AttributeName?: string } }>(
      "DescribeTimeToLive",
      { TableName: id },
    );
    assert.equal(TimeToLiveDescription.AttributeName, "until");
    await assert.rejects(async () => first.provider.create(inputs, first.context), /already exists/i);
  });

  it("put items and policies into a table", async () => {
    const owner = table("owner");
    const { name: tableName, arn } = await owner.create(key);
    const item = new TestResource(test.cloud, "aws:dynamodb/tableItem:TableItem", "item");
    await item.create({ tableName, hashKey: "id", item: JSON.stringify({ id: { S: "1" }, n: { N: "1" } }) });
    await item.update({ tableName, hashKey: "id", item: JSON.stringify({ id: { S: "2" } }) });
    const { Items } = await call("Scan", { TableName: tableName });
    assert.deepEqual(Items, [{ id: { S: "2" } }]);
    assert.match((await item.failures({ tableName, hashKey: "id", item: "{}" })).join(), /item: has no attribute id/);
    assert.match((await item.failures({ tableName, hashKey: "id", item: "{" })).join(), /item: is no JSON/);
    await item.delete();

    const policy = new TestResource(test.cloud, "aws:dynamodb/resourcePolicy:ResourcePolicy", "policy");
    const Statement = { Effect: "Allow", Principal: { AWS: "*" }, Action: "dynamodb:GetItem", Resource: arn };
    await policy.create({ resourceArn: arn, policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
    assert.ok((await call("GetResourcePolicy", { ResourceArn: arn })).Policy);
    await policy.delete();
    await assert.rejects(call("GetResourcePolicy", { ResourceArn: arn }), /policy not found/);
  });
});
