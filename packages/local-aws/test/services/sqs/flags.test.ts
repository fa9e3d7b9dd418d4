import assert from "node:assert/strict";
import { SQS } from "@aws-sdk/client-sqs";
import { startCloud } from "../../../testing/cloud.ts";

it("attributes that are true or false are taken in any case, and act", async () => {
  const test = await startCloud();
  try {
    const sqs = test.client(SQS);
    const Attributes = { FifoQueue: "True", ContentBasedDeduplication: "TRUE" };
    const { QueueUrl } = await sqs.createQueue({ QueueName: "any-case.fifo", Attributes });
    const { Attributes: shown } = await sqs.getQueueAttributes({
      QueueUrl,
      AttributeNames: ["ContentBasedDeduplication"],
    });
    assert.deepEqual(shown, { ContentBasedDeduplication: "true" });
    const message = { QueueUrl, MessageBody: "same", MessageGroupId: "g" };
    assert.equal((await sqs.sendMessage(message)).MessageId, (await sqs.sendMessage(message)).MessageId);
  } finally {
    await test.stop();
  }
});
