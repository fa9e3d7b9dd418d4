import assert from "node:assert/strict";
import { review } from "../../policy/review.ts";

describe("the policy pack's review of a stack that is there", () => {
  const urn = (type: string, name: string) => `urn:pulumi:prod::shop::${type}::${name}`;
  const made = (type: string, name: string, inputs: Record<string, unknown>, from: string[] = []) => ({
    urn: urn(type, name),
    type,
    inputs: { tagsAll: { project: "shop", stack: "prod", owner: "me", "cost-centre": "1" }, ...inputs },
    protect: false,
    dependencies: from,
    propertyDependencies: { bucket: from },
  });
  const stack = { project: "shop", stack: "prod", config: { "aws:allowedAccountIds": '["123456789012"]' } };

  it("names the rule, the resource and what is wrong, by the stack's own configuration", () => {
    const group = made("aws:cloudwatch/logGroup:LogGroup", "group", { name: "group", retentionInDays: 0 });
    const [line, ...others] = review({ ...stack, resources: [group] });
    assert.match(line ?? "", /^log-group-forgets: aws:cloudwatch\/logGroup:LogGroup group: retentionInDays/);
    assert.deepEqual(others, []);
    const config = { ...stack.config, "shop:logKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/a" };
    const keyed = review({
      ...stack,
      config,
      resources: [{ ...group, inputs: { ...group.inputs, retentionInDays: 7 } }],
    });
    assert.deepEqual(
      keyed.map((one) => one.split(":")[0]),
      ["log-group-is-encrypted"],
    );
  });

  it("finds what a resource's inputs come from", () => {
    const bucket = made("aws:s3/bucket:Bucket", "drop", { bucket: "drop" });
    const versioning = made(
      "aws:s3/bucketVersioning:BucketVersioning",
      "drop-versions",
      { bucket: "drop", versioningConfiguration: { status: "Enabled" } },
      [bucket.urn],
    );
    const lines = (resources: (typeof bucket)[]) =>
      review({ ...stack, resources }).filter((line) => /versioning/i.test(line));
    assert.notDeepEqual(lines([bucket]), []);
    assert.deepEqual(lines([bucket, versioning]), []);
  });
});
