// Sends messages to a local cloud of its own for ever, deletes every second one, and tells its parent of each, until it is killed.

import { createCloud } from "../../../src/index.ts";

const [directory = ""] = process.argv.slice(2);
const local = createCloud({ directory, awsPort: 0, apiPort: 0 });
await local.listen();
const call = <Answer>(operation: string, input: object) => local.cloud.call<Answer>("sqs", operation, input);
const { QueueUrl } = await call<{ QueueUrl: string }>("CreateQueue", { QueueName: "written" });
for (let n = 0; ; n++) {
  await call("SendMessage", { QueueUrl, MessageBody: String(n) });
  if (n % 2 === 1) {
    const input = { QueueUrl };
    const { Messages } = await call<{ Messages: { Body: string; ReceiptHandle: string }[] }>("ReceiveMessage", input);
    const [message] = Messages;
    await call("DeleteMessage", { QueueUrl, ReceiptHandle: message?.ReceiptHandle });
    process.send?.({ sent: String(n), deleted: message?.Body });
  } else process.send?.({ sent: String(n) });
}
