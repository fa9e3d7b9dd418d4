import assert from "node:assert/strict";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("delivery destinations of CloudWatch Logs", () => {
  let test: TestCloud;
  let logs: CloudWatchLogs;
  const name = "to-bucket";
  const bucket = (destinationResourceArn: string) => ({ deliveryDestinationConfiguration: { destinationResourceArn } });
  before(async () => {
    test = await startCloud();
    logs = test.client(CloudWatchLogs);
  });
  after(() => test.stop());

  it("are kept, changed, listed and deleted", async () => {
    const made = await logs.putDeliveryDestination({ name, ...bucket("arn:aws:s3:::one"), outputFormat: "json" });
    const destination = {
      name,
      arn: `arn:aws:logs:us-east-1:000000000000:delivery-destination:${name}`,
      deliveryDestinationType: "S3",
      outputFormat: "json",
      ...bucket("arn:aws:s3:::one"),
    };
    assert.deepEqual(made.deliveryDestination, destination);
    await logs.putDeliveryDestination({ name, ...bucket("arn:aws:s3:::two") });
    const changed = { ...destination, ...bucket("arn:aws:s3:::two") };
    assert.deepEqual((await logs.getDeliveryDestination({ name })).deliveryDestination, changed);
    assert.deepEqual((await logs.describeDeliveryDestinations({})).deliveryDestinations, [changed]);
    await logs.deleteDeliveryDestination({ name });
    await assert.rejects(logs.getDeliveryDestination({ name }), { name: "ResourceNotFoundException" });
  });

  it("have a policy", async () => {
    await logs.putDeliveryDestination({ name, ...bucket("arn:aws:s3:::one") });
    const of = { deliveryDestinationName: name };
    assert.deepEqual((await logs.getDeliveryDestinationPolicy(of)).policy, {});
    const principal = { AWS: "arn:aws:iam::000000000000:root" };
    const deliveryDestinationPolicy = JSON.stringify({
      Statement: [{ Effect: "Allow", Principal: principal, Action: "logs:CreateDelivery", Resource: "*" }],
    });
    await logs.putDeliveryDestinationPolicy({ ...of, deliveryDestinationPolicy });
    assert.deepEqual((await logs.getDeliveryDestinationPolicy(of)).policy, { deliveryDestinationPolicy });
    await logs.deleteDeliveryDestinationPolicy(of);
    assert.deepEqual((await logs.getDeliveryDestinationPolicy(of)).policy, {});
  });

  for (const [input, said] of [
    [{ outputFormat: "foobar" }, /'foobar' at 'outputFormat'/],
    [{ name: "a b" }, /'a b' at 'name'/],
    [bucket("arn:aws:sqs:us-east-1:000000000000:q"), /destinationResourceArn/],
  ] as const) {
    it(`are refused: ${JSON.stringify(input)}`, () =>
      assert.rejects(logs.putDeliveryDestination({ name: "x", ...bucket("arn:aws:s3:::b"), ...input } as never), said));
  }

  it("groups are listed by a part of their name, and tagged by it", async () => {
    await logs.createLogGroup({ logGroupName: "/app/one", tags: { a: "1" } });
    await logs.createLogGroup({ logGroupName: "/other/app" });
    const names = async (logGroupNamePattern: string) =>
      (await logs.listLogGroups({ logGroupNamePattern })).logGroups?.map(({ logGroupName }) => logGroupName);
    assert.deepEqual(await names("app"), ["/app/one", "/other/app"]);
    assert.deepEqual(await names("^/app"), ["/app/one"]);
    assert.deepEqual(await names("none"), []);
    await logs.tagLogGroup({ logGroupName: "/app/one", tags: { b: "2" } });
    await logs.untagLogGroup({ logGroupName: "/app/one", tags: ["a"] });
    assert.deepEqual((await logs.listTagsLogGroup({ logGroupName: "/app/one" })).tags, { b: "2" });
  });
});
