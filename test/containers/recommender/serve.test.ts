import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { predict, writeArtifact } from "../../../containers/recommender/artifact.ts";
import { fit, measure } from "../../../containers/recommender/factorization.ts";
import { parseHyperparameters } from "../../../containers/recommender/hyperparameters.ts";
import { type Endpoint, serve } from "../../../containers/recommender/serve.ts";
import { generated, openInvocation, requiredHyperparameters, smallSettings } from "./support.ts";

describe("serving", () => {
  const ratings = generated({ users: 200, items: 100, ratings: 2000 });
  const model = fit(ratings.matrix, smallSettings);
  let folder: string;
  let endpoint: Endpoint;
  let url: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "model-"));
    const metrics = { training: measure(model, ratings.matrix) };
    await writeArtifact(folder, model, ratings, parseHyperparameters(requiredHyperparameters), metrics);
    endpoint = await serve({ model: folder, port: 0, host: "127.0.0.1", maxBodyBytes: 100_000, maxConcurrency: 60 });
    url = `http://127.0.0.1:${endpoint.port}`;
    await endpoint.loaded;
  });
  after(async () => {
    await endpoint.close();
    await rm(folder, { recursive: true });
  });

  const invoke = (body: string, headers: Record<string, string> = { "content-type": "text/csv" }, at = url) =>
    fetch(`${at}/invocations`, { method: "POST", body, headers });

  it("answers /ping when the model is loaded", async () => {
    const response = await fetch(`${url}/ping`);
    assert.deepEqual([response.status, await response.text()], [200, ""]);
  });

  it("does not answer /ping, or predict, before", async () => {
    const empty = await mkdtemp(join(tmpdir(), "no-model-"));
    const other = await serve({ model: empty, port: 0, host: "127.0.0.1" });
    try {
      await assert.rejects(other.loaded, /has no readable manifest\.json/);
      const at = `http://127.0.0.1:${other.port}`;
      assert.equal((await fetch(`${at}/ping`)).status, 503);
      const response = await invoke("1,1", undefined, at);
      assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "1"]);
    } finally {
      await other.close();
      await rm(empty, { recursive: true });
    }
  });

  it("predicts a batch, one rating a line and in order", async () => {
    const loaded = await endpoint.loaded;
    const [user, item] = [ratings.userIds[5]!, ratings.itemIds[7]!];
    const response = await invoke(`${user},${item}\n${item}.0 , ${user}\r\n"${user}","${item}"\nnobody,nothing\n`);
    assert.equal(response.headers.get("content-type"), "text/csv");
    const expected = [
      predict(loaded, user, item),
      predict(loaded, item, user),
      predict(loaded, user, item),
      loaded.manifest.mean,
    ];
    assert.equal(await response.text(), expected.map((rating) => `${rating.toFixed(4)}\n`).join(""));
  });

  it("takes parameters of the content type", async () => {
    assert.equal((await invoke("1,1", { "content-type": "Text/CSV; charset=utf-8" })).status, 200);
  });

  const refused: [string, () => Promise<Response>, number, RegExp][] = [
    [
      "another content type",
      () => invoke("{}", { "content-type": "application/json" }),
      415,
      /application\/json, expected text\/csv/,
    ],
    ["a content type that only begins so", () => invoke("1,1", { "content-type": "text/csvx" }), 415, /text\/csvx/],
    ["an empty body", () => invoke(""), 400, /The body is empty/],
    ["a line without item", () => invoke("1,1\n2\n"), 400, /^Line 2 is "2", expected user,item$/],
    ["a line with three fields", () => invoke("1,1,1"), 400, /Line 1 is "1,1,1"/],
    ["an empty field", () => invoke("1,\n"), 400, /Line 1/],
    ["a broken quote", () => invoke('"1,1'), 400, /Line 1/],
    ["an empty line in the midst", () => invoke("1,1\n\n1,1"), 400, /Line 2/],
    ["a body that is too large", () => invoke("1,1\n".repeat(30_000)), 413, /larger than 100000 bytes/],
    ["another path", () => fetch(`${url}/models`), 404, /GET \/ping and POST \/invocations/],
    ["another method", () => fetch(`${url}/invocations`), 405, /Use POST/],
    ["a POST to /ping", () => fetch(`${url}/ping`, { method: "POST" }), 405, /Use GET/],
  ];
  for (const [name, send, status, message] of refused) {
    it(`refuses ${name}`, async () => {
      const response = await send();
      assert.equal(response.status, status);
      assert.match(await response.text(), message);
    });
  }

  it("refuses a body that grows too large without saying so beforehand", async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(Buffer.from("1,1\n".repeat(1000)));
      },
    });
    const init = { method: "POST", body, headers: { "content-type": "text/csv" }, duplex: "half" } as RequestInit;
    // The connection may be closed on us while we are still sending.
    const status = await fetch(`${url}/invocations`, init).then(
      (response) => response.status,
      () => "closed",
    );
    assert.ok(status === 413 || status === "closed", String(status));
    assert.equal((await invoke("1,1")).status, 200);
  });

  it("refuses what is more than it can work on at once, and recovers", async () => {
    const open = await Promise.all(Array.from({ length: 60 }, () => openInvocation(url)));
    const response = await invoke("1,1");
    assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "1"]);
    for (const { request } of open) request.end("1,1\n");
    const statuses = (await Promise.all(open.map(({ answer }) => answer))).map(({ status }) => status);
    assert.deepEqual(new Set(statuses), new Set([200]));
    assert.equal((await invoke("1,1")).status, 200);
  });

  it("does not count requests that were broken off", async () => {
    const open = await Promise.all(Array.from({ length: 60 }, () => openInvocation(url)));
    for (const { request } of open) request.destroy();
    let status = 503;
    for (const until = Date.now() + 10_000; status === 503 && Date.now() < until; )
      status = (await invoke("1,1")).status;
    assert.equal(status, 200);
  });

  it("answers 50 batches at once, again and again", async () => {
    const body = Array.from({ length: 1000 }, (_, index) => `${index % 200},${index % 100}\n`).join("");
    const expected = await (await invoke(body)).text();
    assert.equal(expected.split("\n").length, 1001);
    for (let round = 0; round < 4; round++) {
      const answers = await Promise.all(Array.from({ length: 50 }, async () => (await invoke(body)).text()));
      assert.ok(answers.every((answer) => answer === expected));
    }
  });
});
