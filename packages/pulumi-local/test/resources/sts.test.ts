import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { Properties } from "../../src/engine/provider.ts";
import { createRegistry } from "../../src/resources/index.ts";
import { tagChanges, tagList, tagMap } from "../../src/resources/tags.ts";

describe("functions of the provider", () => {
  let test: TestCloud;
  let invoke: (token: string, args?: Properties, region?: string) => Promise<Properties>;
  before(async () => {
    test = await startCloud({ region: "eu-west-1" });
    const { invokes } = createRegistry(test.cloud);
    invoke = async (token, args = {}, region = "eu-west-1") => {
      const found = invokes.get(token);
      assert.ok(found, token);
      const provider = { region, defaultTags: { project: "p" }, config: {} };
      return found(args, { provider, signal: new AbortController().signal });
    };
  });
  after(() => test.stop());

  it("say as whom and where a program runs", async () => {
    assert.deepEqual(await invoke("aws:index/getCallerIdentity:getCallerIdentity"), {
      id: "000000000000",
      accountId: "000000000000",
      arn: "arn:aws:iam::000000000000:root",
      userId: "000000000000",
    });
    const region = {
      id: "eu-west-1",
      name: "eu-west-1",
      region: "eu-west-1",
      description: "Europe (Ireland)",
      endpoint: "ec2.eu-west-1.amazonaws.com",
    };
    assert.deepEqual(await invoke("aws:index/getRegion:getRegion"), region);
    assert.deepEqual(await invoke("aws:index/getRegion:getRegion", { region: "eu-west-1" }, "us-east-1"), region);
    assert.deepEqual(
      await invoke("aws:index/getRegion:getRegion", { endpoint: "ec2.eu-west-1.amazonaws.com" }, "us-east-1"),
      region,
    );
    assert.equal((await invoke("aws:index/getPartition:getPartition")).partition, "aws");
    assert.deepEqual((await invoke("aws:index/getDefaultTags:getDefaultTags")).tags, { project: "p" });
  });

  it("find a role", async () => {
    const { roleArn } = await test.mintRole(undefined, { name: "found" });
    const role = await invoke("aws:iam/getRole:getRole", { name: "found" });
    assert.equal(role.arn, roleArn);
    assert.equal(role.id, "found");
    await assert.rejects(invoke("aws:iam/getRole:getRole", { name: "lost" }), { code: "NoSuchEntityException" });
  });
});

describe("tags", () => {
  it("are a map there and a list here", () => {
    assert.deepEqual(tagList({ a: "1" }), [{ Key: "a", Value: "1" }]);
    assert.deepEqual(tagMap(tagList({ a: "1", b: "2" })), { a: "1", b: "2" });
    assert.deepEqual(tagList(undefined), []);
    assert.deepEqual(tagMap(undefined), {});
  });
  it("change by what is put and what is removed", () => {
    assert.deepEqual(tagChanges({ a: "1", b: "1" }, { b: "2", c: "3" }), { put: { b: "2", c: "3" }, remove: ["a"] });
    assert.deepEqual(tagChanges(undefined, undefined), { put: {}, remove: [] });
  });
});
