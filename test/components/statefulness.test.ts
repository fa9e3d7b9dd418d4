import assert from "node:assert/strict";
import { keepsData } from "../../components/statefulness.ts";
import { evaluate } from "./support/evaluate.ts";
import { record } from "./support/record.ts";

describe("stacks whose data is thrown away", () => {
  const keeps = async (stack: string) => {
    let kept: boolean | undefined;
    await record(
      () => {
        kept = keepsData();
      },
      { stack },
    );
    return kept;
  };

  const names: [string, boolean][] = [
    ["dev", true],
    ["dev-anna", true],
    ["local", true],
    ["test-1", true],
    ["smoke-a1b2c3", true],
    ["smokea1b2c3", false],
    ["prod", false],
    ["devprod", false],
    ["prod-dev", false],
  ];
  for (const [name, thrownAway] of names) {
    it(`${name}: ${thrownAway ? "yes" : "no"}`, async () => assert.equal(await keeps(name), !thrownAway));
  }

  it("hold nothing that a destroy would refuse to take or leave behind", async () => {
    const { made } = await evaluate({ "platform:irisCompute": "fargate" }, "smoke-a1b2c3");
    const of = (type: string) => made.all.filter((one) => one.type === type);
    const name = ({ type, name }: { type: string; name: string }) => `${type} ${name}`;
    assert.deepEqual(made.all.filter(({ protect, retainOnDelete }) => protect || retainOnDelete).map(name), []);
    assert.deepEqual(
      of("aws:s3/bucket:Bucket")
        .filter(({ inputs }) => !inputs.forceDestroy)
        .map(name),
      [],
    );
    assert.deepEqual(
      of("aws:dynamodb/table:Table")
        .filter(({ inputs }) => inputs.deletionProtectionEnabled)
        .map(name),
      [],
    );
    assert.deepEqual(
      of("awsx:ecr:Repository")
        .filter(({ inputs }) => !inputs.forceDelete)
        .map(name),
      [],
    );
    assert.deepEqual(
      of("aws:cloudwatch/logGroup:LogGroup")
        .filter(({ inputs }) => inputs.skipDestroy)
        .map(name),
      [],
    );
  });
});
