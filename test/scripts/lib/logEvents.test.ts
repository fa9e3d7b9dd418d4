import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { Failure } from "../../../scripts/lib/failure.ts";
import { formatLogEvent, parseAge } from "../../../scripts/lib/logEvents.ts";

const line = (message: string, verbose = false) => {
  const shown = formatLogEvent("whodis", { timestamp: Date.UTC(2026, 0, 2, 3, 4, 5, 678), message }, verbose);
  return shown === undefined ? undefined : stripVTControlCharacters(shown).replace("03:04:05.678 whodis ", "");
};

describe("log lines", () => {
  it("show time, function, level, message and what was added, without what every line has", () => {
    const record = {
      level: "INFO",
      message: "greeted",
      version: "v1",
      service: "whodis",
      timestamp: "x",
      cold_start: true,
    };
    assert.equal(line(JSON.stringify(record)), 'INFO greeted version="v1"');
  });

  it("show an error's name and message", () => {
    const record = { level: "ERROR", message: "failed", error: { name: "TypeError", message: "x is not a function" } };
    assert.equal(line(JSON.stringify(record)), "ERROR failed TypeError: x is not a function");
  });

  it("begin with the time and the function", () => {
    const shown = formatLogEvent("whodis", { timestamp: Date.UTC(2026, 0, 2, 3, 4, 5, 678), message: "hello" });
    assert.equal(stripVTControlCharacters(shown ?? ""), "03:04:05.678 whodis hello");
  });

  const stackTrace = [
    "TypeError: boom",
    "    at answer (/var/task/handlers/whodis/index.ts:10:31)",
    "    at parse (/var/task/node_modules/zod/index.ts:1:1)",
    "    at serve (file:///var/runtime/index.mjs:337:95)",
  ];
  const thrown = { errorType: "TypeError", errorMessage: "boom", stackTrace };

  it("show an uncaught exception, and where in the program it was thrown", () => {
    const expected = "ERROR TypeError: boom\n    handlers/whodis/index.ts:10:31";
    assert.equal(line(JSON.stringify({ level: "ERROR", requestId: "r", message: thrown })), expected);
    assert.equal(line(JSON.stringify({ level: "ERROR", requestId: "r", ...thrown })), expected);
    const error = { name: "TypeError", message: "boom", stack: stackTrace.join("\n") };
    assert.equal(
      line(JSON.stringify({ level: "ERROR", message: "failed", error })),
      expected.replace("ERROR", "ERROR failed"),
    );
  });

  it("show an exception of a function that logs text", () => {
    const text = `2026-01-02T03:04:05.678Z\tr\tERROR\tInvoke Error\t${JSON.stringify({ ...thrown, stack: stackTrace })}`;
    assert.equal(line(text), "ERROR Invoke Error TypeError: boom\n    handlers/whodis/index.ts:10:31");
    assert.equal(line("2026-01-02T03:04:05.678Z\tr\tINFO\thello"), "INFO hello");
    assert.equal(
      line("2026-01-02T03:04:05.678Z r Task timed out after 3.00 seconds"),
      "ERROR Task timed out after 3.00 seconds",
    );
  });

  it("show a stack that is of none of the program's files as it is", () => {
    const record = {
      level: "ERROR",
      message: { ...thrown, stackTrace: ["Error: x", "    at f (/var/runtime/a.mjs:1:2)"] },
    };
    assert.equal(line(JSON.stringify(record)), "ERROR TypeError: boom\n    at f (/var/runtime/a.mjs:1:2)");
  });

  const report = (status: string, errorType?: string) => {
    const metrics = { durationMs: 10_002.6, memorySizeMB: 256, maxMemoryUsedMB: 65 };
    return JSON.stringify({
      time: "t",
      type: "platform.report",
      record: { requestId: "r", metrics, status, errorType },
    });
  };
  const ends: [string, string, string][] = [
    ["timeout", "Sandbox.Timedout", "timed out after 10.0 s request r"],
    ["error", "Runtime.OutOfMemory", "ran out of memory after 10.0 s request r"],
    ["error", "Runtime.ExitError", "ended its process after 10.0 s request r"],
    ["error", "Function.ResponseSizeTooLarge", "answered more than 6 MB after 10.0 s request r"],
  ];
  for (const [status, errorType, expected] of ends) {
    it(`say why Lambda has ended a request: ${errorType}`, () =>
      assert.equal(line(report(status, errorType)), expected));
  }

  it("show events of state machines: what, where, of which execution, and why it failed", () => {
    const event = (type: string, details: object, arn = "arn:aws:states:eu-west-1:1:execution:machine:drop-1") =>
      line(
        JSON.stringify({ id: "2", type, details, previous_event_id: "1", event_timestamp: "0", execution_arn: arn }),
      );
    assert.equal(event("TaskStateEntered", { name: "Classify" }), "TaskStateEntered Classify drop-1");
    const failed = { error: "InvalidInput", cause: "quality is 101" };
    assert.equal(event("ExecutionFailed", failed), "ExecutionFailed InvalidInput: quality is 101 drop-1");
    const express = "arn:aws:states:eu-west-1:1:express:machine:run:2f0c";
    assert.equal(event("ExecutionStarted", {}, express), "ExecutionStarted run");
  });

  it("show requests of an API", () => {
    const request = { requestId: "r", time: "t", ip: "i", user: "-", method: "GET", route: "/iris/{id}", bytes: "2" };
    const shown = (more: object) => line(JSON.stringify({ ...request, integrationLatency: "-", ...more }));
    assert.equal(
      shown({ status: "403", latency: "1", error: "Forbidden", integrationError: "-" }),
      "GET /iris/{id} 403 1 ms Forbidden request r",
    );
    assert.equal(
      shown({ status: "502", latency: "-", error: "-", integrationError: 'bad: {"a":1}' }),
      "GET /iris/{id} 502 bad request r",
    );
  });

  it("show other records of Lambda's only where all is wanted", () => {
    assert.equal(line(report("success")), undefined);
    assert.equal(line(report("error", "TypeError")), undefined);
    assert.equal(line(report("success"), true), "success after 10.0 s, 65 of 256 MB, request r");
    assert.equal(line("START RequestId: r Version: 3"), undefined);
    assert.equal(line("START RequestId: r Version: 3", true), "START RequestId: r Version: 3");
  });

  it("show an exception of Python, as Lambda and Powertools have it", () => {
    const frames = ['  File "/var/task/app.py", line 3, in handler\n    return {}["x"]\n'];
    const lambda = { level: "ERROR", message: "'x'", errorType: "KeyError", stackTrace: frames };
    const shown = ["ERROR KeyError: 'x'", '    File "/var/task/app.py", line 3, in handler', '      return {}["x"]'];
    assert.equal(line(JSON.stringify(lambda)), shown.join("\n"));
    const traceback = `Traceback (most recent call last):\n${frames[0]}KeyError: 'x'`;
    const powertools = { level: "ERROR", message: "failed", exception_name: "KeyError", exception: traceback };
    assert.match(
      line(JSON.stringify(powertools)) ?? "",
      /^ERROR failed exception_name="KeyError"\n {4}.*File "\/var\/task\/app.py"/,
    );
    assert.equal(line(JSON.stringify({ ...lambda, stackTrace: [] })), shown[0]);
  });

  it("show embedded metrics by name and value", () => {
    const record = {
      _aws: { CloudWatchMetrics: [{ Metrics: [{ Name: "ColdStart" }] }] },
      service: "whodis",
      ColdStart: 1,
    };
    assert.equal(line(JSON.stringify(record)), undefined);
    assert.equal(line(JSON.stringify(record), true), "metrics ColdStart=1");
  });

  it("show anything else as it is", () => {
    for (const text of ["plain text", "{broken", '{"other":1}']) assert.equal(line(text), text);
  });
});

describe("parseAge", () => {
  it("reads whole numbers of seconds, minutes, hours and days", () => {
    assert.deepEqual(["30s", "10m", "2h", "1d"].map(parseAge), [30_000, 600_000, 7_200_000, 86_400_000]);
  });

  for (const text of ["", "10", "m", "1.5h", "-1m", "1w"]) {
    it(`refuses "${text}"`, () =>
      assert.throws(
        () => parseAge(text),
        (error) => error instanceof Failure && error.message.includes(`"${text}"`),
      ));
  }
});
