import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import { TestResource } from "../../testing/resource.ts";
import { make, unmake } from "./support/made.ts";

describe("versions of state machines", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud({ region: "eu-west-1" });
  });
  after(() => test.stop());

  const definition = (Result: string) =>
    JSON.stringify({ StartAt: "Say", States: { Say: { Type: "Pass", Result, End: true } } });

  it("are published, and shared out by an alias", async () => {
    const { roleArn } = await test.mintRole([], { name: "machine", trust: "states.amazonaws.com" });
    const machine = new TestResource(test.cloud, "aws:sfn/stateMachine:StateMachine");
    const first = await machine.create({ definition: definition("one"), roleArn, publish: true });
    assert.equal(first.stateMachineVersionArn, `${machine.id}:1`);
    const to = (stateMachineVersionArn: unknown, weight: number) => ({ stateMachineVersionArn, weight });
    const inputs = { name: "live", routingConfigurations: [to(first.stateMachineVersionArn, 100)] };
    const alias = await make(test.cloud, "sfn.Alias", inputs);
    assert.equal(alias.id, `${machine.id}:live`);
    const second = await machine.update({ definition: definition("two"), roleArn, publish: true });
    assert.equal(second.stateMachineVersionArn, `${machine.id}:2`);
    const shared = [to(first.stateMachineVersionArn, 90), to(second.stateMachineVersionArn, 10)];
    assert.deepEqual((await alias.update({ ...inputs, routingConfigurations: shared })).routingConfigurations, shared);
    assert.deepEqual((await alias.diff({ ...inputs, name: "next" })).replaces, ["name"]);
    await unmake([alias]);
    await machine.delete();
  });
});
