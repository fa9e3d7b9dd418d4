import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import { TestResource } from "../../testing/resource.ts";

describe("Event buses as resources", () => {
  let cloud: TestCloud;
  before(async () => {
    cloud = await startCloud();
  });
  after(() => cloud.stop());

  it("are made, let others in, change in place, and go", async () => {
    const bus = new TestResource(cloud.cloud, "aws:cloudwatch/eventBus:EventBus", "orders", { a: "1" });
    const { name, arn } = await bus.create({ description: "d" });
    const permission = new TestResource(cloud.cloud, "aws:cloudwatch/eventPermission:EventPermission");
    await permission.create({ eventBusName: name, principal: "123456789012", statementId: "s" });
    const described = async () =>
      cloud.cloud.call<{ Arn: string; Policy?: string }>("events", "DescribeEventBus", { Name: name });
    const { Arn, Policy = "" } = await described();
    assert.equal(Arn, arn);
    assert.deepEqual(JSON.parse(Policy).Statement, [
      {
        Sid: "s",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::123456789012:root" },
        Action: "events:PutEvents",
        Resource: arn,
      },
    ]);
    await permission.delete();
    await permission.delete();
    assert.equal((await described()).Policy, undefined);
    await bus.update({ description: "e", tags: { b: "2" } });
    assert.equal((await bus.read())?.id, name);
    await bus.delete();
    assert.equal(await bus.read(), undefined);
  });
});
