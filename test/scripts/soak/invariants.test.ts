import assert from "node:assert/strict";
import { CreateTableCommand, DeleteItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { CreateStateMachineCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { CreateQueueCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { startCloud, type TestCloud } from "local-aws/testing";
import { executionOf, noFileLost, oneRecordEach } from "../../../scripts/soak/invariants/archive.ts";
import type { Invariant } from "../../../scripts/soak/invariants/invariant.ts";
import { irisesOnce } from "../../../scripts/soak/invariants/irises.ts";
import { answersRight, deniedExpected, noMistakes, nothingParked } from "../../../scripts/soak/invariants/run.ts";
import { Ledger } from "../../../scripts/soak/ledger.ts";
import { Measures } from "../../../scripts/soak/measures.ts";
import { settle } from "../../../scripts/soak/run.ts";
import { clientsOf, type World } from "../../../scripts/soak/world.ts";

/** That the soak sees what is wrong: each time something is done behind its back. */
describe("The soak's invariants", function () {
  this.timeout(60_000);
  let test: TestCloud;
  let world: World;
  const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:archiver";
  const broken = async (invariant: Invariant) => (await invariant.check(world)).broken;
  const has = (look: Invariant, pattern: RegExp) => broken(look).then((all) => assert.match(all.join("\n"), pattern));
  const put = (TableName: string, Item: Record<string, { S?: string; N?: string }>) =>
    world.clients.dynamodb.send(new PutItemCommand({ TableName, Item: Item as never }));

  before(async () => {
    test = await startCloud();
    const client = {
      region: "us-east-1",
      endpoint: test.origin,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    };
    const outputs = {
      ...{ irisTableName: "irises", archiveTableName: "records", archiverStateMachineArn: stateMachineArn },
      dropBucketName: "drops",
    };
    const stack = { name: "soak", outputs, client };
    world = {
      ...{ stack, clients: clientsOf(stack), ledger: new Ledger(), measures: new Measures() },
      ...{ denied: [], mistakes: [], config: [] },
    };
    for (const [TableName, key] of [
      ["irises", "id"],
      ["records", "Id"],
    ] as const) {
      await world.clients.dynamodb.send(
        new CreateTableCommand({
          ...{ TableName, BillingMode: "PAY_PER_REQUEST" },
          AttributeDefinitions: [{ AttributeName: key, AttributeType: "S" }],
          KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
          StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
        }),
      );
    }
  });
  after(() => test.stop());

  it("see an iris that was accepted and deleted, one that nobody posted, and one that was predicted twice", async () => {
    for (const number of [0, 1]) {
      world.ledger.posted.push({ number, record: {}, id: `iris-${number}` });
      await put("irises", { id: { S: `iris-${number}` }, soak: { N: String(number) } });
    }
    await has(irisesOnce, /iris iris-0 has no prediction/);
    const predict = (id: string, expression: string) =>
      world.clients.dynamodb.send(
        new UpdateItemCommand({
          ...{ TableName: "irises", Key: { id: { S: id } }, UpdateExpression: expression },
          ...(expression.startsWith("SET") && { ExpressionAttributeValues: { ":p": { S: "setosa" } } }),
        }),
      );
    for (const id of ["iris-0", "iris-1"]) await predict(id, "SET pred_target = :p");
    assert.deepEqual(await broken(irisesOnce), []);
    await predict("iris-1", "REMOVE pred_target");
    await predict("iris-1", "SET pred_target = :p");
    await has(irisesOnce, /^iris iris-1 was predicted 2 times$/);
    await put("irises", { id: { S: "stranger" }, soak: { N: "7" } });
    await world.clients.dynamodb.send(new DeleteItemCommand({ TableName: "irises", Key: { id: { S: "iris-0" } } }));
    await has(irisesOnce, /iris iris-0 was accepted, and is not in the table\n(.*\n)*iris stranger was never posted/);
  });

  it("see an execution without a record, a record without an execution, and an answer that was not heard", async () => {
    const { sfn, dynamodb } = world.clients;
    const { roleArn } = await test.mintRole([], { trust: "states.amazonaws.com" });
    const definition = {
      StartAt: "Done",
      States: { Done: { Type: "Pass", Result: { action: "Archived" }, End: true } },
    };
    await sfn.send(
      new CreateStateMachineCommand({ name: "archiver", definition: JSON.stringify(definition), roleArn }),
    );
    await sfn.send(new StartExecutionCommand({ stateMachineArn, name: "one" }));
    world.ledger.started.push(
      { name: "one", approval: true, accepted: true },
      { name: "two", approval: false, accepted: true },
      { name: "three", approval: false, accepted: false },
    );
    await has(oneRecordEach, /two was accepted, and never began/);
    world.ledger.started.splice(1, 1);
    const found = await settle(world, [oneRecordEach], 1);
    assert.match(found.get(oneRecordEach)!.broken.join(), /one is SUCCEEDED, and has no record/);
    const record = { Id: { S: "one" }, Action: { S: "Archived" }, Approved: { BOOL: true } };
    await dynamodb.send(new PutItemCommand({ TableName: "records", Item: record }));
    world.ledger.decisions.set("one", true);
    assert.deepEqual(await broken(oneRecordEach), []);
    world.ledger.decisions.set("one", false);
    await has(oneRecordEach, /^one was answered false, its record says true, Archived$/);
    world.ledger.decisions.clear();
    await put("records", { Id: { S: "nobody" } });
    await has(oneRecordEach, /^the record nobody is of no execution$/);
  });

  it("see a file that was accepted and is gone", async () => {
    const { s3 } = world.clients;
    for (const Bucket of ["drops", "archive"]) await s3.send(new CreateBucketCommand({ Bucket }));
    const VersioningConfiguration = { Status: "Enabled" as const };
    await s3.send(new PutBucketVersioningCommand({ Bucket: "drops", VersioningConfiguration }));
    const content = { Key: "soak/0.bin", Body: "x" };
    const { VersionId: versionId = "" } = await s3.send(new PutObjectCommand({ Bucket: "drops", ...content }));
    world.ledger.dropped.push({ key: "soak/0.bin", versionId, etag: "9dd4e461268c8034f5c8564e155c67a6" });
    const [missing = ""] = await broken(noFileLost);
    assert.equal(missing, "soak/0.bin was accepted, and has no record");
    const Id = { S: executionOf("drops", "soak/0.bin", versionId) };
    await put("records", { Id, Action: { S: "Archived" }, Url: { S: "s3://archive/soak/0.bin" } });
    await has(noFileLost, /^soak\/0.bin was Archived, and is not at s3:\/\/archive\/soak\/0.bin/);
    await s3.send(new PutObjectCommand({ Bucket: "archive", ...content }));
    assert.deepEqual(await broken(noFileLost), []);
    await put("records", { Id, Action: { S: "Failed" }, Reason: { S: "why" } });
    assert.deepEqual(await broken(noFileLost), []);
    await s3.send(new DeleteObjectCommand({ Bucket: "drops", Key: "soak/0.bin", VersionId: versionId }));
    await has(noFileLost, /^soak\/0.bin was Failed, and is not at s3:\/\/drops\/soak\/0.bin: why$/);
  });

  it("see what waits in a queue, who was refused, wrong answers and mistakes", async () => {
    const { sqs } = world.clients;
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "dead" }));
    assert.deepEqual(await broken(nothingParked), []);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));
    await has(nothingParked, /^1 wait in dead$/);
    await has(deniedExpected, /^the intruder was not refused$/);
    const denied = { action: "s3:GetObject", resource: "arn:aws:s3:::x/y" };
    world.denied = [{ ...denied, principal: "arn:aws:iam::000000000000:role/soak-intruder" }];
    assert.deepEqual(await broken(deniedExpected), []);
    world.denied = [...world.denied, { ...denied, principal: "arn:aws:iam::000000000000:role/iris-read" }];
    await has(deniedExpected, /^arn:aws:iam::000000000000:role\/iris-read may not s3:GetObject on arn:aws:s3:::x\/y$/);
    world.ledger.expect("answers are right", false, () => "whodis answered nothing");
    await has(answersRight, /^whodis answered nothing$/);
    world.mistakes = ["iris-read: TypeError: boom"];
    await has(noMistakes, /TypeError/);
  });
});
