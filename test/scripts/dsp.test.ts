import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { startCloud, type TestCloud } from "local-aws/testing";
import { prepareAccount } from "../../bootstrap/localAccount.ts";

const program = resolve(import.meta.dirname, "../../scripts/dsp.ts");

/** The command line as a user runs it, against a cloud of the test's own. */
describe("dsp", function () {
  this.timeout(30_000);
  let test: TestCloud;
  const outputs = {
    whodisUrl: "http://localhost/whodis",
    logGroups: { whodis: "/aws/lambda/whodis", other: "/aws/lambda/other" },
  };

  const dsp = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((done) => {
      const environment = { ...process.env, LOCAL_STATE_DIR: test.directory, NO_COLOR: "1", PULUMI_STACK: undefined };
      execFile(
        process.execPath,
        ["--disable-warning=ExperimentalWarning", program, ...args],
        { env: environment },
        (error, stdout, stderr) => done({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
      );
    });

  before(async () => {
    test = await startCloud();
    writeFileSync(join(test.directory, "outputs.json"), JSON.stringify(outputs));
    writeFileSync(
      join(test.directory, "endpoint.json"),
      JSON.stringify({ aws: test.origin, region: test.cloud.region }),
    );
    const client = test.client(CloudWatchLogsClient);
    for (const [name, text] of [
      ["whodis", "hello"],
      ["other", "ERROR broken"],
    ] as const) {
      const logGroupName = `/aws/lambda/${name}`;
      await client.send(new CreateLogGroupCommand({ logGroupName }));
      await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: "s" }));
      const logEvents = [{ timestamp: Date.now(), message: JSON.stringify({ level: "INFO", message: text }) }];
      await client.send(new PutLogEventsCommand({ logGroupName, logStreamName: "s", logEvents }));
    }
  });
  after(() => test.stop());

  it("outputs: a table, or JSON in Pulumi's shape", async () => {
    const table = await dsp("outputs");
    assert.equal(table.code, 0);
    assert.match(table.stdout, /^whodisUrl {2}http:\/\/localhost\/whodis$/m);
    assert.deepEqual(JSON.parse((await dsp("outputs", "--json")).stdout), outputs);
  });

  it("logs: every function's lines, or one function's", async () => {
    const all = await dsp("logs");
    assert.match(all.stdout, /whodis INFO hello/);
    assert.match(all.stdout, /other INFO ERROR broken/);
    const one = await dsp("logs", "whodis");
    assert.match(one.stdout, /hello/);
    assert.ok(!one.stdout.includes("broken"));
  });

  it("logs: filtered, as JSON lines", async () => {
    const { stdout } = await dsp("logs", "--json", "--filter", "ERROR");
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map((line) => line.function),
      ["other"],
    );
  });

  it("doctor: names what is missing and its fix, and ends with 1", async () => {
    const { code, stdout } = await dsp("doctor");
    assert.equal(code, 1);
    assert.match(stdout, /fail API Gateway may write logs: no CloudWatch role is set/);
    assert.match(stdout, /fix: Once per account and region: (npx )?pulumi -C bootstrap up/);
    assert.match(stdout, /ok {3}credentials: arn:aws:iam::000000000000:root/);
  });

  it("doctor: finds an account that is ready, and ends with 0", async () => {
    await prepareAccount(test.cloud);
    const { code, stdout } = await dsp("doctor", "--json");
    assert.equal(code, 0, stdout);
    assert.ok(JSON.parse(stdout).every(({ ok }: { ok: boolean }) => ok));
  });

  const mistakes: [string, string[], number, RegExp][] = [
    ["no command", [], 2, /Say which command/],
    ["a command that is not there", ["output"], 2, /outputs/],
    ["an unknown option", ["outputs", "--jsn"], 2, /Unknown argument: jsn/],
    ["an unknown function", ["logs", "nobody"], 1, /There is no function "nobody". There are: other, whodis/],
    ["an age without a unit", ["logs", "--since", "10"], 1, /--since is "10"; write a whole number and a unit/],
  ];
  for (const [what, args, code, message] of mistakes) {
    it(`says what is wrong with ${what}, without a stack trace`, async () => {
      const result = await dsp(...args);
      assert.equal(result.code, code);
      assert.match(result.stderr, message);
      assert.ok(!/\n {4}at /.test(result.stderr));
    });
  }

  it("has help with examples, and completion", async () => {
    assert.match((await dsp("logs", "--help")).stdout, /Examples:\s+dsp logs --follow/);
    assert.match((await dsp("completion")).stdout, /compdef|complete/);
  });
});
