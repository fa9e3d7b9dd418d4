import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Activity, DeniedActivity, InvocationActivity } from "local-aws";
import { activityLines } from "../../src/terminal/activityLines.ts";
import { Names } from "../../src/terminal/names.ts";

const arn = (service: string, rest: string) => `arn:aws:${service}:eu-west-1:000000000000:${rest}`;
const at = { at: 0, region: "eu-west-1" };
const ingest = arn("lambda", "function:iris-ingest-254ce88");
const invocation = (rest: Partial<InvocationActivity>): InvocationActivity => ({
  ...{ ...at, kind: "invocation", function: ingest, version: "3", requestId: "r", milliseconds: 24.4 },
  ...{ outcome: "success", trace: "Root=1-0-0", ...rest },
});

describe("the lines of what happens", () => {
  let programDirectory: string;
  const names = new Names();
  const lines = (activity: Activity, verbose = false) => activityLines({ names, programDirectory, verbose })(activity);

  before(() => {
    programDirectory = mkdtempSync(join(tmpdir(), "lines-"));
    mkdirSync(join(programDirectory, "handlers"));
    writeFileSync(join(programDirectory, "handlers/iris.ts"), 'const a = 1;\n  throw new TypeError("boom");\n');
    const urn = (name: string) => `urn:pulumi:local::shop::aws:x/y:Z::${name}`;
    names.learn([
      { urn: urn("iris-ingest"), id: "iris-ingest-254ce88", outputs: {} },
      { urn: urn("iris-ingest-role"), id: "iris-ingest-role-1", outputs: {} },
      { urn: urn("iris-records"), id: "iris-records-2788ba1", outputs: {} },
      { urn: urn("archiver"), id: arn("states", "stateMachine:archiver-9"), outputs: {} },
      { urn: urn("jobs"), id: "http://127.0.0.1:4566/000000000000/jobs-7", outputs: { name: "jobs-7" } },
    ]);
  });
  after(() => rmSync(programDirectory, { recursive: true }));

  it("are one a request: route, status, function, time, and why it was refused", () => {
    const request = { ...at, kind: "request", method: "POST", path: "/v0/iris", milliseconds: 24 } as const;
    const live = `${ingest}:live`;
    assert.deepEqual(lines({ ...request, status: 201, function: live }), ["POST /v0/iris 201 iris-ingest 24 ms"]);
    assert.deepEqual(lines({ ...request, status: 400, function: live, message: "sepal_length: is missing" }), [
      "POST /v0/iris 400 iris-ingest 24 ms  sepal_length: is missing",
    ]);
    assert.deepEqual(lines({ ...request, status: 403, message: "no API has such a path" }), [
      "POST /v0/iris 403 24 ms  no API has such a path",
    ]);
  });

  it("tell of faults that were asked for: whose call, what happened to it", () => {
    const principal = "arn:aws:iam::000000000000:role/iris-ingest-role-1";
    const fault = {
      ...at,
      kind: "fault",
      rule: 0,
      call: 1,
      service: "dynamodb",
      operation: "PutItem",
      principal,
    } as const;
    assert.deepEqual(lines({ ...fault, fault: "throttle", code: "ProvisionedThroughputExceededException" }), [
      "~ iris-ingest-role dynamodb PutItem throttled: ProvisionedThroughputExceededException",
    ]);
    assert.deepEqual(lines({ ...fault, fault: "latency", milliseconds: 200 }), [
      "~ iris-ingest-role dynamodb PutItem waits 200 ms",
    ]);
    const { principal: _, ...nobodys } = fault;
    assert.deepEqual(lines({ ...nobodys, service: "lambda", operation: "Invoke", fault: "kill", milliseconds: 20 }), [
      "~ lambda Invoke killed after 20 ms",
    ]);
  });

  it("say of an exception its class, message, source line and callers, which an editor opens", () => {
    const stack = [
      "    at answer (/var/task/handlers/iris.ts:2:9)",
      "    at <anonymous> (/var/task/node_modules/zod/index.ts:5:1)",
      "    at handler (file:///var/task/handlers/iris.ts:1:1)",
      "    at serve (file:///var/runtime/index.mjs:337:95)",
    ];
    const error = { type: "TypeError", message: "boom", stack };
    assert.deepEqual(lines(invocation({ outcome: "error", error })), [
      "✗ iris-ingest TypeError: boom",
      '    handlers/iris.ts:2:9  throw new TypeError("boom");',
      "    handlers/iris.ts:1:1",
    ]);
  });

  it("say of an exception in Python where it was raised", () => {
    const stack = [
      '  File "/var/task/handlers/iris.ts", line 1, in handler\n',
      '  File "/var/task/handlers/iris.ts", line 2, in read\n',
    ];
    const error = { type: "ValueError", message: "boom", stack };
    assert.deepEqual(lines(invocation({ outcome: "error", error })).slice(1), [
      '    handlers/iris.ts:2  throw new TypeError("boom");',
      "    handlers/iris.ts:1",
    ]);
  });

  it("say so of a package, which begins in its entry's folder: by the source line, and of no other's packages", () => {
    for (const [folder, line] of [
      ["a", "pass"],
      ["b", "raise ValueError('boom')"],
      ["venv", "raise ValueError('boom')"],
    ]) {
      mkdirSync(join(programDirectory, "handlers", folder as string));
      writeFileSync(join(programDirectory, "handlers", folder as string, "app.py"), `def create():\n    ${line}\n`);
    }
    const stack = [
      '  File "/var/runtime/bootstrap.py", line 9, in main\n    create()\n',
      `  File "/var/task/app.py", line 2, in create\n    raise ValueError('boom')\n`,
      '  File "/var/task/joblib/load.py", line 2, in load\n    raise\n',
      '  File "/var/task/../../etc/passwd", line 1, in x\n',
      '  File "/var/task/**/app.py", line 1, in x\n',
    ];
    const error = { type: "ValueError", message: "boom", stack };
    assert.deepEqual(lines(invocation({ outcome: "error", error })).slice(1), [
      "    handlers/b/app.py:2  raise ValueError('boom')",
    ]);
  });

  const ends: [string, InvocationActivity["outcome"], string, string, string][] = [
    [
      "a timeout",
      "timeout",
      "Sandbox.Timedout",
      "RequestId: r Error: Task timed out after 10.00 seconds",
      "timed out after 10.0 s",
    ],
    [
      "out of memory",
      "crash",
      "Runtime.OutOfMemory",
      "RequestId: r Error: Runtime exited with error: signal: killed",
      "ran out of memory after 10.0 s",
    ],
    [
      "an exit",
      "crash",
      "Runtime.ExitError",
      "RequestId: r Error: Runtime exited with error: exit status 3",
      "ended its process: Runtime exited with error: exit status 3 after 10.0 s",
    ],
    [
      "too large an answer",
      "error",
      "Function.ResponseSizeTooLarge",
      "Response payload size exceeded",
      "Response payload size exceeded",
    ],
  ];
  for (const [what, outcome, type, message, expected] of ends) {
    it(`say of ${what} what it is`, () => {
      const error = { type, message, stack: [] };
      assert.deepEqual(lines(invocation({ outcome, error, milliseconds: 10_002 })), [`✗ iris-ingest ${expected}`]);
    });
  }

  it("say who may not do what on what, and which kind of policy is missing", () => {
    const denied: DeniedActivity = {
      ...{ ...at, kind: "denied", principal: "arn:aws:iam::000000000000:role/iris-ingest-role-1" },
      ...{ action: "dynamodb:PutItem", resource: arn("dynamodb", "table/iris-records-2788ba1") },
      ...{ by: "identity-based", explicit: false },
    };
    assert.deepEqual(lines(denied), [
      "✗ iris-ingest-role may not dynamodb:PutItem on iris-records: no identity-based policy allows it",
    ]);
    assert.deepEqual(lines({ ...denied, explicit: true, resource: "*" }), [
      "✗ iris-ingest-role may not dynamodb:PutItem: denied by an identity-based policy",
    ]);
  });

  it("say that a function is throttled", () => {
    assert.deepEqual(lines({ ...at, kind: "throttle", function: ingest, message: "Rate Exceeded." }), [
      "✗ iris-ingest throttled  Rate Exceeded.",
    ]);
  });

  it("are one a batch, with what became of it", () => {
    const source = arn("dynamodb", "table/iris-records-2788ba1/stream/2026-11-29T19:48:20.719");
    const batch = { ...at, kind: "batch", source, function: ingest, records: 3, milliseconds: 629 } as const;
    assert.deepEqual(lines({ ...batch, outcome: "done" }), ["dynamodb iris-records → iris-ingest 3 records 629 ms"]);
    assert.deepEqual(lines({ ...batch, outcome: "partial", failed: 1 }), [
      "dynamodb iris-records → iris-ingest 3 records, 1 failed 629 ms",
    ]);
  });

  it("are one an event delivered, unless the function's own line says so", () => {
    const delivery = { ...at, kind: "delivery", source: arn("events", "rule/nightly"), milliseconds: 3 } as const;
    assert.deepEqual(lines({ ...delivery, target: arn("sqs", "jobs-7") }), ["events nightly → jobs 3 ms"]);
    assert.deepEqual(lines({ ...delivery, target: ingest }), []);
    assert.deepEqual(lines({ ...delivery, target: ingest, message: "not allowed" }), [
      "events nightly → iris-ingest failed 3 ms  not allowed",
    ]);
    const source = arn("events", "rule/nightly");
    assert.deepEqual(lines(invocation({ source })), ["events nightly → iris-ingest 24 ms"]);
    const api = arn("execute-api", "abc/Prod/POST/v0/iris");
    assert.deepEqual(lines(invocation({ source: api })), []);
    assert.equal(lines(invocation({ source: api }), true).length, 1);
  });

  it("are one when an execution starts and one when it ends", () => {
    const machine = arn("states", "stateMachine:archiver-9");
    const execution = { ...at, kind: "execution", machine, name: "drop-1", arn: "arn" } as const;
    assert.deepEqual(lines({ ...execution, status: "RUNNING", milliseconds: 0 }), ["archiver drop-1 started"]);
    const cause = JSON.stringify({ errorType: "InvalidInput", errorMessage: "quality is 101", trace: ["x"] });
    assert.deepEqual(lines({ ...execution, status: "FAILED", milliseconds: 2_300, error: "InvalidInput", cause }), [
      "archiver drop-1 failed 2.3 s  InvalidInput: quality is 101",
    ]);
  });

  it("are one when a container, job or endpoint ends by itself, with its exit code and what it said last", () => {
    const exit = { ...at, kind: "exit", milliseconds: 2_300 } as const;
    const service = { ...exit, resource: arn("ecs", "service/shop/jobs-7") };
    assert.deepEqual(lines({ ...service, code: 1, message: "TypeError: boom" }), [
      "✗ ecs jobs exit code 1 after 2.3 s  TypeError: boom",
    ]);
    assert.deepEqual(lines({ ...service, container: "web", code: 137 }), ["✗ ecs jobs web exit code 137 after 2.3 s"]);
    const image = "CannotPullContainerError: no image";
    assert.deepEqual(lines({ ...service, message: image }), [`✗ ecs jobs failed after 2.3 s  ${image}`]);
    const task = { ...exit, resource: arn("ecs", "task-definition/nightly:3"), code: 0 };
    assert.deepEqual(lines(task), ["ecs nightly done 2.3 s"]);
    const endpoint = { ...exit, resource: arn("sagemaker", "endpoint/movielens"), code: 0 };
    assert.deepEqual(lines({ ...endpoint, message: "it served, and ended" }), [
      "✗ sagemaker movielens exit code 0 after 2.3 s  it served, and ended",
    ]);
    const run = { ...exit, resource: arn("emr-serverless", "/applications/00a/jobruns/00b"), name: "ratings" };
    assert.deepEqual(lines({ ...run, code: 0 }), ["emr-serverless ratings done 2.3 s"]);
  });

  it("hold no control characters of a request's, and are no longer than a reader wants", () => {
    const message = `\u001b[2J\nforged line ${"x".repeat(1_000)}`;
    const [line = ""] = lines({
      ...at,
      kind: "request",
      method: "GET",
      path: "/a",
      status: 400,
      milliseconds: 1,
      message,
    });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none.
    assert.doesNotMatch(line, /[\u0000-\u001f]/);
    assert.ok(line.length < 350, String(line.length));
  });
});
