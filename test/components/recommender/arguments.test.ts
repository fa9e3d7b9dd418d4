import assert from "node:assert/strict";
import { RunError } from "@pulumi/pulumi";
import { SnowflakeRecommender, type SnowflakeRecommenderArgs } from "../../../components/snowflakeRecommender.ts";
import { record } from "../support/record.ts";

describe("arguments of SnowflakeRecommender", () => {
  const refused: [string, SnowflakeRecommenderArgs, RegExp][] = [
    ["an image that is none", { image: "my image" }, /image is "my image"/],
    ["machines that cannot be scaled", { serving: { maximumInstances: 2 } }, /maximumInstances is 2; .*ml\.m5\.large/],
    ["a machine of EC2", { training: { instanceType: "m5.large" } }, /training\.instanceType is "m5\.large"/],
    ["fewer at most than at least", { serving: { instances: 3, maximumInstances: 2 } }, /maximumInstances is 2/],
    [
      "odd memory",
      { serving: { serverless: { memory: 2_000 } } },
      /serverless\.memory is 2000; allowed is one of 1024/,
    ],
    ["a schedule that is none", { retrain: { schedule: "weekly" } }, /retrain\.schedule is "weekly"/],
    [
      "SQL in a table's name",
      { retrain: { schedule: "rate(1 day)", inputTable: "a; drop table b" } },
      /retrain\.inputTable is "a; drop table b"/,
    ],
    ["an alias for a key", { encryptionKeyArn: "alias/mine" }, /encryptionKeyArn is "alias\/mine"/],
    ["a minute of idleness", { removeIdleAfter: 0 }, /removeIdleAfter is 0; allowed is a whole number from 1 to 720/],
    [
      "a handler that is not there",
      { handlers: { train: "handlers/nowhere.ts" } },
      /handlers\.train is "handlers\/nowhere\.ts"; allowed is a file of the program/,
    ],
    ["half a trust", { api: { externalId: "abc" } }, /api\.iamUserArn is not given/],
  ];
  for (const [what, args, message] of refused) {
    it(`refuses ${what}, before anything is made`, async () => {
      const { all } = await record(() =>
        assert.throws(
          () => new SnowflakeRecommender("snow", args),
          (error: Error) => error instanceof RunError && message.test(error.message),
        ),
      );
      assert.deepEqual(all, []);
    });
  }

  it("refuses a name that makes others too long", async () => {
    const name = "a".repeat(35);
    await record(() => assert.throws(() => new SnowflakeRecommender(name), /name is "a{35}"; allowed is at most 34/));
  });
});
