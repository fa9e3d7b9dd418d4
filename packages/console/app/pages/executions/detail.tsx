/** An execution: the way that it took through its states, and what each was given and gave. */
import { useState } from "preact/hooks";
import { isKind } from "../../lib/activity.ts";
import { all, call } from "../../lib/api.ts";
import { useData } from "../../lib/data.ts";
import { go } from "../../lib/router.ts";
import { dayAndTime, durationText } from "../../lib/text.ts";
import { Badge, Button, Facts, Failure, Json, Section, Waiting } from "../../ui/parts.tsx";
import { Bars } from "./bars.tsx";
import { visitsOf } from "./history.ts";
import { StateGraph } from "./stateGraph.tsx";
import { StatusBadge } from "./status.tsx";
import { TestForm } from "./testForm.tsx";

export function ExecutionDetail({ arn, machine }: { arn: string; machine: string }) {
  const { value, error, reload } = useData(
    async (signal) => {
      const [execution, definition, events] = await Promise.all([
        call("states", "DescribeExecution", { executionArn: arn }, signal),
        call("states", "DescribeStateMachineForExecution", { executionArn: arn }, signal),
        all(
          (nextToken) =>
            call(
              "states",
              "GetExecutionHistory",
              { executionArn: arn, maxResults: 1_000, ...(nextToken && { nextToken }) },
              signal,
            ),
          (answer) => answer.events,
          ({ nextToken }) => nextToken,
          25_000,
        ),
      ]);
      return { execution, definition, visits: visitsOf(events) };
    },
    [arn],
    { every: 2_000, on: (activity) => isKind("execution")(activity) && activity.arn === arn },
  );
  const [state, setState] = useState<string>();
  if (!value) return error ? <Failure error={error} /> : <Waiting />;
  const { execution, definition, visits } = value;
  const { status, startDate, stopDate, input, output, redriveCount, redriveStatus } = execution;
  const again = async (call: Promise<unknown>) => {
    await call;
    reload();
  };
  const startAgain = async () => {
    const { executionArn } = await call("states", "StartExecution", {
      stateMachineArn: machine,
      ...(input !== undefined && { input }),
    });
    go(["executions", executionArn as string], { machine });
  };
  const failed = visits.filter(({ error: why, left }) => why !== undefined && left === undefined).at(-1);
  const shown = state ?? failed?.name ?? visits.at(-1)?.name;
  return (
    <>
      <Facts
        of={{
          Status: <StatusBadge status={status} />,
          Started: dayAndTime(startDate),
          Took: durationText((stopDate ?? new Date()).getTime() - (startDate?.getTime() ?? 0)),
          Redriven: redriveCount ? String(redriveCount) : undefined,
        }}
      />
      {execution.error !== undefined && (
        <p class="failure">
          <b>{execution.error}</b> {causeOf(execution.cause)}
        </p>
      )}
      <div class="actions">
        {redriveStatus === "REDRIVABLE" && (
          <Button primary onPress={() => again(call("states", "RedriveExecution", { executionArn: arn }))}>
            Redrive from the failure
          </Button>
        )}
        {status === "RUNNING" && (
          <Button danger onPress={() => again(call("states", "StopExecution", { executionArn: arn }))}>
            Stop
          </Button>
        )}
        <Button onPress={startAgain}>Start with the same input</Button>
      </div>
      <div class="beside">
        <div>
          <StateGraph
            definition={definition.definition as string}
            visits={visits}
            status={status as string}
            onChoose={setState}
            {...(shown !== undefined && { chosen: shown })}
          />
          <Bars
            visits={visits}
            end={(stopDate ?? new Date()).getTime()}
            status={status as string}
            onChoose={setState}
          />
        </div>
        <div>
          {shown !== undefined && (
            <Section title={`State ${shown}`}>
              {visits
                .filter(({ name }) => name === shown)
                .map((visit) => (
                  <div key={visit.id}>
                    <Facts
                      of={{
                        Entered: dayAndTime(visit.entered),
                        Took: visit.left === undefined ? "…" : durationText(visit.left - visit.entered),
                        Attempts: visit.attempts > 0 && String(visit.attempts),
                        Error: visit.error && <Badge tone="bad">{visit.error}</Badge>,
                      }}
                    />
                    {visit.cause && <Json label="Cause" of={visit.cause} />}
                    <Json label="Input" of={visit.input} />
                    <Json label="Output" of={visit.output} />
                  </div>
                ))}
              {visits.every(({ name }) => name !== shown) && <p class="empty">It was not entered.</p>}
              <TestForm
                key={shown}
                definition={definition.definition as string}
                role={definition.roleArn as string}
                state={shown}
                input={visits.find(({ name }) => name === shown)?.input ?? "{}"}
              />
            </Section>
          )}
          <Json label="Input of the execution" of={input} />
          <Json label="Output of the execution" of={output} />
        </div>
      </div>
    </>
  );
}

/** A task's cause is JSON: its message says it. */
function causeOf(cause: string | undefined): string {
  try {
    const { errorMessage } = JSON.parse(cause ?? "") as { errorMessage?: unknown };
    return typeof errorMessage === "string" ? errorMessage : (cause ?? "");
  } catch {
    return cause ?? "";
  }
}
