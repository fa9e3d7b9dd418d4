import assert from "node:assert/strict";
import { levelOf, messageOf } from "../../../app/pages/logs/message.ts";

describe("a line of a log", () => {
  const line = (value: object) => JSON.stringify(value);
  for (const [name, text, message, level] of [
    ["text as it is", "plain words\n", "plain words", ""],
    [
      "a logger's level, text and own fields",
      line({ level: "WARN", message: "refused", field: "a", timestamp: "t", requestId: "r" }),
      'WARN refused field="a"',
      "warn",
    ],
    [
      "an exception",
      line({ level: "ERROR", message: { errorType: "TypeError", errorMessage: "boom", stackTrace: [] } }),
      "ERROR TypeError: boom",
      "bad",
    ],
    [
      "Lambda's report",
      line({
        type: "platform.report",
        record: { status: "timeout", metrics: { durationMs: 10_000, maxMemoryUsedMB: 60 } },
      }),
      "report 10.0 s 60 MB timeout",
      "bad",
    ],
    ["Lambda's start", line({ type: "platform.start", record: { requestId: "r" } }), "start", ""],
    [
      "embedded metrics",
      line({
        _aws: { CloudWatchMetrics: [{ Metrics: [{ Name: "ColdStart", Unit: "Count" }] }] },
        service: "a",
        ColdStart: 1,
      }),
      "metrics ColdStart=1",
      "",
    ],
    [
      "an API's request",
      line({ requestId: "r", time: "t", method: "GET", route: "/a/{id}", status: "200", latency: "7", error: "-" }),
      "GET /a/{id} 200 7 ms",
      "",
    ],
    [
      "an API's request that failed",
      line({ method: "GET", route: "/a", status: "502", latency: "7", error: "Internal server error" }),
      "GET /a 502 7 ms Internal server error",
      "",
    ],
    ["JSON of no logger", line({ a: 1 }), '{"a":1}', ""],
    ["an object as a message", line({ level: "INFO", message: { a: 1 } }), 'INFO {"a":1}', ""],
    ["what only begins like JSON", "{ broken", "{ broken", ""],
  ] as const) {
    it(`says ${name}`, () => {
      assert.deepEqual([messageOf(text), levelOf(text)], [message, level]);
    });
  }
});
