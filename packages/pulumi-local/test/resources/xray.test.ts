import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import { make, unmake } from "./support/made.ts";

describe("resources of X-Ray", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud({ region: "eu-west-1" });
  });
  after(() => test.stop());

  it("are groups of traces and rules of what is traced", async () => {
    const inputs = { groupName: "slow", filterExpression: "responsetime > 1" };
    const group = await make(test.cloud, "xray.Group", inputs);
    assert.match(group.id, /^arn:aws:xray:eu-west-1:000000000000:group\/slow/);
    const slower = await group.update({ ...inputs, filterExpression: "responsetime > 5", tags: { team: "data" } });
    assert.deepEqual([slower.filterExpression, slower.tagsAll], ["responsetime > 5", { suite: "test", team: "data" }]);
    assert.deepEqual((await group.diff({ ...inputs, groupName: "slower" })).replaces, ["groupName"]);

    const rule = {
      ...{ fixedRate: 0.1, host: "*", httpMethod: "*", priority: 100, reservoirSize: 1, resourceArn: "*" },
      ...{ serviceName: "shop", serviceType: "*", urlPath: "/buy", version: 1 },
    };
    const sampling = await make(test.cloud, "xray.SamplingRule", { ...rule, ruleName: "buy" });
    assert.equal(sampling.id, "buy");
    assert.equal((await sampling.update({ ...rule, ruleName: "buy", fixedRate: 0.5 })).fixedRate, 0.5);
    assert.deepEqual((await sampling.diff({ ...rule, ruleName: "sell" })).replaces, ["ruleName"]);
    await unmake([group, sampling]);
  });
});
