import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { Failure } from "../../../scripts/lib/failure.ts";
import { formatLogEvent, parseAge } from "../../../scripts/lib/logEvents.ts";

const line = (message: string) =>
  stripVTControlCharacters(formatLogEvent("whodis", { timestamp: Date.UTC(2026, 0, 2, 3, 4, 5, 678), message }));

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
    assert.equal(line(JSON.stringify(record)), '03:04:05.678 whodis INFO greeted version="v1"');
  });

  it("show an error's name and message", () => {
    const record = { level: "ERROR", message: "failed", error: { name: "TypeError", message: "x is not a function" } };
    assert.equal(line(JSON.stringify(record)), "03:04:05.678 whodis ERROR failed TypeError: x is not a function");
  });

  it("show Lambda's own records in short", () => {
    const record = { time: "t", type: "platform.report", record: { metrics: { durationMs: 3 } } };
    assert.equal(line(JSON.stringify(record)), '03:04:05.678 whodis platform.report {"durationMs":3}');
  });

  it("show what ended badly, and how: a timeout says nothing else", () => {
    const metrics = { durationMs: 3 };
    const report = (record: object) => line(JSON.stringify({ time: "t", type: "platform.report", record }));
    assert.equal(report({ metrics, status: "success" }), '03:04:05.678 whodis platform.report {"durationMs":3}');
    const said = { metrics, status: "timeout", errorType: "Sandbox.Timedout" };
    assert.match(report(said), /\{"durationMs":3,"status":"timeout","errorType":"Sandbox\.Timedout"\}$/);
  });

  it("show stack traces in lines of their own, as Lambda and Powertools have them", () => {
    const frames = ['  File "/var/task/app.py", line 3, in handler\n    return {}["x"]\n'];
    const lambda = { level: "ERROR", message: "'x'", errorType: "KeyError", stackTrace: frames };
    const shown = [
      "03:04:05.678 whodis ERROR 'x' errorType=\"KeyError\"",
      '      File "/var/task/app.py", line 3, in handler',
      '        return {}["x"]',
    ];
    assert.equal(line(JSON.stringify(lambda)), shown.join("\n"));
    assert.equal(line(JSON.stringify({ ...lambda, stackTrace: undefined, exception: frames[0] })), shown.join("\n"));
    assert.equal(line(JSON.stringify({ ...lambda, stackTrace: [] })), shown[0]);
  });

  it("show embedded metrics by name and value", () => {
    const record = {
      _aws: { CloudWatchMetrics: [{ Metrics: [{ Name: "ColdStart" }] }] },
      service: "whodis",
      ColdStart: 1,
    };
    assert.equal(line(JSON.stringify(record)), "03:04:05.678 whodis metrics ColdStart=1");
  });

  it("show anything else as it is", () => {
    for (const text of ["plain text", "{broken", '{"other":1}'])
      assert.equal(line(text), `03:04:05.678 whodis ${text}`);
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
