import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { DisableRuleCommand, EventBridgeClient, ListRulesCommand } from "@aws-sdk/client-eventbridge";
import {
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import {
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from "@aws-sdk/client-s3";
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { marshall } from "@aws-sdk/util-dynamodb";
import { pythonTools, startCloud, type TestCloud, withoutPython, zip } from "local-aws/testing";
import { createRegistry, Engine, type EngineEvent } from "pulumi-local";
import { prepareAccount } from "../../../bootstrap/localAccount.ts";
import { proxyEvent } from "../../handlers/support/proxyEvent.ts";

const root = join(import.meta.dirname, "../../..");

type Outputs = Record<
  | ("greetingUrl" | "irisUrl" | "irisTable" | "dropBucket" | "archiveBucket" | "quarantineBucket" | "machineArn")
  | ("act" | "gatherInfo" | "namePrefix" | "status" | "read" | "change" | "platformUrl"),
  string
>;

/** A handler in Python of each system, deployed as the program deploys it: each acts as its own role. */
describe("handlers in Python", function () {
  this.timeout(240_000);
  const config: Record<string, string> = { version: "v1", expected: "v1" };
  let events: EngineEvent[] = [];
  let test: TestCloud;
  let engine: Engine;
  let outputs: Outputs;

  before(async function () {
    const reason = await withoutPython("3.13");
    if (reason) {
      console.log(reason);
      return this.skip();
    }
    test = await startCloud({ region: "eu-west-1", tools: pythonTools, deploymentClock: 60 });
    await prepareAccount(test.cloud);
    engine = await Engine.open({
      programDirectory: join(import.meta.dirname, "fixtures/pythonSystems"),
      stack: "local",
      stateDirectory: join(test.directory, "engine"),
      registry: createRegistry(test.cloud),
      environment: {
        AWS_ENDPOINT_URL: test.origin,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_REGION: "eu-west-1",
      },
      config,
      onEvent: (event) => events.push(event),
    });
    await up();
  });
  after(async () => {
    await engine?.close();
    await test?.stop();
  });

  const said = () => events.flatMap((event) => (event.kind === "message" ? [event.text] : [])).join("\n");

  async function up(changes: Record<string, string> = {}): Promise<void> {
    Object.assign(config, changes);
    events = [];
    try {
      await engine.up();
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${said()}`);
    }
    outputs = engine.outputs() as never;
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers of every handler
  async function invoke(FunctionName: string, event: object): Promise<any> {
    const { Payload, FunctionError } = await test
      .client(LambdaClient)
      .send(new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)) }));
    const answer = JSON.parse(Buffer.from(Payload ?? []).toString());
    if (FunctionError) throw Object.assign(new Error(answer.errorMessage), { name: answer.errorType });
    return answer;
  }

  describe("a traffic hook", () => {
    const version = async () => ((await (await fetch(outputs.greetingUrl)).json()) as { version: string }).version;

    it("lets a version have its traffic that answers as it has to, and no other", async () => {
      await up({ version: "v2", expected: "v2" });
      assert.equal(await version(), "v2");
      await assert.rejects(up({ version: "v3", expected: "v4" }), /it says that it is version v3; v4 is deployed/);
      assert.equal(await version(), "v2");
      await up({ version: "v4", expected: "v4" });
      assert.equal(await version(), "v4");
    });
  });

  describe("a reader of records", () => {
    const get = async (id: string) => {
      const response = await fetch(`${outputs.irisUrl}/${encodeURIComponent(id)}`);
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };

    it("answers what is predicted, what waits and what is not there", async () => {
      const flower = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2, note: "ü€😀" };
      const posted = await fetch(outputs.irisUrl, { method: "POST", body: JSON.stringify(flower) });
      const { id } = (await posted.json()) as { id: string };
      let found = await get(id);
      while (found.status === 202) {
        assert.equal(found.body.status, "pending");
        await sleep(20);
        found = await get(id);
      }
      const { created_at, predicted_at, pred_probability, model_version, ...rest } = found.body;
      assert.equal(found.status, 200);
      assert.deepEqual(rest, { ...flower, id, pred_target: "setosa", status: "predicted" });
      assert.ok(created_at && predicted_at && model_version && Number(pred_probability) > 0.9);

      const gone = { status: 404, body: { message: "there is no such record", field: "id" } };
      assert.deepEqual(await get("none"), gone);
      assert.deepEqual(await get("x".repeat(1_025)), gone);
    });

    it("answers a record that waits, and numbers as JSON has them", async () => {
      const item = { id: "waits", created_at: "2026-01-01T00:00:00.000Z", n: 1.5, large: 12345678901 };
      const Item = marshall({ ...item, time_key: "t", time_bucket: "2026-01#0" });
      await test.client(DynamoDBClient).send(new PutItemCommand({ TableName: outputs.irisTable, Item }));
      assert.deepEqual(await get("waits"), { status: 202, body: { ...item, status: "pending" } });
    });
  });

  describe("the archiver's actions", () => {
    const put = async (Key: string, Body = "data", more: Partial<PutObjectCommandInput> = {}) =>
      (await test.client(S3Client).send(new PutObjectCommand({ Bucket: outputs.dropBucket, Key, Body, ...more })))
        .VersionId;
    const head = (Bucket: string, Key: string) =>
      test
        .client(S3Client)
        .send(new HeadObjectCommand({ Bucket, Key }))
        .catch(() => undefined);
    const versions = async (Prefix: string) => {
      const { Versions = [] } = await test
        .client(S3Client)
        .send(new ListObjectVersionsCommand({ Bucket: outputs.dropBucket, Prefix }));
      return Versions.map(({ VersionId }) => VersionId);
    };
    const granuleOf = (key: string) =>
      invoke(outputs.gatherInfo, { input: { key }, id: key, approval_needed: false }) as Promise<
        Record<string, object>
      >;
    const url = (key: string) => `s3://${outputs.dropBucket}/${key}`;
    before(async () => {
      // Otherwise the machine takes what is dropped.
      const events = test.client(EventBridgeClient);
      const { Rules = [] } = await events.send(new ListRulesCommand({ NamePrefix: "archiver-drops" }));
      assert.equal(Rules.length, 1);
      await events.send(new DisableRuleCommand({ Name: Rules[0]!.Name }));
    });

    it("move, copy, tag, delete and leave a file, by its outcome; done again they change nothing", async () => {
      const outcomes: [string, string, string | undefined, boolean][] = [
        ["Archived", outputs.archiveBucket, "GLACIER_IR", false],
        ["Quality_Fail", outputs.quarantineBucket, undefined, true],
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
          assert.deepEqual(await invoke(outputs.act, { outcome, granule }), expected);
          assert.equal((await versions(key)).length, stays ? 1 : 0, outcome);
          if (!bucket) continue;
          const copy = await head(bucket, key);
          assert.deepEqual([copy?.ContentType, copy?.StorageClass], ["image/tiff", storageClass], outcome);
          const { TagSet } = await test
            .client(S3Client)
            .send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key }));
          assert.deepEqual(TagSet, [{ Key: "owner", Value: "anna" }]);
        }
      }
      const tagged = new GetObjectTaggingCommand({ Bucket: outputs.dropBucket, Key: "a b/ü+€/Unarchivable" });
      const { TagSet = [] } = await test.client(S3Client).send(tagged);
      assert.deepEqual(
        new Set(TagSet.map(({ Key, Value }) => `${Key}=${Value}`)),
        new Set(["owner=anna", "archiver-outcome=Unarchivable"]),
      );
    });

    it("take the very version that was read, and no newer one", async () => {
      await put("twice", "first");
      const granule = await granuleOf("twice");
      const newer = await put("twice", "second, longer");
      await invoke(outputs.act, { outcome: "Archived", granule });
      assert.equal((await head(outputs.archiveBucket, "twice"))?.ContentLength, "first".length);
      assert.deepEqual(await versions("twice"), [newer]);
    });

    it("say what is wrong with a file by errors that the machine knows", async () => {
      await put("gone");
      const granule = await granuleOf("gone");
      await invoke(outputs.act, { outcome: "Rejected", granule });
      await assert.rejects(invoke(outputs.act, { outcome: "Archived", granule }), {
        name: "FileVanished",
        message: `${url("gone")} is gone`,
      });
      await assert.rejects(invoke(outputs.act, { outcome: "Unarchivable", granule }), { name: "FileVanished" });
      await put("changed");
      const changed = await granuleOf("changed");
      const lie = { ...changed, file: { ...changed.file, crc64: "AAAAAAAAAAA=" } };
      await assert.rejects(invoke(outputs.act, { outcome: "Archived", granule: lie }), {
        name: "FileChanged",
        message: /its copy has checksum \S+, expected AAAAAAAAAAA=/,
      });
      const other = { ...changed, file: { ...changed.file, etag: '"0"' } };
      await assert.rejects(invoke(outputs.act, { outcome: "Archived", granule: other }), {
        name: "FileChanged",
        message: /was overwritten while it was archived/,
      });
      assert.equal((await versions("changed")).length, 1);
    });

    it("leave alone what is only simulated", async () => {
      const granule = { id: "1", url: "https://example.org/granules/1" };
      assert.deepEqual(await invoke(outputs.act, { outcome: "Archived", granule }), {
        action: "Archived",
        url: granule.url,
      });
    });

    it("are what the machine calls", async () => {
      await put("whole", "content");
      const sfn = test.client(SFNClient);
      const input = JSON.stringify({ key: "whole", quality: 90, archive: true });
      const { executionArn } = await sfn.send(
        new StartExecutionCommand({ stateMachineArn: outputs.machineArn, input }),
      );
      let status: string | undefined = "RUNNING";
      while (status === "RUNNING") {
        await sleep(20);
        ({ status } = await sfn.send(new DescribeExecutionCommand({ executionArn })));
      }
      assert.equal(status, "SUCCEEDED");
      assert.ok(await head(outputs.archiveBucket, "whole"));
    });

    it("copy in parts what is too large for one request, with its tags and metadata", async () => {
      const part = 5 * 1024 ** 2;
      const body = "x".repeat(2 * part + 1_234);
      const tags = { owner: "a+b c", "mission/no:1": "", "ä=ß": "漢" };
      await put("large", body, { Metadata: { mission: "b" }, Tagging: new URLSearchParams(tags).toString() });
      const { file } = await granuleOf("large");
      const { roleArn } = await test.mintRole({ Effect: "Allow", Action: "s3:*", Resource: "*" });
      const app = `
import boto3
from copying import copy_file
def handler(event, context): return copy_file(boto3.client("s3"), **event)`;
      const files = {
        "app.py": app,
        "copying.py": readFileSync(join(root, "handlers/archiver/python/copying.py"), "utf8"),
      };
      const lambda = test.client(LambdaClient);
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
      const bucket = outputs.quarantineBucket;
      await invoke("copying", { file, bucket, storage_class: "STANDARD", whole: part, part });
      const copy = await head(bucket, "large");
      assert.deepEqual([copy?.ContentLength, copy?.Metadata], [body.length, { mission: "b" }]);
      assert.match(copy?.ETag ?? "", /-3"$/);
      const { TagSet = [] } = await test
        .client(S3Client)
        .send(new GetObjectTaggingCommand({ Bucket: bucket, Key: "large" }));
      assert.deepEqual(Object.fromEntries(TagSet.map(({ Key, Value }) => [Key, Value])), tags);
    });
  });

  describe("a function of Snowflake", () => {
    const id = "sf-external-function-query-batch-id";
    async function ask(
      data: unknown,
      { qualifier = outputs.status, method = "POST", headers = {}, compressed = false } = {},
    ) {
      const text = typeof data === "string" ? data : JSON.stringify({ data });
      const body = compressed ? gzipSync(text).toString("base64") : text;
      const event = proxyEvent(method, "/status", {
        headers,
        body: method === "GET" ? null : body,
        isBase64Encoded: compressed,
      });
      const { statusCode, body: answer } = await invoke(qualifier, event);
      return { statusCode, body: JSON.parse(answer) };
    }

    it("answers every row under its number, in order, and a wrong one by itself", async () => {
      const rows = [
        [3, "model"],
        [0, null],
        [1, "no model!"],
        [2, `${outputs.namePrefix}-0123456789abcdef`],
        [7, "model"],
        [9],
        [8, 12],
      ];
      const deployed = { kind: "endpoint", name: "model", status: "NotDeployed" };
      for (const compressed of [false, true]) {
        const { statusCode, body } = await ask(rows, { compressed });
        assert.equal(statusCode, 200);
        const longest = 63 - outputs.namePrefix.length - 1 - 9;
        assert.deepEqual(body.data, [
          [3, deployed],
          [0, { error: "model_name is missing; expected text" }],
          [
            1,
            { error: `model_name is "no model!"; expected 1 to ${longest} letters, digits and hyphens between them` },
          ],
          [2, { error: `there is no training job ${outputs.namePrefix}-0123456789abcdef` }],
          [7, deployed],
          [9, { error: "model_name is missing; expected text" }],
          [8, { error: "model_name is 12; expected text" }],
        ]);
      }
    });

    it("refuses what is no batch", async () => {
      const refused: [unknown, object, number, string][] = [
        ["{", {}, 400, "the body is not JSON"],
        ['{"data": [[0, NaN]]}', {}, 400, "the body is not JSON"],
        ["[]", {}, 400, 'the batch is not an object with an array "data"'],
        [[["a"]], {}, 400, "data[0] is not an array that begins with the row's number"],
        [[[true, "a"]], {}, 400, "data[0] is not an array that begins with the row's number"],
        [
          [
            [1, "a"],
            [1, "b"],
          ],
          {},
          400,
          "data[1] has number 1 again",
        ],
        [[[0, "a"]], { "SF-External-Function-Format": "csv" }, 400, "the format is csv; allowed is json"],
        [
          [[0, "a"]],
          { "sf-external-function-format-version": "2.0" },
          400,
          "the format's version is 2.0; allowed is 1.0",
        ],
      ];
      for (const [data, headers, status, message] of refused) {
        const { statusCode, body } = await ask(data, { headers });
        assert.deepEqual([statusCode, body.message], [status, message]);
      }
      const event = {
        headers: {},
        body: Buffer.from("\x1f\x8bnone", "latin1").toString("base64"),
        isBase64Encoded: true,
      };
      const { statusCode } = await invoke(outputs.status, proxyEvent("POST", "/status", event));
      assert.equal(statusCode, 400);
      const deep = `{"data": [[0, ${"[".repeat(40)}${"]".repeat(40)}]]}`;
      assert.deepEqual((await ask(deep)).body.data, [[0, { error: "the row is nested more than 30 levels deep" }]]);
    });

    it("goes on with what takes too long at each poll", async () => {
      const [name] = outputs.status.split(":").slice(6);
      const lambda = test.client(LambdaClient);
      // Less than what it leaves: each call answers one name.
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, Timeout: 3 }));
      await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 30 }, { FunctionName: name! });
      const headers = { [id]: "batch-1" };
      const rows = [
        [0, "a"],
        [1, "b"],
        [2, "a"],
      ];
      const first = await ask(rows, { qualifier: name!, headers });
      assert.deepEqual(first, { statusCode: 202, body: {} });
      const { statusCode, body } = await ask("", { qualifier: name!, method: "GET", headers });
      assert.equal(statusCode, 200);
      assert.deepEqual(
        body.data.map(([row, { name }]: [number, { name: string }]) => [row, name]),
        rows,
      );
      const none = await ask("", { method: "GET", headers: { [id]: "never sent" } });
      assert.deepEqual([none.statusCode, none.body.message], [404, "there is no such batch"]);
    });
  });

  describe("a reader of notebooks", () => {
    const call = async (target: string, method: string, path: string, more: object = {}) => {
      const { statusCode, headers, body } = await invoke(target, proxyEvent(method, path, more));
      return { statusCode, headers, body: body && JSON.parse(body) };
    };
    const list = (query: object | null = null) =>
      call(outputs.read, "GET", "/notebooks", { queryStringParameters: query });
    const read = (id: string) =>
      call(outputs.read, "GET", `/notebooks/${id}`, { resource: "/notebooks/{id}", pathParameters: { id } });

    it("lists them, newest first, page by page", async () => {
      for (const Name of ["anna", "berta", "carla"]) {
        const made = await call(outputs.change, "POST", "/notebooks", { body: JSON.stringify({ Name }) });
        assert.equal(made.statusCode, 201, JSON.stringify(made.body));
      }
      const all = await list();
      assert.deepEqual(
        all.body.items.map(({ Name }: { Name: string }) => Name),
        ["carla", "berta", "anna"],
      );
      assert.equal(all.body.token, undefined);
      const internal = ["Listed", "TimeKey", "Modified", "Started", "Revision"];
      assert.deepEqual(
        Object.keys(all.body.items[0]).filter((key) => internal.includes(key)),
        [],
      );
      assert.equal(all.body.items[0].VolumeSize, 5);
      const first = await list({ limit: "2" });
      const rest = await list({ limit: "2", token: first.body.token });
      assert.deepEqual(
        [...first.body.items, ...rest.body.items].map(({ NotebookId }: { NotebookId: string }) => NotebookId),
        all.body.items.map(({ NotebookId }: { NotebookId: string }) => NotebookId),
      );
      assert.equal(rest.body.token, undefined);
    });

    it("opens one that runs", async () => {
      const { NotebookId: id } = (await list()).body.items[0];
      let found = await read(id);
      while (found.body.Nb_status !== "InService") {
        await sleep(50);
        found = await read(id);
      }
      assert.match(found.body.Url, /^https?:\/\//);
      assert.match(found.body.UrlExpires, /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/);
      assert.deepEqual(found.headers, {
        "content-type": "application/json",
        etag: found.headers.etag,
        "access-control-allow-origin": "https://example.org",
        "access-control-expose-headers": "etag",
      });
      assert.match(found.headers.etag, /^"\w+"$/);
    });

    it("refuses what it does not know", async () => {
      assert.deepEqual((await read("none")).body, { message: "there is no such notebook", field: "id" });
      assert.equal((await read("request#x")).statusCode, 404);
      const tokens = [
        "!",
        "ü",
        Buffer.from("2026-13-01T00:00:00.000Z#a").toString("base64url"),
        Buffer.from("9999-01-01T00:00:00.000Z#a").toString("base64url"),
      ];
      for (const token of tokens) {
        const { statusCode, body } = await list({ token });
        assert.deepEqual([statusCode, body], [400, { message: "token: is not one of ours", field: "token" }]);
      }
      for (const limit of ["0", "101", "x", "-1", "", "٣"]) {
        const { statusCode, body } = await list({ limit });
        assert.deepEqual([statusCode, body.message], [400, "limit: is not an integer from 1 to 100"]);
      }
    });
  });
});
