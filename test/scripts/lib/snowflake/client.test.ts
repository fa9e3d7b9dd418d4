import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { startCloud, type TestCloud } from "local-aws/testing";
import { Failure } from "../../../../scripts/lib/failure.ts";
import { type Row, SnowflakeClient } from "../../../../scripts/lib/snowflake/client.ts";
import { findFunction } from "../../../../scripts/lib/snowflake/functions.ts";
import { readRows } from "../../../../scripts/lib/snowflake/rows.ts";

const failing = (pattern: RegExp) => (error: unknown) => error instanceof Failure && pattern.test(error.message);
const invoke = findFunction("invoke_model");

interface Request {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  data: [number, ...unknown[]][];
}

/** The wire, without a gateway between: a server that answers what a test says. */
describe("calls as Snowflake makes them", () => {
  let cloud: TestCloud;
  let server: Server;
  let client: SnowflakeClient;
  let requests: Request[];
  let answer: (request: Request) => { status: number; body: string };
  const stateDirectory = process.env.LOCAL_STATE_DIR;

  before(async () => {
    cloud = await startCloud();
    process.env.LOCAL_STATE_DIR = cloud.directory;
    server = createServer(async (request, response) => {
      const bytes = await buffer(request);
      const { method = "", url = "", headers } = request;
      const seen = { method, url, headers, data: bytes.length ? JSON.parse(gunzipSync(bytes).toString()).data : [] };
      requests.push(seen);
      const { status, body } = answer(seen);
      response.writeHead(status, { "content-type": "application/json" }).end(body);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { Role } = await cloud.cloud.call<{ Role: { Arn: string } }>("iam", "CreateRole", {
      RoleName: "external-function",
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: { Effect: "Allow", Principal: { AWS: "arn:aws:iam::000000000000:root" }, Action: "sts:AssumeRole" },
      }),
    });
    const outputs = {
      recommenderUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/dev`,
      snowflakeExternalFunctionRoleArn: Role.Arn,
      snowflakeStorageRoleArn: Role.Arn,
      snowflakeTrust: "pending",
    };
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const stack = { name: "local", outputs, client: { region: "us-east-1", endpoint: cloud.origin, credentials } };
    client = await SnowflakeClient.open(stack, {});
  });
  after(async () => {
    if (stateDirectory === undefined) delete process.env.LOCAL_STATE_DIR;
    else process.env.LOCAL_STATE_DIR = stateDirectory;
    server.closeAllConnections();
    server.close();
    await cloud.stop();
  });
  beforeEach(() => {
    requests = [];
    answer = ({ data }) => ({ status: 200, body: JSON.stringify({ data: data.map(([number]) => [number, number]) }) });
  });
  const rows = (count: number): Row[] => Array.from({ length: count }, (_, index) => ["m", String(index), null]);

  it("are compressed batches of at most the function's rows, answered in order", async () => {
    const found = await client.call(invoke, rows(12_000));
    assert.equal(found.length, 12_000);
    assert.equal(found[11_999], 1_999);
    const batches = requests.toSorted((a, b) => b.data.length - a.data.length);
    assert.deepEqual(
      batches.map(({ data }) => data.length),
      [5_000, 5_000, 2_000],
    );
    const [{ method, url, headers, data }] = batches as [Request];
    assert.equal(`${method} ${url}`, "POST /dev/invoke");
    assert.deepEqual(data[0], [0, "m", data[0]![2], null]);
    assert.equal(headers["content-encoding"], "gzip");
    assert.match(headers.authorization!, /Credential=ASIA\w+\/\d{8}\/us-east-1\/execute-api\/aws4_request/);
    assert.equal(new Set(requests.map((one) => one.headers["sf-external-function-query-batch-id"])).size, 3);
    assert.equal(new Set(requests.map((one) => one.headers["sf-external-function-current-query-id"])).size, 1);
  });

  it("ask by GET, under the same batch id, for what is answered 202; try again what goes by itself", async () => {
    answer = ({ method, data }) => {
      if (requests.length === 1) return { status: 429, body: "{}" };
      if (method === "POST") return { status: 202, body: "{}" };
      assert.equal(data.length, 0);
      return requests.length < 4 ? { status: 202, body: "" } : { status: 200, body: '{"data":[[0,"done"]]}' };
    };
    assert.deepEqual(await client.call(invoke, rows(1)), ["done"]);
    assert.deepEqual(
      requests.map(({ method }) => method),
      ["POST", "POST", "GET", "GET"],
    );
    assert.equal(new Set(requests.map(({ headers }) => headers["sf-external-function-query-batch-id"])).size, 1);
  });

  const bad: [string, { status: number; body: string }, RegExp][] = [
    ["fewer rows", { status: 200, body: '{"data":[]}' }, /answered 0 rows to 1 rows/],
    [
      "another row's number",
      { status: 200, body: '{"data":[[1,2]]}' },
      /answered \[1,2\] to row 0; expected \[0, value\]/,
    ],
    ["what is no JSON", { status: 200, body: "hello" }, /answered hello to 1 rows/],
    ["400", { status: 400, body: '{"message":"the batch is malformed"}' }, /API answered 400: the batch is malformed/],
  ];
  for (const [what, given, message] of bad) {
    it(`fail when the function answers ${what}`, async () => {
      answer = () => given;
      await assert.rejects(client.call(invoke, rows(1)), failing(message));
      assert.equal(requests.length, 1);
    });
  }

  it("give up after three tries", async () => {
    answer = () => ({ status: 503, body: '{"message":"busy"}' });
    await assert.rejects(client.call(invoke, rows(1)), failing(/API answered 503: busy/));
    assert.equal(requests.length, 3);
  });

  describe("rows", () => {
    let folder: string;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "rows-"));
    });
    after(() => rmSync(folder, { recursive: true }));
    const file = (text: string) => {
      const path = join(folder, "rows");
      writeFileSync(path, text);
      return path;
    };

    it("are the arguments, or come from a file, after the arguments given", async () => {
      assert.deepEqual(await readRows(invoke, ["m", "1", "2"]), [["m", "1", "2"]]);
      assert.deepEqual(await readRows(invoke, ["m"], file('1,"a,b"\n\n2,\n')), [
        ["m", "1", "a,b"],
        ["m", "2", null],
      ]);
      assert.deepEqual(await readRows(invoke, [], file('[["m", 1, null]]')), [["m", "1", null]]);
      assert.deepEqual(await readRows(invoke, ["m"], file("[]")), []);
    });

    it("are refused with too few arguments or too many, or when they are none", async () => {
      await assert.rejects(readRows(invoke, ["m", "1"]), failing(/takes 3: model_name, user_id, item_id. 2 given/));
      await assert.rejects(readRows(invoke, ["m"], file("1,2\n1,2,3\n")), failing(/Row 1 of .*rows makes 4 given/));
      await assert.rejects(readRows(invoke, [], "/nowhere"), failing(/no file \/nowhere/));
      await assert.rejects(readRows(invoke, [], file("[1]")), failing(/no array of rows/));
      await assert.rejects(readRows(invoke, [], file("[1")), failing(/neither JSON nor CSV/));
    });
  });
});
