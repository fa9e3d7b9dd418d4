import assert from "node:assert/strict";
import { hookLog } from "../../../components/deployment/hookLog.ts";

const read = (messages: string[], young = false) => {
  const logs = { filterLogEvents: async () => ({ events: messages.map((message) => ({ message })) }) };
  return hookLog({ logs } as never, "/hook", new Date(), young);
};

describe("a hook's log", () => {
  it("is shown by its messages, and by what Lambda says of a failure", async () => {
    const record = { status: "timeout", metrics: {} };
    assert.deepEqual(
      await read([
        '{"time":"2026-01-01T00:00:00Z","type":"platform.start","record":{"requestId":"r"}}',
        '{"level":"ERROR","message":"not fit for traffic: no","service":"hello","error":{"stack":"..."}}',
        '{"level":"ERROR","message":{"errorType":"TypeError","errorMessage":"x is not a function","stackTrace":[]}}',
        '{"level":"INFO","message":{"a":1}}',
        JSON.stringify({ type: "platform.report", record }),
        '{"type":"platform.report","record":{"status":"error","errorType":"Runtime.ExitError"}}',
        '{"type":"platform.report","record":{"status":"success"}}',
        "Runtime exited with error: signal: killed\n",
        "17",
      ]),
      [
        "ERROR not fit for traffic: no",
        "ERROR TypeError: x is not a function",
        'INFO {"a":1}',
        "platform.report: timeout",
        "platform.report: error, Runtime.ExitError",
        "Runtime exited with error: signal: killed",
        "17",
      ],
    );
  });

  it("is its last lines, and waited for when it is young", async () => {
    const many = Array.from({ length: 30 }, (_, at) => `line ${at}`);
    assert.deepEqual(await read(many), many.slice(10));
    const arriving = [[], ["starts"], ["starts", "fails"], ["starts", "fails", '{"type":"platform.report"}']];
    const logs = { filterLogEvents: async () => ({ events: arriving.shift()?.map((message) => ({ message })) }) };
    assert.deepEqual(await hookLog({ logs } as never, "/hook", undefined, true), ["starts", "fails"]);
    assert.deepEqual(arriving, []);
  });

  it("is told to be unreadable", async () => {
    const logs = { filterLogEvents: () => Promise.reject(new Error("no right")) };
    assert.deepEqual(await hookLog({ logs } as never, "/hook", undefined, true), [
      "the log /hook could not be read: no right",
    ]);
  });
});
