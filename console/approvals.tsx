/** What the archiver asks a human, and what was answered. */
import {
  type Activity,
  Badge,
  Button,
  call,
  dayAndTime,
  definePage,
  Facts,
  Failure,
  Field,
  go,
  hrefOf,
  List,
  type PageProps,
  plural,
  Split,
  timeText,
  useData,
  Waiting,
} from "local-console/app";
import { useState } from "preact/hooks";
import { itemsOf } from "./parts/resources.ts";

interface Granule {
  url?: string;
  quality?: number;
  archive?: boolean;
}

interface Question {
  id: string;
  execution: string;
  token: string;
  granule: Granule;
  asked: string;
  until: string;
  /** Of its execution. */
  status: string;
}

export default definePage({ path: "approvals", title: "Approvals", view: Approvals });

const stored = "console-approver";

function Approvals({ rest: [chosen] }: PageProps) {
  const { value, error, reload } = useData(readQuestions, [], {
    every: 4_000,
    on: ({ kind }: Activity) => kind === "execution" || kind === "mail",
  });
  const questions = value ?? [];
  const waiting = questions.filter(({ status }) => status === "RUNNING");
  const question = questions.find(({ id }) => id === chosen);
  return (
    <Split
      back={hrefOf(["approvals"])}
      title={question?.granule.url}
      detail={question && <Answer key={question.id} question={question} onAnswered={reload} />}
      list={
        <>
          <div class="bar">
            <span class="count" role="status">
              {plural(waiting.length, "question")} of {questions.length} to be answered
            </span>
          </div>
          {error && <Failure error={error} />}
          {!value && !error ? (
            <Waiting />
          ) : (
            <List
              label="Questions, the latest first"
              items={questions}
              id={({ id }) => id}
              {...(chosen !== undefined && { chosen })}
              onChoose={({ id }) => go(["approvals", id])}
              empty="Nothing was asked. Ask: npm run -s dsp -- archive start --approval"
              columns={[
                { title: "", width: "6.5em", cell: ({ status }) => <State status={status} /> },
                { title: "File", width: "1fr", cell: ({ granule }) => granule.url },
                {
                  title: "Quality",
                  width: "4em",
                  cell: ({ granule }) => <span class="number">{granule.quality}</span>,
                },
                {
                  title: "Asked",
                  width: "8em",
                  cell: ({ asked }) => <span class="number">{dayAndTime(Date.parse(asked))}</span>,
                  wide: true,
                },
              ]}
            />
          )}
        </>
      }
    />
  );
}

const State = ({ status }: { status: string }) =>
  status === "RUNNING" ? (
    <Badge tone="warn">waits</Badge>
  ) : (
    <Badge>{status === "SUCCEEDED" ? "answered" : "closed"}</Badge>
  );

function Answer({ question, onAnswered }: { question: Question; onAnswered(): void }) {
  const { granule, token, execution, asked, until, status } = question;
  const [approver, setApprover] = useState(localStorage.getItem(stored) ?? "");
  const [reason, setReason] = useState("");
  const answer = async (approved: boolean) => {
    if (approver === "") throw new Error("Who answers? The record keeps the name.");
    localStorage.setItem(stored, approver);
    await call("states", "SendTaskSuccess", {
      taskToken: token,
      output: JSON.stringify({ approved, approver, reason }),
    });
    onAnswered();
  };
  return (
    <>
      <Facts
        of={{
          State: <State status={status} />,
          Quality: granule.quality,
          "Meant to be": granule.archive ? "archived" : "not archived",
          Asked: timeText(Date.parse(asked)),
          "To be answered until": dayAndTime(Date.parse(until)),
          Execution: <a href={hrefOf(["executions", execution])}>{question.id}</a>,
        }}
      />
      {status === "RUNNING" && (
        <>
          <Field label="Your name" value={approver} onInput={setApprover} hint="kept in the record" />
          <Field label="Reason" type="area" rows={3} value={reason} onInput={setReason} hint="kept in the record" />
          <div class="actions">
            <Button primary onPress={() => answer(true)}>
              Approve
            </Button>
            <Button danger onPress={() => answer(false)}>
              Reject
            </Button>
          </div>
        </>
      )}
    </>
  );
}

/** Of the archiver's table, the latest first. */
async function readQuestions(signal: AbortSignal): Promise<Question[]> {
  const items = await itemsOf<Record<string, string>>("archiver-ApprovalTable", signal);
  const questions = items.filter(({ Id }) => Id?.startsWith("question#"));
  const read = await Promise.all(
    questions.map(async (item): Promise<Question> => {
      const text = (name: string) => item[name] ?? "";
      const execution = text("Execution");
      const { status = "" } = await call("states", "DescribeExecution", { executionArn: execution }, signal).catch(
        () => ({ status: "" }),
      );
      const granule = JSON.parse(text("Granule") || "{}") as Granule;
      return {
        id: text("Id").slice("question#".length),
        execution,
        token: text("TaskToken"),
        granule,
        asked: text("Asked"),
        until: text("Until"),
        status,
      };
    }),
  );
  return read.sort((one, other) => other.asked.localeCompare(one.asked));
}
