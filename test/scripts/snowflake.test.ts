import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { IAMClient, PutRolePolicyCommand, UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { type ApiTest, openApi, proxy, startApiTest } from "local-aws/testing";
import { parse } from "yaml";
import { type Row, SnowflakeClient } from "../../scripts/lib/snowflake/client.ts";
import { type ExternalFunction, findFunction } from "../../scripts/lib/snowflake/functions.ts";

const program = resolve(import.meta.dirname, "../../scripts/dsp.ts");
const administrator = { accessKeyId: "test", secretAccessKey: "test" };
const tracked = "Pulumi.local.yaml";
const own = "Pulumi.local.own.yaml";

/** The batch that a function gets; the gateway may have unpacked it. */
function unpack({ body, isBase64Encoded }: { body: string; isBase64Encoded: boolean }) {
  const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
  return JSON.parse((bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString());
}

/** A stack's API of the same shape as the recommender's, behind AWS_IAM; its functions are the test's. */
describe("dsp snowflake", function () {
  this.timeout(60_000);
  let test: ApiTest;
  let folder: string;
  let iam: IAMClient;
  let roleName: string;
  let outputs: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: events are what the tests look into
  let events: any[] = [];
  // biome-ignore lint/suspicious/noExplicitAny: as above
  let answer: (rows: any[][], event: any) => { statusCode: number; body: string };

  const dsp = async (args: string[], input = "") => {
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, "snowflake", ...args], {
      cwd: folder,
      env: { ...process.env, LOCAL_STATE_DIR: test.directory, NO_COLOR: "1", PULUMI_STACK: undefined },
    });
    child.stdin.end(input);
    const ended = new Promise<number>((done) => child.on("close", (code) => done(code ?? 1)));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await ended, stdout, stderr };
  };
  const inProcess = async (called: ExternalFunction, rows: Row[], externalId?: string) => {
    const client = { region: "us-east-1", endpoint: test.origin, credentials: administrator };
    return (await SnowflakeClient.open({ name: "local", outputs, client }, { externalId })).call(called, rows);
  };
  const saveOutputs = () => writeFileSync(join(test.directory, "outputs.json"), JSON.stringify(outputs));
  const trustPolicy = (PolicyDocument: object) =>
    iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: roleName, PolicyDocument: JSON.stringify(PolicyDocument) }));
  const trusting = (AWS: string, externalId?: string) =>
    trustPolicy({
      Version: "2012-10-17",
      Statement: {
        Effect: "Allow",
        Principal: { AWS },
        Action: "sts:AssumeRole",
        ...(externalId && { Condition: { StringEquals: { "sts:ExternalId": externalId } } }),
      },
    });
  const config = () => parse(readFileSync(join(folder, own), "utf8")).config;

  const stateDirectory = process.env.LOCAL_STATE_DIR;

  before(async () => {
    test = await startApiTest();
    process.env.LOCAL_STATE_DIR = test.directory;
    folder = mkdtempSync(join(tmpdir(), "snowflake-"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: platform\nruntime: nodejs\n");
    writeFileSync(join(folder, tracked), "# Ours.\nconfig:\n  aws:region: us-east-1 # here\n");
    iam = test.client(IAMClient);
    const { roleArn } = await test.mintRole(undefined, { name: "external-function" });
    const { roleArn: storage } = await test.mintRole(undefined, { name: "storage" });
    roleName = "external-function";
    test.functions.service = (event) => {
      events.push(event);
      return answer(event.body ? unpack(event).data : [], event);
    };
    const secured = { security: [{ iam: [] }], ...proxy("service") };
    const scheme = { type: "apiKey", name: "Authorization", in: "header", "x-amazon-apigateway-authtype": "awsSigv4" };
    const paths = Object.fromEntries(
      ["invoke", "status"].map((route) => [`/${route}`, { get: secured, post: secured }]),
    );
    const { url, apiId, stageName } = await test.deploy(
      openApi(paths, {
        components: { securitySchemes: { iam: scheme } },
        "x-amazon-apigateway-binary-media-types": ["*/*"],
      }),
    );
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: roleName,
        PolicyName: "invoke",
        PolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: {
            Effect: "Allow",
            Action: "execute-api:Invoke",
            Resource: ["GET", "POST"].map(
              (method) => `arn:aws:execute-api:us-east-1:000000000000:${apiId}/${stageName}/${method}/invoke`,
            ),
          },
        }),
      }),
    );
    outputs = {
      recommenderUrl: url,
      recommenderBucketName: "bucket",
      snowflakeExternalFunctionRoleArn: roleArn,
      snowflakeStorageRoleArn: storage,
      snowflakeTrust: "pending",
    };
    saveOutputs();
    writeFileSync(join(test.directory, "endpoint.json"), JSON.stringify({ aws: test.origin, region: "us-east-1" }));
    await trusting("arn:aws:iam::000000000000:root");
  });
  after(async () => {
    if (stateDirectory === undefined) delete process.env.LOCAL_STATE_DIR;
    else process.env.LOCAL_STATE_DIR = stateDirectory;
    rmSync(folder, { recursive: true });
    await test.stop();
  });
  beforeEach(() => {
    events = [];
    answer = (rows) => ({
      statusCode: 200,
      body: JSON.stringify({ data: rows.map(([n, , user]) => [n, Number(user) / 2]) }),
    });
  });

  describe("call", () => {
    it("is a signed batch by the role; each argument is VARCHAR, each row is printed; a wrong one is exit code 1", async () => {
      const rows = '[["a", 1], ["b", null]]';
      let sent: unknown;
      answer = (given) => {
        sent = given;
        return { statusCode: 200, body: '{"data":[[0,{"a":1}],[1,{"error":"item_id is null"}]]}' };
      };
      const { code, stdout, stderr } = await dsp(["call", "INVOKE_MODEL", "m", "--rows", "-", "--json"], rows);
      assert.deepEqual(
        sent,
        [
          [0, "m", "a", "1"],
          [1, "m", "b", null],
        ],
        stderr,
      );
      assert.deepEqual(JSON.parse(stdout), [
        { row: 0, arguments: ["m", "a", "1"], value: { a: 1 } },
        { row: 1, arguments: ["m", "b", null], value: { error: "item_id is null" } },
      ]);
      assert.equal(code, 1);
      const [{ headers, requestContext, httpMethod }] = events;
      assert.equal(httpMethod, "POST");
      assert.equal(
        requestContext.identity.userArn,
        "arn:aws:sts::000000000000:assumed-role/external-function/snowflake",
      );
      assert.equal(headers["sf-external-function-format"], "json");
      assert.equal(headers["sf-external-function-format-version"], "1.0");
      assert.ok(
        headers["sf-external-function-query-batch-id"].startsWith(headers["sf-external-function-current-query-id"]),
      );

      writeFileSync(join(folder, "pairs.csv"), "4,9\n6,\n");
      const table = await dsp(["call", "invoke_model", "m", "--rows", "pairs.csv"]);
      assert.equal(table.stdout, 'm  4  9     {"a":1}\nm  6  NULL  error: item_id is null\n');
    });

    it("is refused on a route that the role may not call", async () => {
      await assert.rejects(
        inProcess(findFunction("model_status"), [["m"]]),
        /The API answered 403: User: .*external-function\/snowflake is not authorized/,
      );
      assert.deepEqual(events, []);
    });

    it("cannot be made while the role trusts somebody else", async () => {
      await trusting("arn:aws:iam::210987654321:root");
      await assert.rejects(
        inProcess(findFunction("invoke_model"), [["m", "1", "2"]]),
        /cannot be assumed by .*user\/snowflake: it trusts another account, or nobody/,
      );
      await trusting("arn:aws:iam::000000000000:root");
    });

    it("says what is wrong with its arguments, without a stack trace", async () => {
      const { code, stderr } = await dsp(["call", "invoke", "m"]);
      assert.equal(code, 1);
      assert.equal(
        stderr,
        'There is no function "invoke". There are: train_and_get_recommendations, deploy_model, invoke_model, model_status, undeploy_model\n',
      );
    });
  });

  describe("trust", () => {
    it("--local makes Snowflake's user here, whose external id then is asked for", async () => {
      const { code, stdout, stderr } = await dsp(["trust", "--local"]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^Written to Pulumi\.local\.own\.yaml\.\nnpm start applies it: by itself while it runs/m);
      const user = "arn:aws:iam::000000000000:user/snowflake";
      const { "platform:apiAwsIamUserArn": arn, "platform:apiAwsExternalId": id } = config();
      assert.equal(arn, user);
      assert.equal(config()["platform:storageAwsIamUserArn"], user);
      assert.match(
        readFileSync(join(folder, own), "utf8"),
        /^# This machine's own .*\n\nconfig:\n {2}platform:apiAwsIam/,
      );
      const text = readFileSync(join(folder, tracked), "utf8");
      assert.equal(text, "# Ours.\nconfig:\n  aws:region: us-east-1 # here\n", "git sees no change");
      assert.equal(statSync(join(test.directory, "snowflake.json")).mode & 0o077, 0);

      await trusting(user, id);
      outputs.snowflakeTrust = "established";
      saveOutputs();
      assert.equal((await dsp(["call", "invoke_model", "m", "8", "1"])).stdout, "4\n");
      await assert.rejects(
        inProcess(findFunction("invoke_model"), [["m", "8", "1"]], "another"),
        /cannot be assumed by .*user\/snowflake with this external id. Trust it: dsp snowflake trust --local/,
      );

      await dsp(["trust", "--local"]);
      assert.equal(config()["platform:apiAwsExternalId"], id, "the external id stays");
    });

    const table = (role: string) =>
      [
        "| property | property_type | property_value | property_default |",
        "| API_AWS_IAM_USER_ARN | String | arn:aws:iam::123456789012:user/a1 | |",
        `| API_AWS_ROLE_ARN | String | ${role} | |`,
        "| API_AWS_EXTERNAL_ID | String | ACC_SFCRole=1_a= | |",
      ].join("\n");

    it("takes a paste of one integration, and says what is still to come", async () => {
      rmSync(join(folder, own));
      const { code, stdout, stderr } = await dsp(["trust"], table(outputs.snowflakeExternalFunctionRoleArn!));
      assert.equal(code, 0, stderr);
      assert.match(stdout, /Still to come: the storage integration's/);
      assert.equal(config()["platform:apiAwsExternalId"], "ACC_SFCRole=1_a=");
      const flags = [
        "--storage-aws-iam-user-arn",
        "arn:aws:iam::123456789012:user/a1",
        "--storage-aws-external-id",
        "B=",
      ];
      const whole = await dsp(["trust", ...flags, "--json"]);
      assert.deepEqual(JSON.parse(whole.stdout), {
        file: own,
        changed: true,
        trust: { storageAwsIamUserArn: "arn:aws:iam::123456789012:user/a1", storageAwsExternalId: "B=" },
        whole: true,
      });
    });

    const mistakes: [string[], string, RegExp][] = [
      [[], table("arn:aws:iam::1:role/other"), /API_AWS_ROLE_ARN is arn:aws:iam::1:role\/other, but stack "local" has/],
      [["--local", "--api-aws-external-id", "x="], "", /a file, or flags, or --local/],
    ];
    for (const [args, input, message] of mistakes) {
      it(`refuses ${args.join(" ") || JSON.stringify(input.slice(-60))}, and changes nothing`, async () => {
        const before = readFileSync(join(folder, own), "utf8");
        const { code, stderr } = await dsp(["trust", ...args], input);
        assert.equal(code, 1);
        assert.match(stderr, message);
        assert.equal(readFileSync(join(folder, own), "utf8"), before);
      });
    }
  });

  describe("sql", () => {
    it("prints parts, or all of it, as text or JSON", async () => {
      const { stdout } = await dsp(["sql", "integrations", "load", "--database", "films"]);
      assert.match(stdout, /^-- Of the local stack, to look at/);
      assert.match(stdout, /USE SCHEMA "FILMS"."PUBLIC";/);
      assert.ok(stdout.includes("MERGE INTO") && !stdout.includes("TASK"));
      const statements = JSON.parse((await dsp(["sql", "--json"])).stdout);
      assert.ok(
        statements.some(({ sql, part }: { sql: string; part: string }) => part === "load" && /^MERGE/.test(sql)),
      );
    });
  });
});
