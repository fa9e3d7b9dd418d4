import assert from "node:assert/strict";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("deliveries of CloudWatch Logs", () => {
  let cloud: TestCloud;
  let logs: CloudWatchLogs;
  const arn = (kind: string, name: string) => `arn:aws:logs:us-east-1:000000000000:${kind}:${name}`;
  const resourceArn = "arn:aws:events:us-east-1:000000000000:event-bus/default";
  const deliveryDestinationArn = arn("delivery-destination", "archive");
  before(async () => {
    cloud = await startCloud();
    logs = cloud.client(CloudWatchLogs);
    await logs.putDeliveryDestination({
      ...{ name: "archive", deliveryDestinationConfiguration: { destinationResourceArn: "arn:aws:s3:::logs" } },
    });
  });
  after(() => cloud.stop());

  const put = (more: object = {}) =>
    logs.putDeliverySource({ name: "bus", resourceArn, logType: "INFO_LOGS", ...more });

  it("come from event buses", async () => {
    const { deliverySource } = await put({ tags: { team: "web" } });
    assert.deepEqual(deliverySource, {
      ...{ name: "bus", arn: arn("delivery-source", "bus"), resourceArns: [resourceArn], service: "events" },
      ...{ logType: "INFO_LOGS", tags: { team: "web" } },
    });
    assert.deepEqual((await logs.getDeliverySource({ name: "bus" })).deliverySource, deliverySource);
    assert.deepEqual((await logs.describeDeliverySources({})).deliverySources, [deliverySource]);
  });

  for (const [why, more, message] of [
    ["another service", { resourceArn: "arn:aws:s3:::bucket" }, /Cannot access provided service/],
    ["a bus that is not there", { resourceArn: resourceArn.replace("default", "none") }, /none/],
    ["another kind of log", { logType: "ACCESS_LOGS" }, /logType is ACCESS_LOGS; .* one of ERROR_LOGS/],
    ["a name that is none", { name: "a b" }, /name is a b/],
  ] as const) {
    it(`do not come from ${why}`, () => assert.rejects(put(more), message));
  }

  it("lead to a destination, once", async () => {
    const input = { deliverySourceName: "bus", deliveryDestinationArn, recordFields: ["event"] };
    const { delivery } = await logs.createDelivery(input);
    const id = delivery?.id ?? "";
    assert.deepEqual(delivery, { ...input, id, arn: arn("delivery", id), deliveryDestinationType: "S3" });
    assert.deepEqual((await logs.getDelivery({ id })).delivery, delivery);
    assert.deepEqual((await logs.describeDeliveries({})).deliveries, [delivery]);
    await assert.rejects(logs.createDelivery(input), { name: "ConflictException" });
    await assert.rejects(logs.deleteDeliverySource({ name: "bus" }), { name: "ConflictException" });
    await logs.deleteDelivery({ id });
    await assert.rejects(logs.getDelivery({ id }), /Requested Delivery does not exist/);
    await logs.deleteDeliverySource({ name: "bus" });
    await assert.rejects(logs.getDeliverySource({ name: "bus" }), /Requested Delivery Source does not exist/);
    await assert.rejects(logs.createDelivery(input), /Requested Delivery Source does not exist/);
  });

  it("need a destination that there is", async () => {
    await put();
    const deliveryDestination = arn("delivery-destination", "none");
    await assert.rejects(
      logs.createDelivery({ deliverySourceName: "bus", deliveryDestinationArn: deliveryDestination }),
      /Requested Delivery Destination does not exist/,
    );
    const guest = await cloud.mintRole({ Effect: "Allow", Action: "logs:*", Resource: arn("delivery-source", "bus") });
    const theirs = cloud.client(CloudWatchLogs, guest);
    const limited = await cloud.mintRole({
      ...{ Effect: "Allow", Action: "logs:PutDeliverySource", Resource: "*" },
      Condition: { ArnEquals: { "logs:LogGeneratingResourceArns": resourceArn } },
    });
    const client = cloud.client(CloudWatchLogs, limited);
    await client.putDeliverySource({ name: "mine", resourceArn, logType: "INFO_LOGS" });
    const other = { name: "mine", resourceArn: `${resourceArn}2`, logType: "INFO_LOGS" };
    await assert.rejects(client.putDeliverySource(other), { name: "AccessDeniedException" });
    await assert.rejects(theirs.createDelivery({ deliverySourceName: "bus", deliveryDestinationArn }), {
      name: "AccessDeniedException",
    });
  });
});
