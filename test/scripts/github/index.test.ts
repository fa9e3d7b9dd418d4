import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Post } from "../../../scripts/github/api.ts";

const program = resolve(import.meta.dirname, "../../../scripts/github/index.ts");

/** As much of GitHub as the calls see: comments of one pull request, and issues. */
class FakeGitHub {
  comments: Post[] = [];
  issues: (Post & { title: string; state: string })[] = [];
  asked: string[] = [];
  refuse = false;
  readonly server: Server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += chunk));
    request.on("end", () => {
      this.asked.push(`${request.method} ${request.url}`);
      const answer = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
      if (this.refuse) return answer(403, { message: "Resource not accessible by integration" });
      answer(200, this.#act(request.method!, request.url!, text ? JSON.parse(text) : {}));
    });
  });

  #act(method: string, url: string, body: { body: string; title: string; state: string }): unknown {
    const { pathname, searchParams } = new URL(url, "http://github");
    const path = pathname.replace("/repos/acme/platform/", "");
    const page = <T>(all: T[]) => all.slice(100 * (Number(searchParams.get("page")) - 1)).slice(0, 100);
    const user = { type: "Bot" };
    if (method === "GET" && path === "issues") return page(this.issues.filter(({ state }) => state === "open"));
    if (method === "GET") return page(this.comments);
    if (method === "POST" && path === "issues") {
      return this.issues.push({ id: 0, number: this.issues.length + 1, user, ...body, state: "open" });
    }
    if (method === "POST") return this.comments.push({ id: this.comments.length + 1, body: body.body, user });
    const id = Number(path.split("/").at(-1));
    return Object.assign(path.includes("comments") ? this.comments[id - 1]! : this.issues[id - 1]!, body);
  }
}

describe("npm run github", () => {
  let github: FakeGitHub;
  let folder: string;
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  beforeEach(async () => {
    github = new FakeGitHub();
    github.server.listen(0, "127.0.0.1");
    await once(github.server, "listening");
    folder = mkdtempSync(join(tmpdir(), "github-"));
  });
  afterEach(() => {
    github.server.close();
    rmSync(folder, { recursive: true });
  });

  async function run(args: string[], environment = {}): Promise<{ code: number; out: string; err: string }> {
    const { port } = github.server.address() as AddressInfo;
    const env = {
      PATH: process.env.PATH,
      GITHUB_API_URL: `http://127.0.0.1:${port}`,
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_REPOSITORY: "acme/platform",
      GITHUB_RUN_ID: "7",
      GITHUB_TOKEN: "a-token-of-github",
      GITHUB_EVENT_PATH: file(
        "event.json",
        JSON.stringify({ pull_request: { number: 5, head: { sha: "abcdef0123" } } }),
      ),
      ...environment,
    };
    return new Promise((done) => {
      execFile(
        process.execPath,
        ["--disable-warning=ExperimentalWarning", program, ...args],
        { env },
        (error, out, err) => done({ code: error ? Number(error.code) : 0, out, err }),
      );
    });
  }

  const preview = (...more: string[]) => ["preview", "--stack", "dev", "--events", file("events", ""), ...more];
  const drift = (events: string) => ["drift", "--stack", "prod", "--events", file("events", events)];
  const changed = JSON.stringify({
    resOutputsEvent: { metadata: { op: "update", urn: "urn:pulumi:prod::p::aws:sqs/queue:Queue::q", diffs: ["tags"] } },
  });

  it("comments once for each stack, and then brings that comment up to date", async () => {
    const plan = file("plan.md", "### Plan: nothing changes");
    assert.deepEqual(await run(preview("--plan", plan)), { code: 0, out: "created\n", err: "" });
    assert.equal((await run(["preview", "--stack", "prod", "--events", file("events", "")])).out, "created\n");
    file("plan.md", "### Plan: 1 to delete, a-token-of-github");
    assert.equal((await run(preview("--plan", plan))).out, "updated\n");
    assert.equal(github.comments.length, 2);
    assert.match(github.comments[0]!.body!, /stack `dev`[\s\S]*Plan: 1 to delete, \*\*\*[\s\S]*commit abcdef0/);
    assert.match(github.comments[1]!.body!, /stack `prod`/);
  });

  it("finds its own comment on a later page, and never takes somebody else's for it", async () => {
    const body = "<!-- preview of stack dev -->";
    github.comments = Array.from({ length: 120 }, (_, index) => ({ id: index + 1, body, user: { type: "User" } }));
    github.comments[110] = { id: 111, body: `${body} old`, user: { type: "Bot" } };
    assert.equal((await run(preview())).out, "updated\n");
    assert.match(github.comments[110]!.body!, /commit/);
    assert.equal(github.comments.filter((one) => one.body === body).length, 119);
  });

  it("opens one issue for drift, updates it, and closes it once nothing differs", async () => {
    assert.equal((await run(drift(""))).out, "nothing differs\n");
    assert.equal((await run(drift(changed))).out, "1 differ: issue created\n");
    assert.equal((await run(drift(changed))).out, "1 differ: issue updated\n");
    assert.equal(github.issues.length, 1);
    assert.equal((await run(drift(""))).out, "nothing differs: issue closed\n");
    assert.equal(github.issues[0]!.state, "closed");
    assert.equal((await run(drift(changed))).out, "1 differ: issue created\n");
  });

  it("closes no issue when the refresh itself has failed", async () => {
    await run(drift(changed));
    const failed = JSON.stringify({ diagnosticEvent: { severity: "error", message: "AccessDenied" } });
    const { code, err } = await run(drift(failed));
    assert.deepEqual({ code, err }, { code: 1, err: "AccessDenied\n" });
    assert.equal(github.issues[0]!.state, "open");
  });

  it("says in a line what is missing, or what GitHub refuses", async () => {
    const { err } = await run(preview(), { GITHUB_TOKEN: "" });
    assert.equal(err, "GITHUB_TOKEN not set: this runs in a workflow on GitHub\n");
    const missing = await run(["preview", "--stack", "dev", "--events", join(folder, "none")]);
    assert.equal(missing.err, `--events is ${join(folder, "none")}; allowed is a file that is there\n`);
    github.refuse = true;
    const refused = await run(preview());
    assert.match(
      refused.err,
      /^GitHub answers 403 to GET issues\/5\/comments\S*: Resource not accessible by integration\n$/,
    );
    const other = await run(preview(), { GITHUB_EVENT_PATH: file("push.json", "{}") });
    assert.match(other.err, /has no pull request: this runs for pull_request alone/);
  });
});
