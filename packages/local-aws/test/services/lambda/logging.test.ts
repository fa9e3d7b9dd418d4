import assert from "node:assert/strict";
import { type Functions, logAccess, startFunctions } from "../../../testing/lambda.ts";

interface Events {
  events: { message: string; logStreamName: string }[];
}

describe("what functions log", () => {
  let functions: Functions;
  before(async () => {
    functions = await startFunctions();
  });
  after(() => functions.test.stop());

  /** Events of a group, once there are so many. */
  async function logged(logGroupName: string, count: number): Promise<string[]> {
    for (let tries = 0; ; tries++) {
      const { events } = await functions.test.cloud
        .call<Events>("logs", "FilterLogEvents", { logGroupName })
        .catch((): Events => ({ events: [] }));
      if (events.length >= count || tries === 100) return events.map(({ message }) => message);
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  it("is in their log group, after INIT_START, between START, END and REPORT", async () => {
    const code = `export const handler = async () => {
      console.log("plain", { a: 1 }); console.warn("two\\nlines"); process.stdout.write("\\nraw\\n\\nsecond\\n"); return 1 }`;
    await functions.create("texts", code);
    await functions.invoke("texts");
    const [begun = "", ...lines] = await logged("/aws/lambda/texts", 8);
    const runtime = "arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}";
    assert.match(
      begun,
      new RegExp(`^INIT_START Runtime Version: nodejs:24\\.v1\\tRuntime Version ARN: ${runtime}\\n$`),
    );
    const id = /RequestId: (\S+)/.exec(lines[0] ?? "")?.[1];
    assert.equal(lines[0], `START RequestId: ${id} Version: $LATEST\n`);
    assert.match(lines[1] ?? "", new RegExp(`^\\d{4}-.*Z\\t${id}\\tINFO\\tplain { a: 1 }\\n$`));
    assert.match(lines[2] ?? "", /\tWARN\ttwo\nlines\n$/);
    assert.deepEqual(lines.slice(3, 6), ["raw\n", "second\n", `END RequestId: ${id}\n`]);
    assert.match(
      lines[6] ?? "",
      /^REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms\t\n$/,
    );
    assert.equal(lines.length, 7);
  });

  it("is JSON when they are so configured, from their level on, in a group of their choice", async () => {
    const code = `export const handler = async () => {
      console.debug("quiet"); console.info({ answer: 42 }); console.error("bad", new RangeError("out")); return 1 }`;
    await functions.create("json", code, {
      LoggingConfig: { LogFormat: "JSON", ApplicationLogLevel: "INFO", LogGroup: "/platform/json" },
    });
    await functions.invoke("json");
    const records = (await logged("/platform/json", 5)).map((line) => JSON.parse(line));
    assert.deepEqual(
      records.map(({ type, level }) => type ?? level),
      ["platform.initStart", "platform.start", "INFO", "ERROR", "platform.report"],
    );
    const [begun, start, info, error, report] = records;
    assert.deepEqual([begun.record.phase, begun.record.runtimeVersion], ["init", "nodejs:24.v1"]);
    assert.deepEqual(info.message, { answer: 42 });
    assert.equal(info.requestId, start.record.requestId);
    assert.equal(error.errorType, "RangeError");
    assert.match(error.message, /^bad RangeError: out/);
    assert.equal(report.record.status, "success");
    assert.equal(report.record.metrics.memorySizeMB, 128);
  });

  it("shows places as on AWS, and nothing of this machine", async () => {
    const code = `export const handler = async () => { console.error("seen", new Error("one")); process.stdout.write(import.meta.url); throw new Error("two") }`;
    await functions.create("places", code, { LoggingConfig: { LogFormat: "JSON", LogGroup: "/platform/places" } });
    const { value } = await functions.invoke("places");
    const lines = await logged("/platform/places", 5);
    assert.deepEqual(
      lines.filter((line) => line.includes(functions.test.directory)),
      [],
    );
    assert.ok(lines.includes("file:///var/task/index.mjs"), lines.join(""));
    const { trace } = value as { trace: string[] };
    assert.match(trace.at(-1) ?? "", /\/var\/runtime\/index\.mjs/);
  });

  it("says that something went wrong even when the system is to be quiet", async () => {
    await functions.create(
      "warned",
      "export const handler = async (event) => { if (event.fail) throw new Error('x'); return 1 }",
      {
        LoggingConfig: { LogFormat: "JSON", SystemLogLevel: "WARN", ApplicationLogLevel: "FATAL" },
      },
    );
    await functions.invoke("warned", {});
    await functions.invoke("warned", { fail: true });
    const records = (await logged("/aws/lambda/warned", 1)).map((line) => JSON.parse(line));
    assert.deepEqual(
      records.map(({ record }) => record.status),
      ["error"],
    );
  });

  it("is lost when the role may not write it, and the function runs all the same", async () => {
    const { roleArn } = await functions.test.mintRole();
    await functions.create("silent", "export const handler = async () => { console.log('unheard'); return 'ran' }", {
      Role: roleArn,
    });
    assert.equal((await functions.invoke("silent")).value, "ran");
    await new Promise((done) => setTimeout(done, 250));
    await assert.rejects(
      functions.test.cloud.call("logs", "DescribeLogStreams", { logGroupName: "/aws/lambda/silent" }),
      {
        code: "ResourceNotFoundException",
      },
    );
  });

  it("needs no permission to make a group that is there already", async () => {
    const { Resource, ...rest } = logAccess;
    const arn = "arn:aws:logs:us-east-1:000000000000:log-group:/owned/group";
    const Action = ["logs:CreateLogStream", "logs:PutLogEvents"];
    const { roleArn } = await functions.test.mintRole({ ...rest, Action, Resource: `${arn}:*` });
    await functions.test.cloud.call("logs", "CreateLogGroup", { logGroupName: "/owned/group" });
    await functions.create("owned", "export const handler = async () => 1", {
      Role: roleArn,
      LoggingConfig: { LogGroup: "/owned/group" },
    });
    await functions.invoke("owned");
    assert.equal((await logged("/owned/group", 4)).length, 4);
  });

  it("keeps lines that are longer than an event may be, and goes on when the group is made anew", async () => {
    const code = `export const handler = async (event) => { console.log("ü".repeat(event.length)); return 1 }`;
    await functions.create("long", code);
    await functions.invoke("long", { length: 600_000 });
    const lines = await logged("/aws/lambda/long", 6);
    assert.equal(lines.join("").match(/ü/g)?.length, 600_000);
    await functions.test.cloud.call("logs", "DeleteLogGroup", { logGroupName: "/aws/lambda/long" });
    await functions.invoke("long", { length: 3 });
    assert.match((await logged("/aws/lambda/long", 4)).join(""), /\tINFO\tüüü\n/);
  });

  it("begins as soon as the role may write it", async () => {
    const { roleArn } = await functions.test.mintRole(undefined, { name: "hesitant" });
    await functions.create("hesitant", "export const handler = async () => console.log('heard')", { Role: roleArn });
    await functions.invoke("hesitant");
    await new Promise((done) => setTimeout(done, 200));
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: logAccess });
    await functions.test.cloud.call("iam", "PutRolePolicy", {
      RoleName: "hesitant",
      PolicyName: "logs",
      PolicyDocument,
    });
    for (let tries = 0; tries < 60 && (await logged("/aws/lambda/hesitant", 0)).length === 0; tries++) {
      await functions.invoke("hesitant");
      await new Promise((done) => setTimeout(done, 100));
    }
    assert.match((await logged("/aws/lambda/hesitant", 3)).join(""), /heard/);
  });

  it("of an initialisation that fails says why", async () => {
    await functions.create("broken", "console.log('loading'); throw new Error('no start')");
    await functions.invoke("broken");
    const [begun = "", ...lines] = await logged("/aws/lambda/broken", 7);
    assert.match(begun, /^INIT_START /);
    assert.match(lines[0] ?? "", /\tundefined\tINFO\tloading\n$/);
    assert.match(lines[1] ?? "", /\tERROR\tUncaught Exception \t\{"errorType":"Error","errorMessage":"no start"/);
    assert.match(
      lines[2] ?? "",
      /^INIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: error\tError Type: Error\n$/,
    );
    assert.match(lines[3] ?? "", /^START/);
  });
});
