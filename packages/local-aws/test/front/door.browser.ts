import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { startCloud, type TestCloud } from "../../testing/cloud.ts";
import { chromiumPath, openBrowser } from "../support/browser.ts";
import { presigned } from "../support/wire.ts";

const role = new URLSearchParams({
  Action: "CreateRole",
  Version: "2010-05-08",
  RoleName: "evil",
  AssumeRolePolicyDocument: JSON.stringify({
    Statement: { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
  }),
}).toString();

describe("a real browser, on a page of somebody else", function () {
  this.timeout(120_000);
  let test: TestCloud;
  let browser: Browser;
  let attacker: Server;
  let page: Page;
  /** What the local AWS was sent by the page, and answered: `POST 403`. */
  let answers: string[];
  /** The page. */
  let attack: string;
  /** Its site: a name that is not ours, on a port that is not either. */
  let site: string;

  before(async function () {
    const path = chromiumPath();
    if (!path) {
      console.log("    there is no chromium on this machine (`apt-get install chromium`, or CHROMIUM=PATH)");
      return this.skip();
    }
    test = await startCloud();
    attacker = createServer((_, response) => response.setHeader("content-type", "text/html").end(attack));
    await new Promise<void>((listening) => attacker.listen(0, "127.0.0.1", listening));
    site = `http://evil.example:${(attacker.address() as AddressInfo).port}/`;
    browser = await openBrowser(path, ["evil.example", "rebound.example"]);
  });
  after(async () => {
    await browser?.close();
    attacker?.close();
    await test?.stop();
  });
  beforeEach(async () => {
    page = await browser.newPage();
    answers = [];
    attack = "";
  });
  afterEach(() => page?.close());

  // Chromium does not tell of every answer that it keeps from a page: they are counted where they are given.
  const finished = (message: unknown) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (`http://${request.headers.host}` === test.origin) answers.push(`${request.method} ${response.statusCode}`);
  };
  before(() => subscribe("http.server.response.finish", finished));
  after(() => unsubscribe("http.server.response.finish", finished));
  const answered = async (expected: string) => {
    for (let left = 200; left > 0 && answers.length === 0; left--) await new Promise((next) => setTimeout(next, 50));
    // Pages that are shown ask for an icon next.
    assert.equal(answers[0], expected);
  };

  const url = async (service: string, path = "/", method = "GET", body?: string) =>
    test.origin + (await presigned(test.origin, service, { method, path, ...(body !== undefined && { body }) }));
  const roles = async () => (await test.cloud.call<{ Roles: object[] }>("iam", "ListRoles", {})).Roles;

  /** Shows the page, which goes somewhere else at once. @returns what it finds there. */
  const follow = async () => {
    const arrived = page.waitForResponse((response) => response.url().startsWith(test.origin));
    await page.goto(site, { waitUntil: "commit" });
    return (await arrived).text();
  };
  const quoted = (text: string) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

  it("makes nothing by a form", async () => {
    const fields = [...new URLSearchParams(role)].map(
      ([name, value]) => `<input name=${name} value="${quoted(value)}">`,
    );
    attack = `<form method=post action="${quoted(await url("iam", "/", "POST", role))}">${fields.join("")}</form>
      <script>document.forms[0].submit()</script>`;
    assert.match(await follow(), /Refused: Origin is &#34;http:\/\/evil\.example:\d+&#34;/);
    await answered("POST 403");
    assert.deepEqual(await roles(), []);
  });

  it("makes nothing by a script that need not read the answer", async () => {
    const target = await url("lambda", "/2015-03-31/functions", "POST", "{}");
    attack = `<script>fetch("${target}", { method: "POST", mode: "no-cors", body: "{}" })</script>`;
    await page.goto(site);
    await answered("POST 403");
  });

  it("makes nothing by a frame without an origin of its own", async () => {
    const script = `fetch("${await url("iam", "/", "POST", role)}", {
      method: "POST", mode: "no-cors", body: new URLSearchParams(${JSON.stringify(role)}) })`;
    attack = `<iframe sandbox="allow-scripts" srcdoc="${quoted(`<script>${script}</script>`)}"></iframe>`;
    await page.goto(site);
    await answered("POST 403");
    assert.deepEqual(await roles(), []);
  });

  it("does nothing by an image", async () => {
    attack = `<img src="${quoted(await url("s3"))}">`;
    await page.goto(site);
    await answered("GET 403");
  });

  it("does nothing by a link", async () => {
    attack = `<a href="${quoted(await url("s3"))}"></a><script>document.links[0].click()</script>`;
    assert.match(await follow(), /Refused: Sec-Fetch-Site is/);
    await answered("GET 403");
  });

  it("reads nothing by a name of its own that comes to mean this machine", async () => {
    for (const origin of [test.origin, test.apiOrigin]) {
      const { port } = new URL(origin);
      const rebound = `http://rebound.example:${port}`;
      const path = await presigned(rebound, "iam", { path: "/?Action=ListRoles&Version=2010-05-08" });
      const first = await page.goto(`${rebound}/`);
      assert.equal(first?.status(), 403);
      // Of the same origin now: whatever is answered, the page may read.
      const read = await page.evaluate(({ path }) => fetch(path).then((answer) => answer.text()), { path });
      assert.match(read, /Refused: the Host header is/);
    }
  });

  it("while the same address, typed by the developer, is answered", async () => {
    const answer = await page.goto(await url("iam", "/?Action=ListRoles&Version=2010-05-08"));
    assert.equal(answer?.status(), 200);
  });
});
