/** A queue: its messages as they lie there, and what can be done with them. */
import type { LookedAt } from "local-aws/console";
import { useState } from "preact/hooks";
import { call, look } from "../../lib/api.ts";
import { useData } from "../../lib/data.ts";
import { dayAndTime, nameOf, plural } from "../../lib/text.ts";
import { Badge, Button, Empty, Facts, Failure, Field, Json, Section, Waiting } from "../../ui/parts.tsx";

export function QueueDetail({ url: QueueUrl, onChange }: { url: string; onChange(): void }) {
  const { value, error, reload } = useData(
    async (signal) => {
      const [{ Attributes = {} }, { Messages }] = await Promise.all([
        call("sqs", "GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] }, signal),
        look<{ Messages: LookedAt[] }>("sqs", "Messages", { QueueUrl }),
      ]);
      const { queueUrls: sources = [] } = await call("sqs", "ListDeadLetterSourceQueues", { QueueUrl }, signal);
      return { attributes: Attributes as Record<string, string>, messages: Messages, sources };
    },
    [QueueUrl],
    { every: 2_000 },
  );
  if (!value) return error ? <Failure error={error} /> : <Waiting />;
  const { attributes, messages, sources } = value;
  const changed = () => {
    reload();
    onChange();
  };
  const redrive = async () => {
    await call("sqs", "StartMessageMoveTask", { SourceArn: attributes.QueueArn as string });
    changed();
  };
  const purge = async () => {
    await call("sqs", "PurgeQueue", { QueueUrl });
    changed();
  };
  const dead = JSON.parse(attributes.RedrivePolicy ?? "{}") as {
    deadLetterTargetArn?: string;
    maxReceiveCount?: number;
  };
  return (
    <>
      <Facts
        of={{
          Kind: attributes.FifoQueue === "true" ? "FIFO" : "standard",
          "Hidden once received": `${attributes.VisibilityTimeout} s`,
          Delay: attributes.DelaySeconds !== "0" && `${attributes.DelaySeconds} s`,
          "Failures go to":
            dead.deadLetterTargetArn && `${nameOf(dead.deadLetterTargetArn)} after ${dead.maxReceiveCount}`,
          "Takes failures of": sources.map(nameOf).join(", "),
        }}
      />
      <SendForm url={QueueUrl} isFifo={attributes.FifoQueue === "true"} onSent={changed} />
      <div class="actions">
        {sources.length > 0 && messages.length > 0 && (
          <Button primary onPress={redrive}>
            Redrive to where they came from
          </Button>
        )}
        {messages.length > 0 && (
          <Button danger onPress={purge}>
            Delete them all
          </Button>
        )}
      </div>
      <Section title={plural(messages.length, "message")}>
        {messages.length === 0 && <Empty>Nothing waits here.</Empty>}
        {messages.slice(0, 100).map(({ MessageId, Body, Sent, Visible, Receives, Group, Attributes }) => (
          <div key={MessageId}>
            <Facts
              of={{
                Sent: dayAndTime(Sent),
                State:
                  Visible > Date.now() ? (
                    <Badge tone="busy">{Receives > 0 ? "somebody has it" : "delayed"}</Badge>
                  ) : (
                    <Badge>waits</Badge>
                  ),
                Received: Receives > 0 && plural(Receives, "time"),
                Group,
              }}
            />
            <Json label={`Body of ${MessageId}`} of={Body} />
            <Json label={`Attributes of ${MessageId}`} of={Attributes} />
          </div>
        ))}
        {messages.length > 100 && <Empty>These are the 100 oldest.</Empty>}
      </Section>
    </>
  );
}

function SendForm({ url: QueueUrl, isFifo, onSent }: { url: string; isFifo: boolean; onSent(): void }) {
  const [body, setBody] = useState("");
  const [group, setGroup] = useState("console");
  const sendIt = async () => {
    const order = { MessageGroupId: group, MessageDeduplicationId: crypto.randomUUID() };
    await call("sqs", "SendMessage", { QueueUrl, MessageBody: body, ...(isFifo && order) });
    setBody("");
    onSent();
  };
  return (
    <details>
      <summary>Send a message</summary>
      <Field label="Body of the message" type="area" rows={5} value={body} onInput={setBody} />
      {isFifo && <Field label="Message group" value={group} onInput={setGroup} />}
      <div class="actions">
        <Button primary onPress={sendIt}>
          Send
        </Button>
      </div>
    </details>
  );
}
