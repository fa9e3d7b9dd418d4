import assert from "node:assert/strict";
import { SFN } from "@aws-sdk/client-sfn";
import { Machines, pass } from "./support.ts";

describe("versions and aliases of state machines", () => {
  let machines: Machines;
  let sfn: SFN;
  before(async () => {
    machines = await Machines.start();
    sfn = machines.test.client(SFN);
  });
  after(() => machines.test.stop());

  const definition = (Result: number) =>
    JSON.stringify({ StartAt: "A", States: { A: { Type: "Pass", Result, End: true } } });
  const numbers = async (stateMachineArn: string) => {
    const { stateMachineVersions = [] } = await sfn.listStateMachineVersions({ stateMachineArn });
    return stateMachineVersions.map((one) => one.stateMachineVersionArn?.split(":").at(-1));
  };
  /** A machine with versions 1 and 2, which answer by their number. */
  async function versions(): Promise<{ arn: string; first: string; second: string }> {
    const arn = await machines.make({ A: { ...pass, Result: 1 } }, { publish: true, versionDescription: "first" });
    const update = { stateMachineArn: arn, definition: definition(2), publish: true };
    const { stateMachineVersionArn: second = "" } = await sfn.updateStateMachine(update);
    return { arn, first: `${arn}:1`, second };
  }
  const output = async (stateMachineArn: string) => machines.output(await machines.run(stateMachineArn));

  it("are published with the machine, with a change, and by themselves, a revision once", async () => {
    const { arn, second } = await versions();
    assert.equal(second, `${arn}:2`);
    const again = await sfn.publishStateMachineVersion({ stateMachineArn: arn });
    assert.equal(again.stateMachineVersionArn, second);
    await sfn.updateStateMachine({ stateMachineArn: arn, definition: definition(3) });
    await assert.rejects(sfn.publishStateMachineVersion({ stateMachineArn: arn, revisionId: "other" }), {
      name: "ConflictException",
    });
    const third = await sfn.publishStateMachineVersion({ stateMachineArn: arn, description: "third" });
    assert.equal(third.stateMachineVersionArn, `${arn}:3`);
    assert.deepEqual(await numbers(arn), ["3", "2", "1"]);
    await sfn.deleteStateMachineVersion({ stateMachineVersionArn: `${arn}:3` });
    await sfn.updateStateMachine({ stateMachineArn: arn, definition: definition(4), publish: true });
    assert.deepEqual(await numbers(arn), ["4", "2", "1"]);
  });

  it("stay as they were, and run so", async () => {
    const { arn, first, second } = await versions();
    const described = await sfn.describeStateMachine({ stateMachineArn: first });
    assert.deepEqual([described.stateMachineArn, described.description], [first, "first"]);
    assert.equal(JSON.parse(described.definition ?? "").States.A.Result, 1);
    assert.deepEqual([await output(first), await output(second), await output(arn)], [1, 2, 2]);
    const execution = await machines.run(first);
    const { stateMachineArn, stateMachineVersionArn } = await machines.ended(execution);
    assert.deepEqual([stateMachineArn, stateMachineVersionArn], [arn, first]);
    const { executions = [] } = await sfn.listExecutions({ stateMachineArn: first });
    assert.equal(executions.length, 2);
    await assert.rejects(machines.run(`${arn}:9`), { name: "StateMachineDoesNotExist" });
  });

  it("say what an execution ran, down to its revision and variables, and have no tags", async () => {
    const { first, arn } = await versions();
    const executionArn = (await sfn.startExecution({ stateMachineArn: first })).executionArn!;
    const ran = await sfn.describeStateMachineForExecution({ executionArn });
    const { revisionId } = await sfn.describeStateMachine({ stateMachineArn: first });
    assert.deepEqual(
      [ran.stateMachineArn, ran.revisionId, ran.loggingConfiguration, ran.tracingConfiguration, ran.variableReferences],
      [arn, revisionId, { level: "OFF", includeExecutionData: false }, { enabled: false }, undefined],
    );
    await assert.rejects(sfn.tagResource({ resourceArn: first, tags: [] }), {
      name: "ResourceNotFound",
      message: `Resource not found: '${first}'`,
    });
  });

  it("are reached by aliases, which may divide executions among two", async () => {
    const { arn, first, second } = await versions();
    const routingConfiguration = [{ stateMachineVersionArn: first, weight: 100 }];
    const { stateMachineAliasArn = "" } = await sfn.createStateMachineAlias({ name: "live", routingConfiguration });
    assert.equal(stateMachineAliasArn, `${arn}:live`);
    assert.equal(await output(stateMachineAliasArn), 1);
    const both = [
      { stateMachineVersionArn: first, weight: 50 },
      { stateMachineVersionArn: second, weight: 50 },
    ];
    await sfn.updateStateMachineAlias({ stateMachineAliasArn, description: "both", routingConfiguration: both });
    const { $metadata, creationDate, updateDate, ...alias } = await sfn.describeStateMachineAlias({
      stateMachineAliasArn,
    });
    assert.deepEqual(alias, { stateMachineAliasArn, name: "live", description: "both", routingConfiguration: both });
    const seen = new Set<number>();
    for (let run = 0; run < 100 && seen.size < 2; run++) seen.add(await output(stateMachineAliasArn));
    assert.equal(seen.size, 2);
    const { stateMachineAliases = [] } = await sfn.listStateMachineAliases({ stateMachineArn: second });
    assert.deepEqual(
      stateMachineAliases.map((one) => one.stateMachineAliasArn),
      [stateMachineAliasArn],
    );
    await assert.rejects(sfn.deleteStateMachineVersion({ stateMachineVersionArn: first }), {
      name: "ConflictException",
    });
    await sfn.deleteStateMachineAlias({ stateMachineAliasArn });
    await sfn.deleteStateMachineVersion({ stateMachineVersionArn: first });
    await assert.rejects(sfn.describeStateMachineAlias({ stateMachineAliasArn }), { name: "ResourceNotFound" });
  });

  it("of aliases are one or two of one machine, that share all executions", async () => {
    const { first } = await versions();
    const { second: foreign } = await versions();
    const part = (stateMachineVersionArn: string, weight: number) => ({ stateMachineVersionArn, weight });
    for (const [routingConfiguration, name] of [
      [[part(first, 50)], "ValidationException"],
      [[part(first, 50), part(foreign, 50)], "ValidationException"],
      [[part(`${first}0`, 100)], "StateMachineDoesNotExist"],
    ] as const) {
      await assert.rejects(
        sfn.createStateMachineAlias({ name: "live", routingConfiguration: [...routingConfiguration] }),
        { name },
      );
    }
    await assert.rejects(sfn.createStateMachineAlias({ name: "7", routingConfiguration: [part(first, 100)] }), {
      name: "InvalidName",
    });
  });

  it("go with their machine", async () => {
    const { arn, first } = await versions();
    const routingConfiguration = [{ stateMachineVersionArn: first, weight: 100 }];
    await sfn.createStateMachineAlias({ name: "live", routingConfiguration });
    await sfn.deleteStateMachine({ stateMachineArn: arn });
    for (const gone of [first, `${arn}:live`])
      await assert.rejects(machines.run(gone), { name: "StateMachineDoesNotExist" });
    assert.deepEqual(machines.test.cloud.store.collection("states.aliases").entries(arn), []);
  });

  it("describes a machine with what AWS fills in", async () => {
    const stateMachineArn = await machines.make({ A: pass });
    const machine = await sfn.describeStateMachine({ stateMachineArn });
    assert.deepEqual(machine.encryptionConfiguration, { type: "AWS_OWNED_KEY" });
    assert.deepEqual(machine.loggingConfiguration, { level: "OFF", includeExecutionData: false });
    assert.deepEqual(machine.tracingConfiguration, { enabled: false });
    const encryptionConfiguration = {
      type: "CUSTOMER_MANAGED_KMS_KEY",
      kmsKeyId: "alias/mine",
      kmsDataKeyReusePeriodSeconds: 300,
    } as const;
    await sfn.updateStateMachine({ stateMachineArn, encryptionConfiguration });
    const after = await sfn.describeStateMachine({ stateMachineArn });
    assert.deepEqual(after.encryptionConfiguration, encryptionConfiguration);
  });

  it("has a description of a version only where one is published", async () => {
    await assert.rejects(machines.make({ A: pass }, { versionDescription: "none" }), { name: "ValidationException" });
  });
});
