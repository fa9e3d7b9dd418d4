import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { HeadObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import {
  DescribeStateMachineCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { servicePrincipal } from "local-aws/service";
import { Deployed, until } from "./deployed.ts";
import { dspSuite } from "./dsp.suite.ts";
import { faultSuite } from "./faults.suite.ts";
import { mailSuite } from "./mail.suite.ts";
import { recipeSuite } from "./recipes.suite.ts";

describe("archiver, deployed on one machine", function () {
  this.timeout(120_000);
  const deployed = new Deployed();
  before(() => deployed.start());
  after(() => deployed.stop());

  const answer = (taskToken: string, output: unknown) =>
    deployed.sfn.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }));
  const put = async (Key: string, Body: string | Uint8Array, more: object = {}) =>
    (await deployed.s3.send(new PutObjectCommand({ Bucket: deployed.outputs.dropBucketName, Key, Body, ...more })))
      .VersionId!;
  const head = (bucket: string, Key: string) =>
    deployed.s3.send(new HeadObjectCommand({ Bucket: deployed.outputs[bucket], Key })).catch(() => undefined);

  describe("without approval", () => {
    const cases: [string, object, string, boolean, number][] = [
      ["archives what is good", { archive: true, quality: 50 }, "Archived", true, 50],
      ["puts aside what is bad", { archive: true, quality: 49 }, "Quality_Fail", true, 49],
      ["leaves what is not to be archived", { archive: false, quality: 99 }, "Unarchivable", false, 99],
    ];
    for (const [what, input, action, archive, quality] of cases) {
      it(`${what}, and records it`, async () => {
        const arn = await deployed.startExecution(input);
        assert.equal((await deployed.ended(arn)).status, "SUCCEEDED");
        const record = await deployed.recordOf(arn);
        assert.deepEqual(
          [record.Action, record.Archive, record.Quality, record.Approval],
          [action, archive, quality, false],
        );
        assert.equal(record.Id, arn.split(":").at(-1));
        assert.match(record.Timestamp, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
        assert.equal(record.Approved, undefined);
      });
    }

    it("answers at once by Express", async () => {
      const { status, executionArn } = await deployed.sfn.send(
        new StartSyncExecutionCommand({
          stateMachineArn: deployed.outputs.archiverExpressStateMachineArn,
          input: '{"archive":true,"quality":80}',
        }),
      );
      assert.equal(status, "SUCCEEDED");
      assert.equal((await deployed.recordOf(executionArn!)).Action, "Archived");
    });

    it("records an input that cannot be used, naming what is wrong", async () => {
      for (const input of [{ approval_needed: "yes" }, "text", [1], null]) {
        const arn = await deployed.startExecution(input);
        assert.equal((await deployed.ended(arn)).status, "FAILED");
        const { Action, Error: name, Reason, Quality } = await deployed.recordOf(arn);
        assert.deepEqual([Action, name, Quality], ["Failed", "InvalidInput", 0]);
        assert.match(Reason!, /approval_needed of the input|the input/);
      }
    });
  });

  describe("with approval by queue", () => {
    it("archives only after a yes, and records who said it", async () => {
      const arn = await deployed.startExecution({ approval_needed: true, archive: true, quality: 90, mission: "m" });
      const question = await deployed.question();
      assert.deepEqual([question.Message, question.quality, question.Execution], ["Approve me!", 90, arn]);
      await answer(question.TaskToken!, { approved: true, approver: "anna", reason: "looks good" });
      await deployed.ended(arn);
      const { Action, Approval, Approved, Approver, Reason } = await deployed.recordOf(arn);
      assert.deepEqual([Action, Approval, Approved, Approver, Reason], ["Archived", true, true, "anna", "looks good"]);
    });

    it("a no decides, whatever the quality", async () => {
      const arn = await deployed.startExecution({ approval_needed: true, archive: true, quality: 100 });
      await answer((await deployed.question()).TaskToken!, { approved: false });
      await deployed.ended(arn);
      const { Action, Approved, Approver } = await deployed.recordOf(arn);
      assert.deepEqual([Action, Approved, Approver], ["Rejected", false, ""]);
    });

    it("records a failure with its cause, and without one", async () => {
      for (const more of [{ error: "Refused", cause: "I am not the one to ask" }, {}]) {
        const arn = await deployed.startExecution({ approval_needed: true });
        const { TaskToken } = await deployed.question();
        await deployed.sfn.send(new SendTaskFailureCommand({ taskToken: TaskToken, ...more }));
        assert.equal((await deployed.ended(arn)).status, "FAILED");
        const { Action, Error: name, Reason } = await deployed.recordOf(arn);
        assert.equal(Action, "Failed");
        if ("error" in more) assert.deepEqual([name, Reason], ["Refused", "I am not the one to ask"]);
      }
    });

    for (const malformed of [{}, { approved: "true" }, "yes", [], { approved: true, approver: 7 }]) {
      it(`never takes ${JSON.stringify(malformed)} for a yes`, async () => {
        const arn = await deployed.startExecution({ approval_needed: true, archive: true, quality: 100 });
        await answer((await deployed.question()).TaskToken!, malformed);
        await deployed.ended(arn);
        const { Action, Error: name, Reason } = await deployed.recordOf(arn);
        assert.deepEqual([Action, name], ["Failed", "MalformedAnswer"], Reason);
      });
    }

    it("takes the first answer, and tells the second that it is late", async () => {
      const arn = await deployed.startExecution({ approval_needed: true, archive: true, quality: 100 });
      const { TaskToken } = await deployed.question();
      await answer(TaskToken!, { approved: false });
      await assert.rejects(answer(TaskToken!, { approved: true }), { name: "TaskTimedOut" });
      await assert.rejects(answer(`${TaskToken!.slice(0, -8)}AAAAAAAA`, { approved: true }), /Task|Invalid/);
      await deployed.ended(arn);
      assert.equal((await deployed.recordOf(arn)).Action, "Rejected");
    });

    it("records an execution that is stopped while it waits, once", async () => {
      const arn = await deployed.startExecution({ approval_needed: true });
      const { TaskToken } = await deployed.question();
      await deployed.sfn.send(
        new StopExecutionCommand({ executionArn: arn, error: "Stop", cause: "no longer wanted" }),
      );
      const { Action, Reason, Approval } = await deployed.recordOf(arn);
      assert.deepEqual([Action, Reason, Approval], ["Stopped", "no longer wanted", true]);
      await assert.rejects(answer(TaskToken!, { approved: true }), { name: "TaskTimedOut" });
    });

    it("expires when nobody answers in time", async () => {
      const stateMachineArn = deployed.outputs.archiverStateMachineArn;
      const { definition } = await deployed.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
      const hasty = JSON.parse(definition!);
      hasty.States["Data Manager Approval"].TimeoutSeconds = 1;
      await deployed.sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: JSON.stringify(hasty) }));
      const arn = await deployed.startExecution({ approval_needed: true, archive: true, quality: 100 });
      await deployed.sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition }));
      await deployed.question();
      assert.equal((await deployed.ended(arn)).status, "SUCCEEDED");
      const { Action, Approval, Approved } = await deployed.recordOf(arn);
      assert.deepEqual([Action, Approval, Approved], ["Expired", true, undefined]);
    });

    it("keeps thirty questions over a restart, each with its own answer", async () => {
      const arns: string[] = [];
      for (let n = 0; n < 30; n++) {
        arns.push(await deployed.startExecution({ approval_needed: true, archive: true, quality: 60, n }));
      }
      const tokens = new Map<string, string>();
      while (tokens.size < arns.length) {
        const { Execution, TaskToken } = await deployed.question();
        tokens.set(Execution!, TaskToken!);
      }
      const shuffled = arns
        .map((arn, n) => ({ arn, approved: n % 3 === 0 }))
        .sort((a, b) => a.arn.localeCompare(b.arn));
      const reply = async (part: typeof shuffled) => {
        for (const { arn, approved } of part) await answer(tokens.get(arn)!, { approved, approver: arn.slice(-12) });
      };
      await reply(shuffled.slice(0, 15));
      await deployed.restart();
      await reply(shuffled.slice(15));
      const records = await until(async () => {
        const found = new Map((await deployed.records()).map((record) => [record.Execution, record]));
        return arns.every((arn) => found.has(arn)) ? found : undefined;
      });
      for (const { arn, approved } of shuffled) {
        const record = records.get(arn)!;
        assert.deepEqual(
          [record.Approved, record.Approver, record.Action],
          [approved, arn.slice(-12), approved ? "Archived" : "Rejected"],
        );
      }
    });
  });

  mailSuite(deployed);

  describe("a dropped file", () => {
    const recordOfFile = (key: string) =>
      until(async () => (await deployed.records()).find(({ Url }) => Url.endsWith(`/${key}`)));

    it("is archived: moved, in the cold class, and recorded", async () => {
      const started = Date.now();
      const versionId = await put("in/granule ü+1.tif", "data", { Metadata: { quality: "88" } });
      const record = await recordOfFile("in/granule ü+1.tif");
      assert.deepEqual([record.Action, record.Quality], ["Archived", 88]);
      assert.equal(record.Url, `s3://${deployed.outputs.archiveBucketName}/in/granule ü+1.tif`);
      assert.equal((await head("archiveBucketName", "in/granule ü+1.tif"))?.StorageClass, "GLACIER_IR");
      const { Versions = [] } = await deployed.s3.send(
        new ListObjectVersionsCommand({ Bucket: deployed.outputs.dropBucketName, Prefix: "in/" }),
      );
      assert.ok(!Versions.some(({ VersionId }) => VersionId === versionId));
      assert.ok(Date.now() - started < 10_000);
      const { output } = await deployed.ended(record.Execution);
      assert.deepEqual(JSON.parse(output!), { action: "Archived", url: record.Url });
    });

    it("is quarantined when it is empty", async () => {
      await put("empty", "");
      assert.equal((await recordOfFile("empty")).Action, "Quality_Fail");
      assert.ok(await head("quarantineBucketName", "empty"));
      assert.equal(await head("dropBucketName", "empty"), undefined);
    });

    it("starts one execution, however often S3 tells of it", async () => {
      const key = "told-twice";
      const versionId = await put(key, "x");
      await recordOfFile(key);
      const detail = {
        bucket: { name: deployed.outputs.dropBucketName },
        object: { key, size: 1, etag: "e", "version-id": versionId, sequencer: "1" },
      };
      const Entries = [{ Source: "aws.s3", DetailType: "Object Created", Detail: JSON.stringify(detail) }];
      const { cloud } = deployed.platform.local;
      const rule = servicePrincipal("s3.amazonaws.com", `arn:aws:s3:::${deployed.outputs.dropBucketName}`);
      const told = await cloud.call<{ FailedEntryCount: number }>("events", "PutEvents", { Entries }, rule);
      assert.equal(told.FailedEntryCount, 0);
      await sleep(300);
      const ofFile = (await deployed.records()).filter(({ Url }) => Url.endsWith(`/${key}`));
      assert.equal(ofFile.length, 1);
    });

    it("is archived in both versions when it is dropped twice at once", async () => {
      await Promise.all([put("same", "first"), put("same", "second")]);
      const ofFile = await until(async () => {
        const found = (await deployed.records()).filter(({ Url }) => Url.endsWith("/same"));
        return found.length === 2 ? found : undefined;
      });
      assert.deepEqual(
        ofFile.map(({ Action }) => Action),
        ["Archived", "Archived"],
      );
      const { Versions = [] } = await deployed.s3.send(
        new ListObjectVersionsCommand({ Bucket: deployed.outputs.archiveBucketName, Prefix: "same" }),
      );
      assert.equal(Versions.length, 2);
    });

    it("may have the longest key that S3 takes", async () => {
      const key = `${"long/".repeat(200)}${"k".repeat(20)}.tif`;
      assert.equal(Buffer.byteLength(key), 1_024);
      await put(key, "data");
      const { Action, Url } = await recordOfFile(key);
      assert.deepEqual([Action, Url], ["Archived", `s3://${deployed.outputs.archiveBucketName}/${key}`]);
    });

    it("that is gone when its turn comes is recorded as such", async () => {
      const arn = await deployed.startExecution({ key: "never-there" });
      assert.equal((await deployed.ended(arn)).status, "SUCCEEDED");
      assert.equal((await deployed.recordOf(arn)).Action, "Vanished");
    });
  });

  describe("with the AWS CLI", () => recipeSuite(deployed));
  describe("with faults", () => faultSuite(deployed));

  dspSuite(deployed);
});
