import assert from "node:assert/strict";
import { transformed } from "../../../src/services/events/transform.ts";

const event = {
  version: "0",
  id: "1",
  "detail-type": "t",
  source: "s",
  account: "000000000000",
  time: "2026-01-01T00:00:00Z",
  region: "us-east-1",
  resources: [],
  detail: { list: ["A", "B"], object: { a: "x", n: 1 }, text: 'say "hi"' },
};

/** As AWS was seen to fill them in. */
describe("templates of EventBridge's input transformers", () => {
  for (const [InputTemplate, expected] of [
    ['"<list> of items"', '"[A,B] of items"'],
    ['"has <object>"', '"has {a:x,n:1}"'],
    ['{"l": <list>, "o": <object>}', '{"l": ["A","B"], "o": {"a":"x","n":1}}'],
    ['{"t": "<text>", "u": <text>}', '{"t": "say \\\\"hi\\\\"", "u": "say \\\\"hi\\\\""}'],
    ['{"missing": <none>}', '{"missing": ""}'],
    ['"<none>"', '""'],
  ] as const) {
    it(`${InputTemplate} becomes ${expected}`, () => {
      const InputPathsMap = {
        list: "$.detail.list",
        object: "$.detail.object",
        text: "$.detail.text",
        none: "$.detail.none",
      };
      const rule = { arn: "arn:aws:events:us-east-1:000000000000:rule/r", name: "r" };
      assert.equal(
        transformed(event as never, { InputTransformer: { InputPathsMap, InputTemplate } }, rule),
        expected.replaceAll("\\\\", "\\"),
      );
    });
  }
});
