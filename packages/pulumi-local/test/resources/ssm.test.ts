import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import { createRegistry } from "../../src/resources/index.ts";
import { TestResource } from "../../testing/resource.ts";

describe("Parameters as resources", () => {
  let cloud: TestCloud;
  before(async () => {
    cloud = await startCloud();
  });
  after(() => cloud.stop());

  it("are made, changed in place, read by programs, and go", async () => {
    const parameter = new TestResource(cloud.cloud, "aws:ssm/parameter:Parameter", "p");
    const made = await parameter.create({ name: "/setup/p", type: "String", value: "1", tags: { a: "1" } });
    assert.deepEqual([made.version, made.arn], [1, "arn:aws:ssm:us-east-1:000000000000:parameter/setup/p"]);
    assert.equal((await parameter.update({ name: "/setup/p", type: "String", value: "2" })).version, 2);
    const get = createRegistry(cloud.cloud).invokes.get("aws:ssm/getParameter:getParameter");
    const context = { provider: parameter.context.provider, signal: parameter.context.signal };
    assert.equal((await get?.({ name: "/setup/p" }, context))?.value, "2");
    await assert.rejects(async () => get?.({ name: "/none" }, context), /couldn't find resource/);
    assert.deepEqual((await parameter.diff({ name: "/setup/q", type: "String", value: "2" })).replaces, ["name"]);
    await parameter.delete();
    assert.equal(await parameter.read(), undefined);
    await parameter.delete();
  });

  it("keep their value secret", async () => {
    const parameter = new TestResource(cloud.cloud, "aws:ssm/parameter:Parameter", "p");
    assert.deepEqual(parameter.provider.secretOutputs, ["value"]);
    assert.deepEqual(await parameter.failures({ type: "SecureString", insecureValue: "1" }), [
      "insecureValue: cannot be given for a SecureString",
    ]);
    assert.deepEqual(await parameter.failures({ type: "String" }), [
      "value: or insecureValue must be given, and not both",
    ]);
  });
});
