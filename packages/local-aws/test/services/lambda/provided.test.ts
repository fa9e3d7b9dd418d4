import assert from "node:assert/strict";
import { type Functions, startFunctions, zip } from "../../../testing/lambda.ts";
import { startFaults, stopFaults } from "../../support/faults.ts";

/** A runtime as its author would write it, by the Runtime API alone. */
const bootstrap = (served: string, before = "") => `#!${process.execPath}
const api = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2018-06-01/runtime/";
const post = (path, body, headers = {}) => fetch(api + path, { method: "POST", body, headers });
(async () => {
  ${before}
  for (;;) {
    const request = await fetch(api + "invocation/next");
    const id = request.headers.get("lambda-runtime-aws-request-id");
    const event = await request.json();
    ${served}
  }
})();
`;

describe("functions with a runtime of their own", () => {
  let functions: Functions;
  before(async () => {
    functions = await startFunctions();
  });
  after(() => functions.test.stop());

  const create = (name: string, files: Record<string, string>, Runtime: "provided.al2" | "provided.al2023") =>
    functions.create(name, "", { Runtime, Handler: "any.thing", Timeout: 10, Code: { ZipFile: zip(files) } });

  for (const runtime of ["provided.al2", "provided.al2023"] as const) {
    it(`of ${runtime} fetch their requests and answer them`, async () => {
      const served = `console.log("served", process.env._HANDLER);
        const answer = { event, arn: request.headers.get("lambda-runtime-invoked-function-arn"),
          deadline: Number(request.headers.get("lambda-runtime-deadline-ms")) > Date.now(),
          trace: request.headers.get("lambda-runtime-trace-id"), type: request.headers.get("content-type") };
        const { status } = await post("invocation/" + id + "/response", JSON.stringify(answer));
        console.log("answered", status);`;
      const name = runtime.replace(".", "-");
      await create(name, { bootstrap: bootstrap(served) }, runtime);
      const { value, error, log } = await functions.invoke(name, { a: "ü" });
      assert.equal(error, undefined, log);
      const { event, arn, deadline, trace, type } = value as Record<string, unknown>;
      assert.deepEqual([event, deadline, type], [{ a: "ü" }, true, "application/json"]);
      assert.match(String(arn), new RegExp(`:function:${name}$`));
      assert.match(String(trace), /^Root=1-/);
      assert.match(log, /^served any\.thing$/m);
      assert.match((await functions.invoke(name, {})).log, /^answered 202$|^served/m);
    });
  }

  it("are killed by a fault with their process, and the next request has a new one", async () => {
    const served = `await post("invocation/" + id + "/response", String(process.pid));`;
    await create("doomed", { bootstrap: bootstrap(served) }, "provided.al2023");
    const { value: before } = await functions.invoke("doomed", {});
    await startFaults(functions.test, { kind: "kill", probability: 1, service: "lambda" });
    const { value, error } = await functions.invoke("doomed", {});
    await stopFaults(functions.test);
    assert.equal(error, "Unhandled");
    assert.match(JSON.stringify(value), /Runtime\.ExitError.*signal: killed/);
    assert.notEqual((await functions.invoke("doomed", {})).value, before);
  });

  it("report an error with a long stack for X-Ray, in a header of up to 1 MB", async () => {
    const served = `const cause = JSON.stringify({ paths: ["x".repeat(1024 * 1024 - 100)] });
      const headers = { "lambda-runtime-function-xray-error-cause": cause };
      await post("invocation/" + id + "/error", event.body, headers);`;
    await create("deep", { bootstrap: bootstrap(served) }, "provided.al2023");
    const body = JSON.stringify({ errorType: "RecursionError", errorMessage: "too deep", stackTrace: [] });
    assert.deepEqual((await functions.invoke("deep", { body })).value, JSON.parse(body));
  });

  it("answer with errors, whose type is theirs or the header's", async () => {
    const served = `await post("invocation/" + id + "/error", event.body, { "lambda-runtime-function-error-type": "Header.Type" });`;
    await create("errors", { bootstrap: bootstrap(served) }, "provided.al2023");
    const body = JSON.stringify({ errorType: "Own", errorMessage: "no", stackTrace: [] });
    const { value, error } = await functions.invoke("errors", { body });
    assert.deepEqual([value, error], [{ errorType: "Own", errorMessage: "no", stackTrace: [] }, "Unhandled"]);
    assert.deepEqual((await functions.invoke("errors", { body: "text" })).value, {
      errorType: "Header.Type",
      errorMessage: "text",
    });
  });

  it("are told what they may not say, and nobody else is let in", async () => {
    const served = `
      const statuses = {};
      for (const [name, path] of Object.entries({ other: "invocation/x/response", again: "init/error", none: "nothing" }))
        statuses[name] = (await post(path, "{}")).status;
      statuses.stranger = (await fetch(api.replace(/_lambda.[^/]+/, "_lambda/x") + "invocation/next")).status;
      statuses.page = (await fetch(api + "invocation/next", { headers: { origin: "https://example.com" } })).status;
      statuses.first = (await post("invocation/" + id + "/response", JSON.stringify(statuses))).status;
      statuses.twice = (await post("invocation/" + id + "/response", "2")).status;
      if (statuses.twice !== 400) throw new Error("answered twice");`;
    await create("rules", { bootstrap: bootstrap(served) }, "provided.al2023");
    const expected = { other: 400, again: 403, none: 404, stranger: 403, page: 403 };
    assert.deepEqual((await functions.invoke("rules", {})).value, expected);
    assert.deepEqual((await functions.invoke("rules", {})).value, expected);
  });

  it("say why they could not start", async () => {
    const before = `await post("init/error", JSON.stringify({ errorType: "My.Init", errorMessage: "no table" })); process.exit(1);`;
    await create("start", { bootstrap: bootstrap("", before) }, "provided.al2023");
    const { value, error, log } = await functions.invoke("start", {});
    assert.deepEqual([value, error], [{ errorType: "My.Init", errorMessage: "no table" }, "Unhandled"]);
    assert.match(log, /Status: error\tError Type: My\.Init/);
  });

  it("need a program named bootstrap", async () => {
    await create("without", { "other.sh": "" }, "provided.al2023");
    const { value, log } = await functions.invoke("without", {});
    const { errorType, errorMessage } = value as Record<string, string>;
    assert.equal(errorType, "Runtime.ExitError");
    assert.match(String(errorMessage), /Runtime exited with error: exit status 127$/);
    assert.match(log, /\/var\/task\/bootstrap/);
    await create("plain", { bootstrap: "not a program" }, "provided.al2023");
    assert.match(JSON.stringify((await functions.invoke("plain", {})).value), /exit status 126/);
  });

  it("refuse an event that is no JSON before they are asked", async () => {
    await create("parsed", { bootstrap: bootstrap("") }, "provided.al2023");
    await assert.rejects(functions.invoke("parsed", undefined, { Payload: Buffer.from("{") }), {
      name: "InvalidRequestContentException",
    });
  });
});
