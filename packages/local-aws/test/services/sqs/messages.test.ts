import assert from "node:assert/strict";
import { checkMessages } from "../../../src/services/sqs/messages.ts";

describe("messages of SQS", () => {
  for (const [operation, isFifo, input, code] of [
    ["SendMessage", false, { MessageGroupId: "a b" }, "InvalidParameterValue"],
    ["SendMessage", false, { MessageGroupId: "" }, "InvalidParameterValue"],
    ["SendMessage", true, { MessageGroupId: "g", MessageDeduplicationId: "x".repeat(129) }, "InvalidParameterValue"],
    ["SendMessageBatch", true, { Entries: [{ Id: "1" }] }, "InvalidParameterValue"],
    ["SendMessageBatch", true, { Entries: [{ Id: "a b", MessageGroupId: "g" }] }, "InvalidBatchEntryId"],
    ["DeleteMessageBatch", false, { Entries: [{ Id: "x".repeat(81) }] }, "InvalidBatchEntryId"],
  ] as const) {
    it(`${operation} refuses ${JSON.stringify(input).slice(0, 70)}`, () =>
      assert.throws(() => checkMessages(operation, isFifo, input), { name: code }));
  }

  it("with punctuation in their ids are taken", () => {
    checkMessages("SendMessage", true, { MessageGroupId: "a-Z_9!~[]", MessageDeduplicationId: "x".repeat(128) });
    checkMessages("SendMessageBatch", true, { Entries: [{ Id: "a_1-b", MessageGroupId: "g" }] });
  });
});
