import assert from "node:assert/strict";
import type { LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { Properties } from "../../src/engine/provider.ts";
import { createRegistry } from "../../src/resources/index.ts";
import { TestResource } from "../../testing/resource.ts";

describe("resources of CloudWatch Logs", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  const thing = (type: string, name?: string) =>
    new TestResource(test.cloud, `aws:cloudwatch/${type[0]!.toLowerCase()}${type.slice(1)}:${type}`, name, {
      stack: "local",
    });
  const call = <T = Properties>(operation: string, input: object) => test.cloud.call<T>("logs", operation, input);
  const described = async (name: string) => {
    const { logGroups } = await call<{ logGroups: LogGroup[] }>("DescribeLogGroups", { logGroupNamePrefix: name });
    return logGroups[0];
  };

  it("encrypt a group by the key that it names, as long as it names one", async () => {
    const principals = [{ AWS: "arn:aws:iam::000000000000:root" }, { Service: "logs.us-east-1.amazonaws.com" }];
    const Statement = principals.map((Principal) => ({ Effect: "Allow", Principal, Action: "kms:*", Resource: "*" }));
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    const made = await test.cloud.call<{ KeyMetadata: { Arn: string } }>("kms", "CreateKey", { Policy });
    const kmsKeyId = made.KeyMetadata.Arn;
    const group = thing("LogGroup", "sealed");
    await group.create({ kmsKeyId });
    assert.equal((await group.read())?.outputs.kmsKeyId, kmsKeyId);
    await group.update({});
    assert.equal((await described(group.id))?.kmsKeyId, undefined);
    await group.update({ kmsKeyId });
    assert.equal((await described(group.id))?.kmsKeyId, kmsKeyId);
    await group.delete();
  });

  it("make a group that keeps its events as long as it says", async () => {
    const group = thing("LogGroup", "app");
    const { arn, name } = await group.create({ retentionInDays: 14, tags: { a: "1" } });
    assert.match(String(name), /^app-[0-9a-f]{7}$/);
    assert.equal(arn, `arn:aws:logs:us-east-1:000000000000:log-group:${name}`);
    assert.equal((await described(group.id))?.retentionInDays, 14);
    assert.deepEqual(await call("ListTagsForResource", { resourceArn: arn }), { tags: { stack: "local", a: "1" } });
    await group.update({ retentionInDays: 0, tags: {} });
    assert.equal((await described(group.id))?.retentionInDays, undefined);
    assert.deepEqual(await call("ListTagsForResource", { resourceArn: arn }), { tags: { stack: "local" } });
    assert.match((await group.failures({ retentionInDays: 8 })).join(), /retentionInDays: is 8; allowed are 0, 1, 3/);
    const get = createRegistry(test.cloud).invokes.get("aws:cloudwatch/getLogGroup:getLogGroup");
    assert.equal((await get?.({ name }, { provider: group.context.provider, signal: group.context.signal }))?.arn, arn);
    await group.delete();
    assert.equal(await described(group.id), undefined);
    assert.equal(await group.read(), undefined);
    await group.delete();
  });

  it("make streams, metric filters and resource policies", async () => {
    const group = thing("LogGroup", "parts");
    const { name: logGroupName, arn } = await group.create({});
    const stream = thing("LogStream", "s");
    const outputs = await stream.create({ logGroupName, name: "s" });
    assert.equal(outputs.arn, `${arn}:log-stream:s`);
    const filter = thing("LogMetricFilter", "errors");
    await filter.create({
      logGroupName,
      pattern: "ERROR",
      metricTransformation: { name: "Errors", namespace: "App", value: "1" },
    });
    assert.equal((await described(group.id))?.metricFilterCount, 1);
    await filter.delete();
    const policy = thing("LogResourcePolicy", "events");
    const Statement = {
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "logs:PutLogEvents",
      Resource: "*",
    };
    await policy.create({ policyName: "events", policyDocument: JSON.stringify({ Version: "2012-10-17", Statement }) });
    const { resourcePolicies } = await call<{ resourcePolicies: object[] }>("DescribeResourcePolicies", {});
    assert.equal(resourcePolicies.length, 1);
    await policy.delete();
    const own = thing("LogResourcePolicy", "own");
    const policyDocument = (Effect: string) =>
      JSON.stringify({ Version: "2012-10-17", Statement: { ...Statement, Effect } });
    assert.deepEqual(await own.failures({ policyDocument: policyDocument("Deny") }), [
      "policyName: or resourceArn must be given, and not both",
    ]);
    await own.create({ resourceArn: arn, policyDocument: policyDocument("Deny") });
    const { policyScope } = await own.update({ resourceArn: arn, policyDocument: policyDocument("Allow") });
    assert.equal(policyScope, "RESOURCE");
    await own.delete();
    assert.deepEqual(await call("DescribeResourcePolicies", { policyScope: "RESOURCE" }), { resourcePolicies: [] });
    await stream.delete();
    await group.delete();
  });
});
