/** A topic: who is subscribed; and to publish. */
import { useState } from "preact/hooks";
import { call } from "../../lib/api.ts";
import { useData } from "../../lib/data.ts";
import { nameOf } from "../../lib/text.ts";
import { Badge, Button, Failure, Field, Section, Waiting } from "../../ui/parts.tsx";

export function TopicDetail({ arn: TopicArn }: { arn: string }) {
  const { value, error } = useData(
    (signal) => call("sns", "ListSubscriptionsByTopic", { TopicArn }, signal),
    [TopicArn],
    {
      every: 3_000,
    },
  );
  const [subject, setSubject] = useState("");
  const [message, setMessage] = useState("");
  const publish = async () => {
    await call("sns", "Publish", { TopicArn, Message: message, ...(subject !== "" && { Subject: subject }) });
    setMessage("");
  };
  if (!value) return error ? <Failure error={error} /> : <Waiting />;
  return (
    <>
      <Section title="Subscriptions">
        <table class="grid">
          <tbody>
            {(value.Subscriptions ?? []).map(({ Protocol, Endpoint = "", SubscriptionArn = "" }) => (
              <tr key={`${Protocol} ${Endpoint}`}>
                <td>{Protocol}</td>
                <td>{Endpoint.startsWith("arn:") ? nameOf(Endpoint) : Endpoint}</td>
                <td>
                  {SubscriptionArn === "PendingConfirmation" ? (
                    <Badge tone="warn">not confirmed</Badge>
                  ) : (
                    <Badge>confirmed</Badge>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      <Field label="Subject" value={subject} onInput={setSubject} hint="of mails" />
      <Field label="Message" type="area" rows={6} value={message} onInput={setMessage} />
      <div class="actions">
        <Button primary onPress={publish} disabled={message === ""}>
          Publish
        </Button>
      </div>
    </>
  );
}
