/** The archiver's actions, in Python. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DisableRuleCommand, EventBridgeClient, ListRulesCommand } from "@aws-sdk/client-eventbridge";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from "@aws-sdk/client-s3";
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { zip } from "local-aws/testing";
import type { PythonSystems } from "./lab.ts";

const root = join(import.meta.dirname, "../../../..");

export const archiver = (lab: PythonSystems) =>
  describe("the archiver's actions", () => {
    const put = async (Key: string, Body = "data", more: Partial<PutObjectCommandInput> = {}) =>
      (
        await lab.test
          .client(S3Client)
          .send(new PutObjectCommand({ Bucket: lab.outputs.dropBucket, Key, Body, ...more }))
      ).VersionId;
    const head = (Bucket: string, Key: string) =>
      lab.test
        .client(S3Client)
        .send(new HeadObjectCommand({ Bucket, Key }))
        .catch(() => undefined);
    const versions = async (Prefix: string) => {
      const { Versions = [] } = await lab.test
        .client(S3Client)
        .send(new ListObjectVersionsCommand({ Bucket: lab.outputs.dropBucket, Prefix }));
      return Versions.map(({ VersionId }) => VersionId);
    };
    const granuleOf = (key: string) =>
      lab.invoke(lab.outputs.gatherInfo, { input: { key }, id: key, approval_needed: false }) as Promise<
        Record<string, object>
      >;
    const url = (key: string) => `s3://${lab.outputs.dropBucket}/${key}`;
    before(async () => {
      // Otherwise the machine takes what is dropped.
      const events = lab.test.client(EventBridgeClient);
      const { Rules = [] } = await events.send(new ListRulesCommand({ NamePrefix: "archiver-drops" }));
      assert.equal(Rules.length, 1);
      await events.send(new DisableRuleCommand({ Name: Rules[0]!.Name }));
    });

    it("move, copy, tag, delete and leave a file, by its outcome; done again they change nothing", async () => {
      const outcomes: [string, string, string | undefined, boolean][] = [
        ["Archived", lab.outputs.archiveBucket, "GLACIER_IR", false],
        ["Quality_Fail", lab.outputs.quarantineBucket, undefined, true],
        ["Unarchivable", "", undefined, true],
        ["Rejected", "", undefined, false],
        ["Expired", "", undefined, true],
      ];
      for (const [outcome, bucket, storageClass, stays] of outcomes) {
        const key = `a b/ü+€/${outcome}`;
        await put(key, outcome, { ContentType: "image/tiff", Tagging: "owner=anna" });
        const granule = await granuleOf(key);
        const expected = { action: outcome, url: bucket ? `s3://${bucket}/${key}` : url(key) };
        for (const _ of ["once", "again"]) {
          assert.deepEqual(await lab.invoke(lab.outputs.act, { outcome, granule }), expected);
          assert.equal((await versions(key)).length, stays ? 1 : 0, outcome);
          if (!bucket) continue;
          const copy = await head(bucket, key);
          assert.deepEqual([copy?.ContentType, copy?.StorageClass], ["image/tiff", storageClass], outcome);
          const { TagSet } = await lab.test
            .client(S3Client)
            .send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key }));
          assert.deepEqual(TagSet, [{ Key: "owner", Value: "anna" }]);
        }
      }
      const tagged = new GetObjectTaggingCommand({ Bucket: lab.outputs.dropBucket, Key: "a b/ü+€/Unarchivable" });
      const { TagSet = [] } = await lab.test.client(S3Client).send(tagged);
      assert.deepEqual(
        new Set(TagSet.map(({ Key, Value }) => `${Key}=${Value}`)),
        new Set(["owner=anna", "archiver-outcome=Unarchivable"]),
      );
    });

    it("take the very version that was read, and no newer one", async () => {
      await put("twice", "first");
      const granule = await granuleOf("twice");
      const newer = await put("twice", "second, longer");
      await lab.invoke(lab.outputs.act, { outcome: "Archived", granule });
      assert.equal((await head(lab.outputs.archiveBucket, "twice"))?.ContentLength, "first".length);
      assert.deepEqual(await versions("twice"), [newer]);
    });

    it("say what is wrong with a file by errors that the machine knows", async () => {
      await put("gone");
      const granule = await granuleOf("gone");
      await lab.invoke(lab.outputs.act, { outcome: "Rejected", granule });
      await assert.rejects(lab.invoke(lab.outputs.act, { outcome: "Archived", granule }), {
        name: "FileVanished",
        message: `${url("gone")} is gone`,
      });
      await assert.rejects(lab.invoke(lab.outputs.act, { outcome: "Unarchivable", granule }), { name: "FileVanished" });
      await put("changed");
      const changed = await granuleOf("changed");
      const lie = { ...changed, file: { ...changed.file, crc64: "AAAAAAAAAAA=" } };
      await assert.rejects(lab.invoke(lab.outputs.act, { outcome: "Archived", granule: lie }), {
        name: "FileChanged",
        message: /its copy has checksum \S+, expected AAAAAAAAAAA=/,
      });
      const other = { ...changed, file: { ...changed.file, etag: '"0"' } };
      await assert.rejects(lab.invoke(lab.outputs.act, { outcome: "Archived", granule: other }), {
        name: "FileChanged",
        message: /was overwritten while it was archived/,
      });
      assert.equal((await versions("changed")).length, 1);
    });

    it("leave alone what is only simulated", async () => {
      const granule = { id: "1", url: "https://example.org/granules/1" };
      assert.deepEqual(await lab.invoke(lab.outputs.act, { outcome: "Archived", granule }), {
        action: "Archived",
        url: granule.url,
      });
    });

    it("are what the machine calls", async () => {
      await put("whole", "content");
      const sfn = lab.test.client(SFNClient);
      const input = JSON.stringify({ key: "whole", quality: 90, archive: true });
      const { executionArn } = await sfn.send(
        new StartExecutionCommand({ stateMachineArn: lab.outputs.machineArn, input }),
      );
      let status: string | undefined = "RUNNING";
      while (status === "RUNNING") {
        await sleep(20);
        ({ status } = await sfn.send(new DescribeExecutionCommand({ executionArn })));
      }
      assert.equal(status, "SUCCEEDED");
      assert.ok(await head(lab.outputs.archiveBucket, "whole"));
    });

    it("copy in parts what is too large for one request, with its tags and metadata", async () => {
      const part = 5 * 1024 ** 2;
      const body = "x".repeat(2 * part + 1_234);
      const tags = { owner: "a+b c", "mission/no:1": "", "ä=ß": "漢" };
      await put("large", body, { Metadata: { mission: "b" }, Tagging: new URLSearchParams(tags).toString() });
      const { file } = await granuleOf("large");
      const { roleArn } = await lab.test.mintRole({ Effect: "Allow", Action: "s3:*", Resource: "*" });
      const app = `
import boto3
from copying import copy_file
def handler(event, context): return copy_file(boto3.client("s3"), **event)`;
      const files = {
        "app.py": app,
        "copying.py": readFileSync(join(root, "handlers/archiver/python/copying.py"), "utf8"),
      };
      const lambda = lab.test.client(LambdaClient);
      await lambda.send(
        new CreateFunctionCommand({
          FunctionName: "copying",
          Runtime: "python3.13",
          Handler: "app.handler",
          Timeout: 60,
          Role: roleArn,
          Code: { ZipFile: zip(files) },
        }),
      );
      const bucket = lab.outputs.quarantineBucket;
      await lab.invoke("copying", { file, bucket, storage_class: "STANDARD", whole: part, part });
      const copy = await head(bucket, "large");
      assert.deepEqual([copy?.ContentLength, copy?.Metadata], [body.length, { mission: "b" }]);
      assert.match(copy?.ETag ?? "", /-3"$/);
      const { TagSet = [] } = await lab.test
        .client(S3Client)
        .send(new GetObjectTaggingCommand({ Bucket: bucket, Key: "large" }));
      assert.deepEqual(Object.fromEntries(TagSet.map(({ Key, Value }) => [Key, Value])), tags);
    });
  });
