import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { GetFunctionCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { drawn, type StackMap } from "local-console/diagram";
import { exercise } from "../../scripts/lib/exercise.ts";
import { listeningPorts } from "./support/ports.ts";
import { copyProgram, root, Started } from "./support/started.ts";

/** Those that run: a container whose first process reaps nothing keeps the ended ones as zombies. */
async function processes(...which: string[]): Promise<{ pid: string; command: string }[]> {
  const ps = promisify(execFile)("ps", ["-o", "pid=,stat=,args=", ...which]);
  const { stdout } = await ps.catch(() => ({ stdout: "" }));
  return [...stdout.matchAll(/^ *(\d+) +(\S+) +(.*)$/gm)]
    .map(([, pid = "", state = "", command = ""]) => ({ pid, state, command }))
    .filter(({ state }) => !state.startsWith("Z"));
}

describe("npm start", function () {
  this.timeout(120_000);
  let folder: string;
  let running: Started;
  const state = (file: string) => JSON.parse(readFileSync(join(folder, ".local", file), "utf8"));
  /** Starts again on the ports of before: what clients know of the platform stays true. */
  const restart = (...args: string[]) => {
    const { api, aws } = state("endpoint.json");
    return new Started(folder, ["--api-port", new URL(api).port, "--aws-port", new URL(aws).port, ...args]);
  };
  const lambda = () => {
    const { aws, region } = state("endpoint.json");
    return new LambdaClient({ endpoint: aws, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } });
  };

  before(async () => {
    folder = copyProgram();
    running = new Started(folder);
    await running.until(/ready in/);
  });
  after(async () => {
    await running.end("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });

  it("brings up what the program promises to its clients", async () => {
    const { aws, region } = state("endpoint.json");
    const client = { endpoint: aws, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
    const lines: string[] = [];
    const failed = await exercise({ name: "local", outputs: state("outputs.json"), client }, (line) =>
      lines.push(line),
    );
    assert.deepEqual(failed, [], lines.join("\n"));
  });

  it("listens on the two documented ports alone, whatever it started", function () {
    if (process.platform !== "linux") this.skip(); // The tables of sockets are Linux's.
    const { api, aws } = state("endpoint.json");
    const documented = [api, aws].map((origin) => Number(new URL(origin).port)).sort((a, b) => a - b);
    assert.deepEqual(listeningPorts(running.child.pid!), documented);
  });

  it("answers at the short path that users of sam local start-api know", async () => {
    const answer = await fetch(`${state("endpoint.json").api}/whodis`);
    assert.deepEqual(await answer.json(), {
      message: "Whoop whoop! This is the sound of the Python",
      version: "v1",
      location: "127.0.0.1",
    });
  });

  it("is what docs/architecture.svg and .mmd show, which npm run diagram draws anew", async () => {
    const [, console = "", token = ""] = /(http\S+\/_console\/)#token=(\S+)/.exec(running.printed) ?? [];
    const answer = await fetch(`${console}api/document/map`, { headers: { "x-console-token": token } });
    const { svg, mermaid } = drawn((await answer.json()) as StackMap);
    for (const [file, picture] of [
      ["docs/architecture.svg", svg],
      ["docs/architecture.mmd", mermaid],
    ] as const) {
      assert.ok(
        readFileSync(join(root, file), "utf8") === picture,
        `${file} is not the program's any more: npm run diagram`,
      );
    }
  });

  it("prints a line a component, the outputs and what to try", () => {
    assert.match(running.printed, /\+ {2}whodis ApiWithLambdas created with \d+ in it/);
    assert.match(running.printed, /Resources: \d+ created/);
    assert.match(running.printed, /whodisUrl +http:\/\/localhost:\d+\/_aws\/execute-api\/\w+\/Prod\/whodis/);
    assert.match(running.printed, /\n {2}curl http:\/\/localhost:\d+\/whodis\n/);
    assert.match(running.printed, /\n {2}curl http:\/\/localhost:\d+\/v0\/iris -d '\{"sepal_length": /);
    assert.match(running.printed, /\n {2}npm run -s dsp -- archive start --approval\n/);
  });

  it("serves the console at the URL that it prints, with the program's own pages", async () => {
    const [, url = ""] = /(http:\/\/127\.0\.0\.1:\d+\/_console\/)#token=\S{32}/.exec(running.printed) ?? [];
    assert.match(await (await fetch(`${url}app.js`)).text(), /Approvals/);
    assert.equal((await fetch(`${url}api/document/map`)).status, 401);
  });

  it("runs functions under a role that may do nothing but log and trace", async () => {
    const { Functions = [] } = await lambda().send(new ListFunctionsCommand({}));
    const whodis = Functions.find(({ FunctionName }) => FunctionName?.startsWith("whodis"));
    const { Configuration } = await lambda().send(new GetFunctionCommand({ FunctionName: whodis?.FunctionName }));
    assert.match(Configuration?.Role ?? "", /role\/whodis-get-whodis-role/);
    assert.equal(Configuration?.Runtime, "nodejs24.x");
  });

  it("puts a saved handler live, and touches only what changed", async () => {
    const from = running.printed.length;
    const file = join(folder, "handlers/whodis/index.ts");
    writeFileSync(file, readFileSync(file, "utf8").replace("Whoop whoop!", "Saved!"));
    const printed = (await running.until(/live after/, from)).slice(from);
    const { message } = (await (await fetch(`${state("endpoint.json").api}/whodis`)).json()) as { message: string };
    assert.equal(message, "Saved! This is the sound of the Python");
    assert.match(printed, /changed: handlers\/whodis\/index.ts/);
    assert.match(
      printed,
      /~ {2}whodis-get-whodis aws:lambda:Function updated.*\n +code: "archive \w{8}" → "archive \w{8}"/,
    );
    assert.ok(!/oleoleole/.test(printed), printed);
  });

  it("shows each request in a line, and of an exception its source line", async () => {
    const from = running.printed.length;
    const file = join(folder, "handlers/whodis/index.ts");
    const good = readFileSync(file, "utf8");
    const { api } = state("endpoint.json");
    await fetch(`${api}/whodis?token=hidden`);
    await running.until(/^GET \/whodis 200 whodis-get-whodis [\d.]+ m?s$/m, from);
    const thrown = "class Broken extends Error {\n  override readonly name = 'Broken';\n}\n";
    const handler = "export const handler = async () => {\n  throw new Broken('on purpose');\n};\n";
    writeFileSync(file, thrown + handler);
    await running.until(/live after/, from);
    assert.equal((await fetch(`${api}/whodis`)).status, 502);
    const printed = (await running.until(/GET \/whodis 502/, from)).slice(from);
    assert.match(
      printed,
      /\n✗ whodis-get-whodis Broken: on purpose\n {4}handlers\/whodis\/index\.ts:5:\d+ {2}throw new Broken\('on purpose'\);\n/,
    );
    assert.doesNotMatch(printed, /hidden/);
    writeFileSync(file, good);
    await running.until(/live after/, from + printed.length);
  });

  const broken: [string, string, (text: string) => string, RegExp][] = [
    [
      "a handler that does not compile",
      "handlers/whodis/index.ts",
      (text) => `${text}\nconst = 1;`,
      /handlers\/whodis\/index\.ts:\d+/,
    ],
    ["a program that throws", "index.ts", (text) => `${text}\nthrow new Error("on purpose");`, /on purpose/],
    [
      "an argument that is refused",
      "index.ts",
      (text) => text.replace('"GET /whodis": {', '"GET /whodis": { memory: 1,'),
      /memory is 1; allowed is a whole number from 128/,
    ],
  ];
  /** Puts the file back that the last test broke. */
  let mend = () => {};
  for (const [what, file, breakIt, message] of broken) {
    it(`keeps the last good version running over ${what}, and says so`, async () => {
      const before = await (await fetch(`${state("endpoint.json").api}/whodis`)).text();
      const from = running.printed.length;
      mend();
      const path = join(folder, file);
      const good = readFileSync(path, "utf8");
      writeFileSync(path, breakIt(good));
      mend = () => writeFileSync(path, good);
      const printed = (await running.until(/last good version keeps running/, from)).slice(from);
      assert.match(printed, message);
      // A program that throws is told where, and no more.
      assert.ok(
        (printed.match(/\n {4}at /g) ?? []).length <= 1 && !/node_modules/.test(printed),
        `a stack trace:\n${printed}`,
      );
      assert.doesNotMatch(printed, /Warning/);
      assert.equal(await (await fetch(`${state("endpoint.json").api}/whodis`)).text(), before);
    });
  }

  it("goes on when it is mended", async () => {
    const from = running.printed.length;
    mend();
    assert.match((await running.until(/live after/, from)).slice(from), /Nothing changed: \d+ resources/);
  });

  it("refuses a second start on the same state folder, in one line", async () => {
    const second = new Started(folder);
    await once(second.child, "exit");
    assert.equal(second.child.exitCode, 1);
    assert.match(
      second.printed,
      /already runs on .*; end it, or run another one beside it: --name NAME \(or LOCAL_STATE_DIR\)/,
    );
    assert.match(second.printed.trim(), /^.*$/);
  });

  it("says in one line that a port is taken", async () => {
    const port = new URL(state("endpoint.json").aws).port;
    const second = new Started(folder, [], { LOCAL_STATE_DIR: join(folder, "other"), LOCAL_AWS_PORT: port });
    await once(second.child, "exit");
    assert.equal(second.child.exitCode, 1);
    assert.match(second.printed, new RegExp(`port ${port} is taken; .*LOCAL_AWS_PORT`));
    assert.match(second.printed.trim(), /^.*$/);
  });

  it("ends cleanly on a signal, leaves no process behind, and starts again as it was", async () => {
    // In the middle of a change, too.
    const file = join(folder, "index.ts");
    const from = running.printed.length;
    writeFileSync(file, `${readFileSync(file, "utf8")}\n// Saved.\n`);
    await running.until(/changed: index\.ts/, from);
    const children = await processes("--ppid", String(running.child.pid));
    assert.ok(children.length > 0);
    const outputs = state("outputs.json");
    assert.equal(await running.end("SIGINT"), 0);
    assert.match(running.printed, /^ends: SIGINT$/m);
    assert.match(running.printed, /^stopped; the state is kept in \/.+\/\.local, and npm start goes on from there$/m);
    assert.equal(state("last-exit.json").reason, "SIGINT");
    // The kernel may take a moment to clear away what was killed.
    let left = children;
    for (let attempt = 0; attempt < 100 && left.length > 0; attempt++) {
      await sleep(50);
      left = await processes("-p", children.map(({ pid }) => pid).join());
    }
    assert.deepEqual(left, []);

    running = restart();
    assert.match(await running.until(/ready in/), /Nothing changed: \d+ resources/);
    assert.deepEqual(state("outputs.json"), outputs);
  });

  it("survives kill -9", async () => {
    await running.end("SIGKILL");
    const { pid } = running.child;
    running = restart();
    const said = new RegExp(`^The last run \\(process ${pid}, .* ended without saying why: by SIGKILL`);
    assert.match(await running.until(/Nothing changed: \d+ resources/), said);
    // What is saved before all is ready counts, too.
    const file = join(folder, "handlers/whodis/index.ts");
    writeFileSync(file, readFileSync(file, "utf8").replace("Saved!", "Saved early!"));
    await running.until(/live after/);
    assert.match(await (await fetch(`${state("endpoint.json").api}/whodis`)).text(), /Saved early!/);
  });

  it("runs a command once all is up, and ends with it and its exit code", async () => {
    await running.end("SIGTERM");
    const script =
      "fetch(process.argv[1]).then((answer) => { console.log('answered', answer.status); process.exit(7); })";
    const { api } = state("endpoint.json");
    const beside = restart("--wait", "--", process.execPath, "-e", script, `${api}/whodis`);
    const [code] = await once(beside.child, "close");
    assert.equal(code, 7, beside.printed);
    assert.match(beside.printed, /\nready in [\s\S]*\nanswered 200\n/);
    running = restart();
    await running.until(/ready in/);
  });

  it("lets a save wait for the shift of the one before, says so, and shifts to it then", async function () {
    this.timeout(240_000);
    await running.end("SIGTERM");
    running = restart("--gradual");
    await running.until(/ready in/);
    const file = join(folder, "handlers/whodis/index.ts");
    const good = readFileSync(file, "utf8");
    const from = running.printed.length;
    writeFileSync(file, good.replace("Whoop whoop!", "First!").replace("Saved early!", "First!"));
    await running.until(/10 % to version \d+/, from);
    writeFileSync(file, good.replace("Whoop whoop!", "Second!").replace("Saved early!", "Second!"));
    const printed = (await running.until(/live after[\s\S]*live after/, from)).slice(from);
    const waits = "saved: handlers/whodis/index.ts; goes live when the update under way has ended\n";
    const [before = "", after = ""] = printed.split(waits);
    assert.match(before, /changed: handlers\/whodis\/index\.ts/);
    assert.match(after, /live after[\s\S]*changed: handlers\/whodis\/index\.ts[\s\S]*live after/);
    assert.doesNotMatch(printed, /error:|✗ |Channel|last good version/);
    assert.match(await (await fetch(`${state("endpoint.json").api}/whodis`)).text(), /Second!/);
    writeFileSync(file, good);
    await running.until(/live after/, from + printed.length);
  });

  it("says in a preview what it would do with another configuration, while it runs", async () => {
    const [from, outputs] = [running.printed.length, state("outputs.json")];
    const preview = new Started(folder, ["preview", "--config", "appVersion=v9"]);
    await once(preview.child, "close");
    assert.equal(preview.child.exitCode, 0, preview.printed);
    assert.match(preview.printed, /whodis-get-whodis aws:lambda:Function would be updated\n.*APP_VERSION: "v1" → "v9"/);
    assert.match(preview.printed, /Resources: \d+ to update/);
    assert.doesNotMatch(running.printed.slice(from), /would be/);
    assert.deepEqual(state("outputs.json"), outputs);
  });

  it("says in a preview what a start would do, and changes nothing", async () => {
    await running.end("SIGTERM");
    const file = join(folder, "Pulumi.local.yaml");
    const good = readFileSync(file, "utf8");
    writeFileSync(file, `${good}  data-science-platform:appVersion: v2\n`);
    const outputs = state("outputs.json");
    const preview = restart("preview");
    await preview.until(/Resources: .* in .* s/);
    await once(preview.child, "close");
    writeFileSync(file, good);
    assert.match(
      preview.printed,
      /~ {2}whodis-get-whodis aws:lambda:Function would be updated\n +environment\.variables\.APP_VERSION: "v1" → "v2"/,
    );
    assert.doesNotMatch(preview.printed, /invokeUrl|\[url\]/);
    assert.equal(preview.child.exitCode, 0);
    assert.deepEqual(state("outputs.json"), outputs);

    const fresh = join(folder, "fresh");
    const first = new Started(folder, ["preview", "--state-dir", fresh]);
    assert.match(await first.until(/Resources: .* in .* s/), /Resources: \d+ to create/);
    await once(first.child, "close");
    assert.ok(!existsSync(fresh));
  });
});
