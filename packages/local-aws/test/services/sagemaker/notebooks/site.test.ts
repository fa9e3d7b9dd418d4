import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import { ListTagsCommand, StartNotebookInstanceCommand, StopNotebookInstanceCommand } from "@aws-sdk/client-sagemaker";
import type { NotebookActivity } from "../../../../src/services/sagemaker/notebooks/report.ts";
import { isRunning } from "../../../support/processes.ts";
import { NotebookLab } from "./lab.ts";

const stop = (name: string) => new StopNotebookInstanceCommand({ NotebookInstanceName: name });
const start = (name: string) => new StartNotebookInstanceCommand({ NotebookInstanceName: name });

describe("the pages of a notebook instance", function () {
  this.timeout(60_000);
  let lab: NotebookLab;
  before(async () => {
    lab = await NotebookLab.start();
    await lab.create("mine");
    await lab.create("other");
    for (const name of ["mine", "other"]) await lab.until(name, "InService");
  });
  after(() => lab.test.stop());

  const work = (name: string) => join(lab.test.cloud.directory, "sagemaker/notebooks", name, "home/SageMaker");
  const pid = (name: string) => Number(readFileSync(join(work(name), "pid"), "utf8"));

  it("open by a presigned URL, once, and are the server's from then on", async () => {
    const url = await lab.url("mine");
    const { origin } = new URL(url);
    const first = await lab.ask(url, { "sec-fetch-site": "cross-site" });
    assert.equal(first.status, 200);
    assert.match(String(first.headers["set-cookie"]), /HttpOnly; SameSite=Strict/);
    assert.equal(first.headers.refresh, "0; url=/lab");
    assert.equal((await lab.ask(url)).status, 403);

    const cookie = String(first.headers["set-cookie"]).split(";")[0]!;
    const { status, body } = await lab.ask(`${origin}/lab/tree?a=b`, { cookie: `_xsrf=x; ${cookie}` });
    assert.equal(status, 200);
    const seen = JSON.parse(body);
    assert.equal(seen.url, "/lab/tree?a=b");
    // The session with this endpoint is none of the server's business.
    assert.equal(seen.headers.cookie, "_xsrf=x");
    assert.equal(seen.headers.host, new URL(url).host);
  });

  it("are not shown without a session, with another's, or with one that has ended", async () => {
    const { origin, cookie } = await lab.open("mine");
    const other = new URL(await lab.url("other")).origin;
    assert.equal((await lab.ask(`${origin}/lab`)).status, 403);
    assert.equal((await lab.ask(`${origin}/lab`, { cookie: "notebook-session=x" })).status, 403);
    assert.equal((await lab.ask(`${other}/lab`, { cookie })).status, 403);
    assert.equal((await lab.ask(`${other}${new URL(await lab.url("mine")).search}`)).status, 403);
    assert.equal((await lab.ask(`${origin}/lab`, { cookie })).status, 200);
  });

  it("do nothing for pages of other sites, or of other notebooks", async () => {
    const { origin, cookie } = await lab.open("mine");
    const other = new URL(await lab.url("other")).origin;
    for (const headers of [
      { origin: "http://evil.example" },
      { origin: other },
      { origin: lab.test.origin },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ] as Record<string, string>[]) {
      const { status } = await lab.ask(`${origin}/api/contents`, { cookie, ...headers }, "POST");
      assert.equal(status, 403, JSON.stringify(headers));
    }
    const own = await lab.ask(`${origin}/api/contents`, { cookie, origin, "sec-fetch-site": "same-origin" }, "POST");
    assert.equal(own.status, 200);
  });

  it("are at hosts of notebooks alone", async () => {
    const { port } = new URL(lab.test.origin);
    for (const host of ["mine.us-east-1.sagemaker", "none.notebook.us-east-1.sagemaker"]) {
      assert.ok((await lab.ask(`http://${host}.localhost:${port}/lab`)).status >= 403, host);
    }
    // A region that there is not, and a service without pages, are the endpoint's.
    const { status } = await lab.ask(`http://mine.notebook.us-east-1.lambda.localhost:${port}/`);
    assert.ok(status >= 400);
  });

  const upgrade = async (host: string, headers: string[]) => {
    const { port } = new URL(lab.test.origin);
    const socket = connect(Number(port), "127.0.0.1");
    const lines = [
      "GET /api/kernels/x/channels HTTP/1.1",
      `Host: ${host}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
    ];
    socket.write(`${[...lines, ...headers].join("\r\n")}\r\n\r\n`);
    const [answer] = await once(socket, "data");
    return { socket, answer: String(answer) };
  };

  it("have WebSockets, under the same checks", async () => {
    const { origin, cookie } = await lab.open("mine");
    const { host } = new URL(origin);
    const { socket, answer } = await upgrade(host, [`Cookie: ${cookie}`, `Origin: ${origin}`]);
    assert.match(answer, /^HTTP\/1\.1 101 /);
    socket.write("hello");
    assert.equal(String((await once(socket, "data"))[0]), "hello");
    socket.destroy();
    for (const headers of [[], [`Cookie: ${cookie}`, "Origin: http://evil.example"]]) {
      const refused = await upgrade(host, headers);
      assert.match(refused.answer, /^HTTP\/1\.1 403 /);
      refused.socket.destroy();
    }
  });

  it("leave offers of other protocols to the endpoint alone", async () => {
    const { host } = new URL(lab.test.origin);
    const { socket, answer } = await upgrade(host, []);
    assert.match(answer, /^HTTP\/1\.1 4\d\d /);
    assert.match(answer, /<Error>|"message"|__type/i);
    socket.destroy();
  });

  it("have the role's credentials, and nothing of the user's", async () => {
    const { origin, cookie } = await lab.open("mine");
    const { environment } = JSON.parse((await lab.ask(`${origin}/`, { cookie })).body);
    assert.equal(environment.AWS_ENDPOINT_URL, lab.test.origin);
    assert.match(environment.HOME, /sagemaker\/notebooks\/mine\/home$/);
    const answer = await fetch(environment.AWS_CONTAINER_CREDENTIALS_FULL_URI, {
      headers: { authorization: environment.AWS_CONTAINER_AUTHORIZATION_TOKEN },
    });
    assert.equal(((await answer.json()) as { RoleArn: string }).RoleArn, lab.role);
  });

  it("end when the instance stops, and what was written is there when it starts again", async () => {
    const { origin, cookie } = await lab.open("mine");
    writeFileSync(join(work("mine"), "kept.ipynb"), "{}");
    const before = pid("mine");
    await lab.client.send(stop("mine"));
    await lab.until("mine", "Stopped");
    assert.ok(!isRunning(before));
    assert.equal((await lab.ask(`${origin}/lab`, { cookie })).status, 403);
    await assert.rejects(lab.url("mine"), { name: "ValidationException", message: /Status \(Stopped\)/ });
    await lab.client.send(start("mine"));
    await lab.until("mine", "InService");
    assert.equal(readFileSync(join(work("mine"), "kept.ipynb"), "utf8"), "{}");
    assert.notEqual(pid("mine"), before);
  });

  it("are gone with a server that is killed, until the instance is started again", async () => {
    process.kill(pid("other"), "SIGKILL");
    while ((await lab.describe("other")).NotebookInstanceStatus !== "Failed") {
      await new Promise((next) => setTimeout(next, 30));
    }
    assert.match((await lab.describe("other")).FailureReason!, /ended unexpectedly, with exit code 137/);
    writeFileSync(join(work("other"), "broken"), "");
    await lab.client.send(start("other"));
    await assert.rejects(lab.until("other", "InService"), /exit code 9; see .*jupyter\.log/);
    rmSync(join(work("other"), "broken"));
    await lab.client.send(start("other"));
    await lab.until("other", "InService");
  });
});

describe("what goes on on notebook instances", function () {
  this.timeout(60_000);

  it("is told by their tags, as the program says it, where their role may tag them", async () => {
    const notebookReport = ({ at, kernels, terminals }: NotebookActivity) => ({
      reported: at.toISOString(),
      kernels: kernels.map(({ state }) => state).join(),
      used: terminals.map(({ lastActivity }) => lastActivity.toISOString()).join(),
    });
    const lab = await NotebookLab.start({ sagemaker: { notebookReport, clock: 600 } }, [
      { Effect: "Allow", Action: "sagemaker:AddTags", Resource: "arn:aws:sagemaker:*:*:notebook-instance/told" },
    ]);
    for (const name of ["silent", "told"]) {
      await lab.create(name);
      await lab.until(name, "InService");
    }
    const tags = async (name: string) => {
      const ResourceArn = `arn:aws:sagemaker:us-east-1:000000000000:notebook-instance/${name}`;
      const { Tags } = await lab.client.send(new ListTagsCommand({ ResourceArn }));
      return Object.fromEntries(Tags!.map(({ Key, Value }) => [Key, Value]));
    };
    while (!(await tags("told")).reported) await new Promise((next) => setTimeout(next, 50));
    const { reported, ...rest } = await tags("told");
    assert.deepEqual(rest, { kernels: "busy,idle", used: "2026-01-31T12:00:00.000Z" });
    while ((await tags("told")).reported === reported) await new Promise((next) => setTimeout(next, 50));
    assert.deepEqual(await tags("silent"), {});
    await lab.test.stop();
  });
});

describe("notebook instances whose cloud is started again", function () {
  this.timeout(60_000);

  it("run again, where they ran", async () => {
    const first = await NotebookLab.start();
    for (const name of ["runs", "stopped"]) {
      await first.create(name);
      await first.until(name, "InService");
    }
    await first.client.send(stop("stopped"));
    await first.until("stopped", "Stopped");
    const { directory } = first.test;
    const file = join(first.test.cloud.directory, "sagemaker/notebooks/runs/home/SageMaker/pid");
    const before = Number(readFileSync(file, "utf8"));
    await first.test.stop({ keep: true });
    assert.ok(!isRunning(before));

    const second = await NotebookLab.start({ directory });
    assert.equal((await second.describe("stopped")).NotebookInstanceStatus, "Stopped");
    const { origin, cookie } = await second.open("runs");
    while ((await second.ask(`${origin}/lab`, { cookie })).status !== 200) {
      await new Promise((next) => setTimeout(next, 50));
    }
    await second.test.stop();
  });
});

describe("notebook instances on a machine without JupyterLab", function () {
  this.timeout(60_000);
  const { PATH } = process.env;
  before(() => {
    // Wherever this machine has it.
    process.env.PATH = (PATH ?? "")
      .split(delimiter)
      .filter((folder) => !/notebook|jupyter|python|venv|pyenv|conda/i.test(folder))
      .join(delimiter);
  });
  after(() => {
    process.env.PATH = PATH;
  });

  it("go through their states, and their page says what to install", async function () {
    const lab = await NotebookLab.start({ jupyter: [] });
    await lab.create("bare");
    await lab.until("bare", "InService");
    const { origin, cookie } = await lab.open("bare");
    const { status, body } = await lab.ask(`${origin}/lab`, { cookie });
    await lab.test.stop();
    if (status === 200) return this.skip();
    assert.equal(status, 503);
    assert.match(body, /JupyterLab is not installed on this machine/);
    assert.match(body, /npm run notebooks:install/);
  });
});
