import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CreateQueueCommand, ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { Running } from "../testing/running.ts";

const root = resolve(import.meta.dirname, "..");
/** What it says to export, as a shell would understand it. */
function exported(printed: string): Record<string, string> {
  const [, words = ""] = /^ *export (.*)$/m.exec(printed) ?? [];
  return Object.fromEntries(words.split(" ").map((word) => word.split(/=(.*)/, 2) as [string, string]));
}

const clientOf = (variables: Record<string, string>) => ({
  endpoint: variables.AWS_ENDPOINT_URL as string,
  region: variables.AWS_REGION as string,
  credentials: {
    accessKeyId: variables.AWS_ACCESS_KEY_ID as string,
    secretAccessKey: variables.AWS_SECRET_ACCESS_KEY as string,
  },
});

describe("npm run cloud", function () {
  this.timeout(120_000);
  let folder: string;
  const running: Running[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cloud-main-"));
  });
  afterEach(async () => {
    for (const each of running.splice(0)) await each.end("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (...args: string[]) => {
    const environment = { TMPDIR: folder };
    const started = new Running("src/main.ts", ["--api-port", "0", ...args], { cwd: root, environment });
    running.push(started);
    return started;
  };

  it("answers to who exports what it prints, in the account and region that it is given", async () => {
    const cloud = run("--port", "0", "--region", "eu-west-1", "--account", "123456789012");
    const variables = exported(await cloud.until(/ready/));
    assert.deepEqual(Object.keys(variables), [
      "AWS_ENDPOINT_URL",
      "AWS_ACCESS_KEY_ID",
      "AWS_SECRET_ACCESS_KEY",
      "AWS_REGION",
      "AWS_DEFAULT_REGION",
    ]);
    assert.deepEqual([variables.AWS_REGION, variables.AWS_DEFAULT_REGION], ["eu-west-1", "eu-west-1"]);
    const { Arn } = await new STSClient(clientOf(variables)).send(new GetCallerIdentityCommand({}));
    assert.equal(Arn, "arn:aws:iam::123456789012:root");
  });

  it("answers to who waits for it, as wrappers of LocalStack do", async () => {
    const cloud = run("--port", "0");
    const { AWS_ENDPOINT_URL: origin = "" } = exported(await cloud.until(/ready/));
    const answer = await fetch(`${origin}/_health`);
    assert.equal(answer.headers.get("content-type"), "application/json; charset=utf-8");
    const health = (await answer.json()) as { services: Record<string, string> };
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const { services, ...rest } = health;
    assert.deepEqual(rest, { status: "running", region: "us-east-1", accountId: "000000000000", version });
    assert.deepEqual(new Set(Object.values(services)), new Set(["running"]));
    assert.ok("lambda" in services && "states" in services);
    assert.deepEqual(await (await fetch(`${origin}/_localstack/health?reload`)).json(), health);
  });

  it("keeps nothing, unless it is told where", async () => {
    const first = run("--port", "0");
    assert.match(await first.until(/ready/), /removed at the end/);
    assert.equal(readdirSync(folder).filter((name) => name.startsWith("cloud-")).length, 1);
    assert.equal(await first.end("SIGINT"), 0);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith("cloud-")),
      [],
    );
  });

  it("says why it ends, here and in the state folder, and at the next start when it could not", async () => {
    const state = join(folder, "state");
    const first = run("--port", "0", "--state", state);
    const { AWS_ENDPOINT_URL: origin = "" } = exported(await first.until(/ready/));
    const taken = run("--port", new URL(origin).port, "--state", join(folder, "other"));
    assert.equal(await taken.end(), 1);
    const reason = (of: string) => JSON.parse(readFileSync(join(of, "last-exit.json"), "utf8")).reason;
    assert.match(reason(join(folder, "other")), /^port \d+ is taken/);
    assert.equal(await first.end("SIGTERM"), 0);
    assert.match(first.printed, /ends: SIGTERM\n$/);
    assert.equal(reason(state), "SIGTERM");

    const killed = run("--port", "0", "--state", state);
    await killed.until(/ready/);
    await killed.end("SIGKILL");
    const next = run("--port", "0", "--state", state);
    const printed = await next.until(/ready/);
    assert.match(
      printed,
      new RegExp(`^The last run \\(process ${killed.child.pid}, .* ended without saying why: by SIGKILL`),
    );
  });

  it("keeps its state from every other user of the machine", async () => {
    const state = join(folder, "state");
    // As a version left it that let everybody look.
    mkdirSync(join(state, "cloud/files"), { recursive: true, mode: 0o755 });
    writeFileSync(join(state, "lock.sqlite"), "", { mode: 0o644 });
    const cloud = run("--port", "0", "--state", state);
    const client = new SQSClient(clientOf(exported(await cloud.until(/ready/))));
    await client.send(new CreateQueueCommand({ QueueName: "private" }));
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
    assert.equal(modeOf(state), "700");
    const before = [
      join(state, "cloud"),
      join(state, "cloud/files"),
      join(state, "lock.sqlite"),
      join(state, "lock.sqlite-journal"),
    ];
    const written = readdirSync(state, { recursive: true, withFileTypes: true })
      .map((entry) => ({ path: join(entry.parentPath, entry.name), expected: entry.isDirectory() ? "700" : "600" }))
      .filter(({ path }) => !before.includes(path));
    assert.ok(written.length > 3, `${written.length}`);
    assert.deepEqual(
      written.filter(({ path, expected }) => modeOf(path) !== expected),
      [],
    );
    assert.equal(await cloud.end("SIGTERM"), 0);
  });

  it("has its state again where it kept it", async () => {
    const state = join(folder, "state");
    const first = run("--port", "0", "--state", state);
    const client = new SQSClient(clientOf(exported(await first.until(/ready/))));
    await client.send(new CreateQueueCommand({ QueueName: "kept" }));
    assert.equal(await first.end("SIGTERM"), 0);
    assert.ok(existsSync(join(state, "cloud/cloud.sqlite")));
    const second = run("--port", "0", "--state", state);
    const again = new SQSClient(clientOf(exported(await second.until(/ready/))));
    const { QueueUrls = [] } = await again.send(new ListQueuesCommand({}));
    assert.deepEqual(
      QueueUrls.map((url) => url.split("/").at(-1)),
      ["kept"],
    );
  });

  it("says in one line what is in its way", async () => {
    const state = join(folder, "state");
    const first = run("--port", "0", "--state", state);
    const { AWS_ENDPOINT_URL: origin = "" } = exported(await first.until(/ready/));
    const { port } = new URL(origin);
    const cases: [string[], number, RegExp][] = [
      [["--port", "0", "--state", state], 1, /^the local cloud already runs on .*state; .*--state$/],
      [
        ["--port", port],
        1,
        new RegExp(`^port ${port} is taken; choose others with --port, --api-port and --xray-port$`),
      ],
      [["--port", "web"], 2, /^--port \(LOCAL_AWS_PORT\) is "web"; allowed is .*$/],
    ];
    for (const [args, code, message] of cases) {
      const second = run(...args);
      assert.equal(await second.end(), code);
      assert.match(second.printed.trim(), message);
    }
    // Who is refused the folder leaves it alone.
    assert.equal(JSON.parse(readFileSync(join(state, "last-exit.json"), "utf8")).reason, undefined);
    const help = run("--help");
    assert.equal(await help.end(), 0);
    assert.match(help.printed, /npm run cloud[\s\S]*--state DIR/);
  });
});
