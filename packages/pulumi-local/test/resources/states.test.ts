import assert from "node:assert/strict";
import { DescribeStateMachineCommand, ListTagsForResourceCommand, SFNClient } from "@aws-sdk/client-sfn";
import { startCloud, type TestCloud } from "local-aws/testing";
import { TestResource } from "../../testing/resource.ts";

const type = "aws:sfn/stateMachine:StateMachine";
const definition = (result: string) =>
  JSON.stringify({ StartAt: "Say", States: { Say: { Type: "Pass", Result: result, End: true } } });

describe(type, () => {
  let test: TestCloud;
  let client: SFNClient;
  let roleArn: string;

  before(async () => {
    test = await startCloud();
    client = test.client(SFNClient);
    ({ roleArn } = await test.mintRole([], { name: "machine", trust: "states.amazonaws.com" }));
  });
  after(() => test.stop());

  it("is made, changed in place, and deleted", async () => {
    const machine = new TestResource(test.cloud, type, "archiver", { owner: "us" });
    const outputs = await machine.create({ definition: definition("one"), roleArn });
    const stateMachineArn = String(outputs.arn);
    assert.match(stateMachineArn, /:stateMachine:archiver-[0-9a-f]{7}$/);
    const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn: stateMachineArn }));
    assert.deepEqual(tags, [{ key: "owner", value: "us" }]);

    await machine.update({ definition: definition("two"), roleArn, tags: { more: "1" } });
    const described = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
    assert.equal(described.definition, definition("two"));

    await machine.delete();
    await assert.rejects(client.send(new DescribeStateMachineCommand({ stateMachineArn })), {
      name: "StateMachineDoesNotExist",
    });
  });

  it("says what AWS would refuse, before anything is made", async () => {
    const machine = new TestResource(test.cloud, type);
    assert.deepEqual(await machine.failures({ roleArn, type: "FAST" }), [
      "definition: is required and was not given",
      'type: is "FAST"; allowed are STANDARD, EXPRESS',
    ]);
  });

  it("passes AWS's word on for a definition that is wrong", async () => {
    const machine = new TestResource(test.cloud, type);
    await assert.rejects(machine.create({ definition: "{}", roleArn }), { name: "InvalidDefinition" });
  });
});
