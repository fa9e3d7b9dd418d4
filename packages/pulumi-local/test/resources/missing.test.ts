import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import { resourceTypes } from "../../src/resources/index.ts";
import { ifThere, isMissing } from "../../src/resources/missing.ts";
import { TestResource } from "../../testing/resource.ts";

describe("things that are not there", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  it("are known by the services' codes, and nothing else is", async () => {
    const codes = [
      "ResourceNotFoundException",
      "NoSuchBucket",
      "QueueDoesNotExist",
      "NotFound",
      "InvalidVpcID.Malformed",
    ];
    for (const code of codes) assert.equal(isMissing({ code }), true, code);
    for (const error of [{ code: "AccessDenied" }, { code: 5 }, new Error("NotFound"), undefined]) {
      assert.equal(isMissing(error), false);
    }
    await assert.rejects(ifThere(Promise.reject(new Error("down"))), /down/);
    assert.equal(await ifThere(Promise.resolve(1)), 1);
  });

  it("are deleted without an error, and found by no type that can look", async () => {
    // Some services take no other form for an id.
    const ids: Record<string, string> = {
      sns: "arn:aws:sns:us-east-1:000000000000:none:00000000-0000-0000-0000-000000000000",
      kinesis: "arn:aws:kinesis:us-east-1:000000000000:stream/none",
    };
    const names = ["restApi", "restApiId", "role", "rule", "bucket", "zoneId", "user", "functionName"].map((name) => [
      name,
      "none",
    ]);
    const inputs = { ...Object.fromEntries(names), groups: ["none"] };
    const failed: string[] = [];
    for (const { type } of resourceTypes(test.cloud).filter(({ read }) => read)) {
      const thing = new TestResource(test.cloud, type);
      Object.assign(thing, {
        id: ids[type.split(/[:/]/)[1]!] ?? "none",
        inputs,
        outputs: { ...inputs, name: "none" },
      });
      const found = await thing.read().catch((error: Error) => error);
      if (found !== undefined) failed.push(`${type}: ${JSON.stringify(found)} ${found}`);
      await thing.delete().catch((error: Error) => failed.push(`delete ${type}: ${error}`));
    }
    assert.deepEqual(failed, []);
  });
});
