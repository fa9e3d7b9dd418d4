/** Queues and topics: what waits in a queue, without taking it; to send, redrive and publish. */
import { useState } from "preact/hooks";
import { all, call } from "../lib/api.ts";
import { useData } from "../lib/data.ts";
import { definePage, type PageProps } from "../lib/page.ts";
import { go, hrefOf } from "../lib/router.ts";
import { matches, nameOf, plural } from "../lib/text.ts";
import { List } from "../ui/list.tsx";
import { Badge, Failure, Field } from "../ui/parts.tsx";
import { Split } from "../ui/split.tsx";
import { QueueDetail } from "./queues/queue.tsx";
import { TopicDetail } from "./queues/topic.tsx";

export default definePage({ path: "queues", title: "Queues and topics", group: "Resources", view: Queues });

interface Entry {
  /** A queue's URL, a topic's ARN. */
  id: string;
  name: string;
  kind: "queue" | "topic";
  /** Of a queue: messages that can be received; that somebody has, or that are delayed. */
  waiting: number;
  taken: number;
  /** Of a topic: subscriptions. */
  subscribed: number;
}

function Queues({ rest: [chosen] }: PageProps) {
  const [search, setSearch] = useState("");
  const { value, error, reload } = useData(readEntries, [], { every: 2_500 });
  const shown = (value ?? []).filter(({ name, kind }) => matches(search, name, kind));
  const entry = value?.find(({ id }) => id === chosen);
  return (
    <Split
      back={hrefOf(["queues"])}
      title={entry?.name}
      detail={
        entry &&
        (entry.kind === "queue" ? (
          <QueueDetail key={entry.id} url={entry.id} onChange={reload} />
        ) : (
          <TopicDetail key={entry.id} arn={entry.id} />
        ))
      }
      list={
        <>
          <div class="bar">
            <Field label="Search" type="search" value={search} onInput={setSearch} hint="name" />
            <span class="count" role="status">
              {plural(shown.filter(({ kind }) => kind === "queue").length, "queue")},{" "}
              {plural(shown.filter(({ kind }) => kind === "topic").length, "topic")}
            </span>
          </div>
          {error && <Failure error={error} />}
          <List
            label="Queues and topics"
            items={shown}
            id={({ id }) => id}
            {...(chosen !== undefined && { chosen })}
            onChoose={({ id }) => go(["queues", id])}
            empty={value ? "There is none like that." : "Reading …"}
            columns={[
              { title: "Kind", width: "4.5em", cell: ({ kind }) => <Badge>{kind}</Badge>, wide: true },
              { title: "Name", width: "1fr", cell: ({ name }) => name },
              {
                title: "Holds",
                width: "8em",
                cell: ({ kind, waiting, taken, subscribed }) => (
                  <span class="number">
                    {kind === "topic"
                      ? plural(subscribed, "subscription")
                      : `${plural(waiting, "message")}${taken > 0 ? ` + ${taken}` : ""}`}
                  </span>
                ),
              },
            ]}
          />
        </>
      }
    />
  );
}

async function readEntries(signal: AbortSignal): Promise<Entry[]> {
  const [urls, topics] = await Promise.all([
    all(
      (NextToken) => call("sqs", "ListQueues", { MaxResults: 1_000, ...(NextToken && { NextToken }) }, signal),
      ({ QueueUrls }) => QueueUrls,
      ({ NextToken }) => NextToken,
    ),
    all(
      (NextToken) => call("sns", "ListTopics", NextToken ? { NextToken } : {}, signal),
      ({ Topics }) => Topics,
      ({ NextToken }) => NextToken,
    ),
  ]);
  const queues = urls.map(async (QueueUrl): Promise<Entry> => {
    const { Attributes = {} } = await call("sqs", "GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] }, signal);
    const count = (name: string) =>
      Number((Attributes as Record<string, string>)[`ApproximateNumberOfMessages${name}`] ?? 0);
    const taken = count("NotVisible") + count("Delayed");
    return { id: QueueUrl, name: nameOf(QueueUrl), kind: "queue", waiting: count(""), taken, subscribed: 0 };
  });
  const others = topics.map(async ({ TopicArn = "" }): Promise<Entry> => {
    const { Subscriptions = [] } = await call("sns", "ListSubscriptionsByTopic", { TopicArn }, signal);
    return {
      id: TopicArn,
      name: nameOf(TopicArn),
      kind: "topic",
      waiting: 0,
      taken: 0,
      subscribed: Subscriptions.length,
    };
  });
  const entries = await Promise.all([...queues, ...others]);
  // What waits comes first.
  return entries.sort(
    (one, other) => other.waiting + other.taken - one.waiting - one.taken || one.name.localeCompare(other.name),
  );
}
