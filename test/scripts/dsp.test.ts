import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { chmodSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateTableCommand, DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startCloud, type TestCloud, zip } from "local-aws/testing";
import { prepareAccount } from "../../bootstrap/localAccount.ts";

const program = resolve(import.meta.dirname, "../../scripts/dsp.ts");

/** The command line as a user runs it, against a cloud of the test's own. */
describe("dsp", function () {
  this.timeout(30_000);
  let test: TestCloud;
  const outputs = {
    whodisUrl: "http://localhost/whodis",
    logGroups: { whodis: "/aws/lambda/whodis", other: "/aws/lambda/other" },
    serviceLogGroups: { "whodis-access": "/aws/apigateway/whodis" },
  };

  const run = (own: NodeJS.ProcessEnv, args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((done) => {
      const environment = {
        ...process.env,
        LOCAL_STATE_DIR: test.directory,
        NO_COLOR: "1",
        PULUMI_STACK: undefined,
        XDG_STATE_HOME: test.directory,
        INIT_CWD: test.directory,
        ...own,
      };
      execFile(
        process.execPath,
        ["--disable-warning=ExperimentalWarning", program, ...args],
        { env: environment },
        (error, stdout, stderr) => done({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
      );
    });

  const dsp = (...args: string[]) => run({}, args);

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
    assert.match(table.stdout, /^whodisUrl {2,}http:\/\/localhost\/whodis$/m);
    assert.match(table.stdout, /^logGroups {2,}\{ whodis, other \}$/m);
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

  it("logs: what a service writes, where it is named", async () => {
    const client = test.client(CloudWatchLogsClient);
    const of = { logGroupName: "/aws/apigateway/whodis", logStreamName: "s" };
    await client.send(new CreateLogGroupCommand(of));
    await client.send(new CreateLogStreamCommand(of));
    const line = { requestId: "r", method: "GET", route: "/whodis", status: "200", latency: "7", error: "-" };
    const logEvents = [{ timestamp: Date.now(), message: JSON.stringify(line) }];
    await client.send(new PutLogEventsCommand({ ...of, logEvents }));
    assert.match((await dsp("logs", "whodis-access")).stdout, /^\S+ whodis-access GET \/whodis 200 7 ms request r\n$/);
    assert.equal(JSON.parse((await dsp("logs", "whodis-access", "--json")).stdout).service, "whodis-access");
    assert.ok(!(await dsp("logs")).stdout.includes("whodis-access"));
  });

  it("logs: says that there is nothing, and leaves the standard output to what there is", async () => {
    const { code, stdout, stderr } = await dsp("logs", "--since", "2h", "--filter", "nothing-such");
    assert.deepEqual([code, stdout, stderr], [0, "", "Nothing of it in the last 2h: --since 1d looks further back\n"]);
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

  it("doctor: of a stack on AWS says that this shell points at the local cloud, and of an unknown one how it is made", async () => {
    const folder = mkdtempSync(join(tmpdir(), "cli-"));
    const cli = join(folder, "pulumi");
    writeFileSync(
      cli,
      '#!/bin/sh\ncase "$*" in *version) echo v3.300.0 ;; *) echo "error: no stack named \'dev\' found" >&2; exit 6 ;; esac\n',
    );
    chmodSync(cli, 0o755);
    const { code, stdout } = await run({ PATH: `${folder}:/usr/bin:/bin`, AWS_ENDPOINT_URL: test.origin }, [
      "doctor",
      "--stack",
      "dev",
    ]);
    rmSync(folder, { recursive: true });
    assert.equal(code, 1);
    assert.match(
      stdout,
      /^fail endpoint: AWS_ENDPOINT_URL is http:\/\/127\.0\.0\.1:\d+: that is this machine, not AWS\n {5}fix: For stack "dev": unset AWS_ENDPOINT_URL$/m,
    );
    assert.match(
      stdout,
      /^fail stack: the CLI cannot read it\n {5}fix: There is no stack named "dev"\. .*pulumi stack init dev$/m,
    );
    assert.match(stdout, /^ok {3}Pulumi CLI: v3\.300\.0 at /m);
    assert.match(stdout, /^(ok {2}|fail) Docker: /m);
    assert.doesNotMatch(stdout, /credentials/);
  });

  it("logs: one request's lines, with what Lambda says of it", async () => {
    const client = test.client(CloudWatchLogsClient);
    const logEvents = ["one", "two"].map((requestId) => ({
      timestamp: Date.now(),
      message: JSON.stringify({ type: "platform.start", record: { requestId } }),
    }));
    await client.send(new PutLogEventsCommand({ logGroupName: "/aws/lambda/whodis", logStreamName: "s", logEvents }));
    const { stdout } = await dsp("logs", "--request", "one");
    assert.match(stdout, /^\S+ whodis platform\.start request one\n$/);
  });

  describe("with a function that no output names", () => {
    before(async () => {
      const { roleArn } = await test.mintRole({ Effect: "Allow", Action: "logs:*", Resource: "*" });
      await test.client(LambdaClient).send(
        new CreateFunctionCommand({
          ...{ FunctionName: "notes-1234567", Runtime: "nodejs24.x", Handler: "index.handler", Role: roleArn },
          TracingConfig: { Mode: "Active" },
          Code: {
            ZipFile: zip({
              "index.mjs": `export const handler = async (event) => {
                console.log("seen", Object.keys(event).join());
                if (event.fail) throw new TypeError("boom");
                return event;
              };`,
            }),
          },
        }),
      );
    });

    it("invoke: shows log and result", async () => {
      writeFileSync(join(test.directory, "event.json"), '{"size":1}');
      const { code, stdout, stderr } = await dsp("invoke", "notes", "--event", "event.json");
      assert.deepEqual([code, JSON.parse(stdout)], [0, { size: 1 }]);
      assert.match(stderr, /^\S+ notes INFO seen size\ndone in \d+ ms\n$/);
    });

    it("invoke: ends with 1 where the function fails, and shows the exception", async () => {
      writeFileSync(join(test.directory, "fail.json"), '{"fail":true}');
      const { code, stdout, stderr } = await dsp("invoke", "notes", "--event", "fail.json");
      assert.equal(code, 1);
      assert.match(stderr, /notes ERROR Invoke Error TypeError: boom\n {4}at .*index\.mjs:3/);
      assert.match(stderr, /failed in \d+ ms/);
      assert.equal(JSON.parse(stdout).errorMessage, "boom");
    });

    it("invoke, logs and metrics: take its name as it is shown and as AWS has it", async () => {
      const named = { ...outputs, logGroups: { ...outputs.logGroups, mine: "/aws/lambda/notes-1234567" } };
      const file = join(test.directory, "outputs.json");
      writeFileSync(file, JSON.stringify(named));
      try {
        for (const name of ["mine", "notes", "notes-1234567"]) {
          assert.match((await dsp("logs", name)).stdout, /^\S+ mine INFO seen size$/m, name);
          assert.match((await dsp("metrics", name)).stdout, /^FUNCTION .*\n(mine .*\n)?$/, name);
        }
      } finally {
        writeFileSync(file, JSON.stringify(outputs));
      }
    });

    for (const [sample, keys] of [
      ["apigateway", "httpMethod"],
      ["sqs", "Records"],
      ["s3", "Records"],
      ["schedule", "detail-type"],
      ["dynamodb", "Records"],
      ["sns", "Records"],
    ] as const) {
      it(`invoke: gives an event of ${sample}`, async () => {
        const { stdout } = await dsp("invoke", "notes", "--sample", sample, "--json");
        const { result, log, failed } = JSON.parse(stdout);
        assert.ok(!failed && keys in result && log.includes("seen"), stdout);
      });
    }

    it("logs: are there, too", async () => {
      assert.match((await dsp("logs", "notes")).stdout, /notes INFO seen size/);
    });

    it("metrics: how often it ran and failed, and how long it took", async () => {
      let row = "";
      for (let tries = 0; tries < 20 && !/^notes +8 +1 /m.test(row); tries++)
        row = (await dsp("metrics", "notes")).stdout;
      assert.match(row, /^FUNCTION +INVOCATIONS +ERRORS +THROTTLES +P50 MS/);
      assert.match(row, /^notes +8 +1 +0 +[\d.]+ +[\d.]+ +[\d.]+ +1$/m);
    });

    it("trace: the last ones, and one of them as a tree", async () => {
      const { stdout } = await dsp("trace");
      const [, id = ""] = /^(1-\S+) +(?:ok|fault) +\d+ ms +notes-1234567$/m.exec(stdout) ?? [];
      const lines = (await dsp("trace", `Root=${id};Sampled=1`)).stdout.split("\n");
      assert.match(lines[0] ?? "", /^notes-1234567 Lambda +▇+ +\d+ ms$/);
      assert.match(lines[1] ?? "", /^ {2}notes-1234567 Lambda::Function +▇+ +\d+ ms$/);
    });
  });

  it("seed: puts items, objects and messages by the names of the program, all or nothing", async () => {
    await test.client(DynamoDBClient).send(
      new CreateTableCommand({
        ...{ TableName: "notes-table-1234567", BillingMode: "PAY_PER_REQUEST" },
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      }),
    );
    await test.cloud.call("s3", "CreateBucket", { Bucket: "drop-1234567" });
    await test.client(SQSClient).send(new CreateQueueCommand({ QueueName: "jobs-1234567" }));
    writeFileSync(join(test.directory, "b.bin"), "bytes");
    const seed = (text: string) => {
      writeFileSync(join(test.directory, "seed.yaml"), text);
      return dsp("seed", "seed.yaml");
    };
    const tables = `tables: { notes-table: [${Array.from({ length: 30 }, (_, at) => `{ id: n${at}, size: 1 }`).join()}] }`;
    const failed = await seed(`${tables}\nqueues: { nothing: [a] }`);
    assert.deepEqual([failed.code, failed.stderr.trim()], [1, 'There is no queue "nothing". There are: jobs-1234567']);
    const count = async () =>
      (await test.client(DynamoDBClient).send(new ScanCommand({ TableName: "notes-table-1234567" }))).Count;
    assert.equal(await count(), 0);
    const keyless = await seed("tables: { notes-table: [{ size: 1 }] }");
    assert.match(keyless.stderr, /^notes-table-1234567 refuses an item \{"size":1\}: .*key.*\n$/);
    const done = await seed(
      `${tables}\nbuckets: { drop: { a.txt: hello, b: { file: b.bin } } }\nqueues: { jobs: [{ a: 1 }] }`,
    );
    assert.deepEqual([done.stderr, done.stdout], ["", "30 items, 2 objects, 1 messages\n"]);
    assert.equal(await count(), 30);
  });

  it("state: keeps all of it while it runs, lists and deletes what is kept", async () => {
    const kept = await dsp("state", "save", "one");
    assert.match(kept.stdout, /^one is kept \([\d.]+ s\)\n$/);
    assert.match((await dsp("state", "list")).stdout, /^one {2}\d{4}-\S+Z {2}[\d.]+ MB\n$/);
    const again = await dsp("state", "save", "one");
    assert.deepEqual([again.code, again.stderr], [1, 'There is a state "one" already. Replace it: --replace\n']);
    assert.equal((await dsp("state", "delete", "one")).stdout, "one is deleted\n");
    assert.match(
      (await dsp("state", "load", "one")).stderr,
      /^There is no state "one" of \S+\. Keep one: dsp state save NAME$/m,
    );
  });

  it("ps: what runs on this machine, and --name finds it", async () => {
    assert.equal((await dsp("ps")).stdout, "Nothing runs. Start it: npm start\n");
    const running = join(test.directory, "pulumi-local/running");
    mkdirSync(running, { recursive: true });
    const platform = { name: "b", pid: process.pid, started: new Date().toISOString(), programDirectory: "/program" };
    const places = {
      stateDirectory: test.directory,
      stack: "local",
      region: "eu-west-1",
      aws: test.origin,
      api: "http://localhost:1",
    };
    writeFileSync(join(running, "1.json"), JSON.stringify({ ...platform, ...places }));
    writeFileSync(join(running, "2.json"), JSON.stringify({ ...platform, ...places, name: "gone", pid: 2 ** 22 + 1 }));
    const { stdout } = await dsp("ps");
    assert.match(stdout, /^NAME +AWS +ROUTES +PROGRAM +STATE +SINCE\nb +http.*\/program.*\n$/);
    assert.match((await dsp("outputs", "--name", "b")).stdout, /^whodisUrl/);
    const wrong = await dsp("outputs", "--name", "c");
    assert.deepEqual([wrong.code, wrong.stderr], [1, 'No platform "c" runs. There are: b\n']);
  });

  const mistakes: [string, string[], number, RegExp][] = [
    ["a file that is not there", ["invoke", "whodis", "--event", "none"], 1, /"whodis" is no function|no such file/],
    ["a positional that is not there", ["snowflake", "call"], 2, /^Something is missing: 0 given, 1 needed\.$/m],
    ["no subcommand", ["predict"], 2, /^Say what to do: dsp predict redrive$/m],
    ["a trace that is none", ["trace", "x"], 1, /"x" is no trace/],
    ["no command", [], 2, /Say which command/],
    ["a command that is not there", ["output"], 2, /outputs/],
    [
      "an unknown option",
      ["outputs", "--jsn"],
      2,
      /^Unknown argument: jsn\. Did you mean --json\?\ndsp outputs {3}\(.*\)$/m,
    ],
    [
      "an unknown function",
      ["logs", "nobody"],
      1,
      /There is no log "nobody". There are: other, whodis; of services: whodis-access$/m,
    ],
    ["a service as a function", ["invoke", "whodis-access"], 1, /There is no function "whodis-access"/],
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

  describe("completion", () => {
    const completed = async (...words: string[]) => {
      const { code, stdout, stderr } = await dsp("--get-yargs-completions", "dsp", ...words);
      assert.deepEqual([code, stderr], [0, ""]);
      return stdout.split("\n").filter(Boolean);
    };
    before(() => {
      const running = join(test.directory, "pulumi-local/running");
      mkdirSync(running, { recursive: true });
      const platform = { name: "b", pid: process.pid, started: "1", programDirectory: "/", stateDirectory: "/b" };
      writeFileSync(join(running, "1.json"), JSON.stringify(platform));
      mkdirSync(`${test.directory}.saved/trained`, { recursive: true });
    });
    after(() => rmSync(`${test.directory}.saved`, { recursive: true, force: true }));

    const cases: [string[], string[]][] = [
      [
        ["invoke", ""],
        ["other", "whodis"],
      ],
      [
        ["metrics", "wh"],
        ["other", "whodis"],
      ],
      [
        ["logs", ""],
        ["other", "whodis", "whodis-access"],
      ],
      [
        ["logs", "--since", "1h", "whodis", ""],
        ["other", "whodis-access"],
      ],
      [["state", "load", ""], ["trained"]],
      [["state", "delete", ""], ["trained"]],
      [["logs", "--name", ""], ["b"]],
      [["--state-dir", ""], ["/b"]],
      // A stack in AWS would have to be asked.
      [["logs", "--stack", "dev", ""], []],
      [["logs", "--name", "nobody", ""], []],
    ];
    for (const [words, names] of cases) {
      it(`of "dsp ${words.join(" ")}" is ${names.join(", ") || "nothing"}`, async () =>
        assert.deepEqual(await completed(...words), names));
    }

    it("is of commands and options elsewhere", async () => {
      assert.deepEqual(await completed("state", ""), ["save", "load", "list", "delete"]);
      assert.ok((await completed("l")).includes("logs"));
      assert.ok((await completed("logs", "--f")).includes("--follow"));
    });

    it("is what bash takes from the script", async () => {
      const { stdout: script } = await dsp("completion");
      const told = `dsp() { ${process.execPath} --disable-warning=ExperimentalWarning '${program}' "$@"; }\n${script}
        COMP_WORDS=(dsp logs who) COMP_CWORD=2; _dsp_yargs_completions; echo "\${COMPREPLY[@]}"`;
      const environment = {
        ...process.env,
        LOCAL_STATE_DIR: test.directory,
        SHELL: "/bin/bash",
        PULUMI_STACK: "local",
      };
      assert.equal(
        execFileSync("bash", ["-c", told], { env: environment, encoding: "utf8" }),
        "whodis whodis-access\n",
      );
    });
  });

  it("has each command of scripts/commands", async () => {
    const files = globSync("*.ts", { cwd: resolve(program, "../commands") });
    const { stdout } = await dsp("--help");
    const names = [...stdout.matchAll(/^ {2}dsp ([a-z]+)/gm)].map(([, name]) => name?.toLowerCase());
    for (const file of files) assert.ok(names.includes(file.replace(".ts", "").toLowerCase()), `${file}: ${names}`);
    const wrong = await dsp("otputs");
    assert.match(wrong.stderr, /Did you mean outputs\?/);
  });

  it("has help with examples, and completion", async () => {
    assert.match((await dsp("logs", "--help")).stdout, /Examples:\s+dsp logs --follow/);
    assert.match((await dsp("completion")).stdout, /compdef|complete/);
  });

  it("lets calls go wrong, says what came of it, and ends it", async () => {
    const started = await dsp("chaos", "start", "--seed", "7", "--service", "sqs", "--throttle", "100%");
    assert.equal(started.code, 0, started.stderr);
    assert.match(started.stdout, /Faults go on, seed 7\. End them: dsp chaos stop\n +throttle +100% +sqs \* +0 of 0/);
    const send = test.client(SQSClient).send(new CreateQueueCommand({ QueueName: "throttled" }));
    await assert.rejects(send, { name: "RequestThrottled" });
    assert.match((await dsp("chaos", "status")).stdout, /1 of 1\n\n.* throttle +sqs +CreateQueue +RequestThrottled/);
    assert.match((await dsp("chaos", "stop")).stdout, /No more faults\. There were 1, seed 7\./);
    await test.client(SQSClient).send(new CreateQueueCommand({ QueueName: "throttled" }));
    for (const [args, said] of [
      [["start"], /in one way: --preset NAME, --rules FILE, or --latency/],
      [["start", "--kill", "lots"], /--kill is "lots"; allowed is a share/],
      [
        ["start", "--kill", "1%", "--service", "dynamo"],
        /^rules\[0\]\.service is "dynamo": allowed are, maybe with \*, .*dynamodb, .*execute-api, .*\bsqs\b.*$/m,
      ],
      [["start", "--rules", "nowhere.json"], /--rules is "nowhere.json", which cannot be read/],
      [["start", "--kill", "1%", "--stack", "dev"], /Stack "dev" is not the local one; dsp chaos/],
    ] as const) {
      const refused = await dsp("chaos", ...args);
      assert.deepEqual([refused.code, refused.stdout], [1, ""]);
      assert.match(refused.stderr, said);
      assert.ok(!refused.stderr.includes("    at "));
    }
  });
});
