/** Executions of state machines: how each went through its states; and to start, stop and redrive them. */
import type { Output } from "local-aws/service";
import { useMemo, useRef, useState } from "preact/hooks";
import { isKind } from "../lib/activity.ts";
import { all, call } from "../lib/api.ts";
import { useData } from "../lib/data.ts";
import { definePage, type PageProps } from "../lib/page.ts";
import { go, hrefOf } from "../lib/router.ts";
import { dayAndTime, durationText, matches, nameOf, plural } from "../lib/text.ts";
import { List } from "../ui/list.tsx";
import { Button, Empty, Failure, Field, Waiting } from "../ui/parts.tsx";
import { Split } from "../ui/split.tsx";
import { ExecutionDetail } from "./executions/detail.tsx";
import { StartForm } from "./executions/start.tsx";
import { StatusBadge, toneOf } from "./executions/status.tsx";

export default definePage({ path: "executions", title: "Executions", group: "What happens", view: Executions });

const statuses = {
  "": "any status",
  RUNNING: "running",
  SUCCEEDED: "succeeded",
  FAILED: "failed",
  TIMED_OUT: "timed out",
  ABORTED: "aborted",
  PENDING_REDRIVE: "pending redrive",
};

function Executions({ rest: [chosen], query }: PageProps) {
  const machines = useData(
    (signal) =>
      all(
        (nextToken) => call("states", "ListStateMachines", nextToken ? { nextToken } : {}, signal),
        ({ stateMachines }) => stateMachines,
        ({ nextToken }) => nextToken,
      ),
    [],
    { every: 10_000 },
  );
  const standard = machines.value?.filter(({ type }) => type !== "EXPRESS") ?? [];
  const machine = query.get("machine") ?? standard[0]?.stateMachineArn;
  const isExpress = machines.value?.find(({ stateMachineArn }) => stateMachineArn === machine)?.type === "EXPRESS";
  const [search, setSearch] = useState("");
  const [status, setStatus] = useState("");
  const { value: executions, error } = useExecutions(isExpress ? undefined : machine);
  const shown = useMemo(
    () =>
      executions?.filter((one) => (status === "" || one.status === status) && matches(search, one.name, one.status)) ??
      [],
    [executions, search, status],
  );
  if (!machines.value) return machines.error ? <Failure error={machines.error} /> : <Waiting />;
  if (machine === undefined) return <Empty>There is no state machine.</Empty>;
  const isStarting = chosen === "new";
  return (
    <Split
      whole
      back={hrefOf(["executions"], { machine })}
      title={isStarting ? `Start ${nameOf(machine)}` : nameOf(chosen)}
      detail={
        isStarting ? (
          <StartForm key={machine} machine={machine} />
        ) : (
          chosen && <ExecutionDetail key={chosen} arn={chosen} machine={machine} />
        )
      }
      list={
        <>
          <div class="bar">
            <Field
              label="State machine"
              value={machine}
              onInput={(arn) => go(["executions"], { machine: arn })}
              choices={Object.fromEntries(
                machines.value.map(({ stateMachineArn = "", name = "" }) => [stateMachineArn, name]),
              )}
            />
            <Field label="Status" value={status} onInput={setStatus} choices={statuses} />
            <Field label="Search" type="search" value={search} onInput={setSearch} hint="name of an execution" />
            <Button primary onPress={() => go(["executions", "new"], { machine })}>
              Start …
            </Button>
            <span class="count" role="status">
              {isExpress ? "" : plural(shown.length, "execution")}
            </span>
          </div>
          {error && <Failure error={error} />}
          {isExpress ? (
            <Empty>Express executions are not kept, as on AWS: their log group has what they did.</Empty>
          ) : (
            <List
              label="Executions, the latest first"
              items={shown}
              id={({ executionArn = "" }) => executionArn}
              {...(chosen !== undefined && { chosen })}
              onChoose={({ executionArn = "" }) => go(["executions", executionArn], { machine })}
              tone={(one) => (toneOf(one.status) === "bad" ? "bad" : "")}
              empty={executions ? "There is none like that." : "Reading …"}
              columns={[
                { title: "Status", width: "7.5em", cell: (one) => <StatusBadge status={one.status} /> },
                { title: "Name", width: "1fr", cell: ({ name }) => name },
                {
                  title: "Started",
                  width: "8em",
                  cell: ({ startDate }) => <span class="number">{dayAndTime(startDate)}</span>,
                  wide: true,
                },
                {
                  title: "Took",
                  width: "5.5em",
                  cell: ({ startDate, stopDate }) => (
                    <span class="number">
                      {stopDate && startDate ? durationText(stopDate.getTime() - startDate.getTime()) : "…"}
                    </span>
                  ),
                },
              ]}
            />
          )}
        </>
      }
    />
  );
}

type Listed = NonNullable<Output<"states", "ListExecutions">["executions"]>[number];

/** How many are in a page of the listing: the most that there may be. */
const pageSize = 1_000;
/** Milliseconds after which all pages are read again, and not the first alone, where the latest are. */
const whole = 60_000;

/** A machine's executions, the latest first. */
function useExecutions(machine: string | undefined) {
  const known = useRef({ machine, at: 0, executions: [] as Listed[] });
  return useData(
    async (signal) => {
      if (machine === undefined) return [];
      const read = (most: number) =>
        all(
          (nextToken) => {
            const page = { maxResults: pageSize, ...(nextToken && { nextToken }) };
            return call("states", "ListExecutions", { stateMachineArn: machine, ...page }, signal);
          },
          ({ executions }) => executions,
          ({ nextToken }) => nextToken,
          most,
        );
      const { at, executions } = known.current;
      const isNew = known.current.machine !== machine || Date.now() - at > whole;
      const latest = await read(isNew ? 100_000 : pageSize);
      const seen = new Set(latest.map(({ executionArn }) => executionArn));
      const older = isNew ? [] : executions.filter(({ executionArn }) => !seen.has(executionArn));
      known.current = { machine, at: isNew ? Date.now() : at, executions: [...latest, ...older] };
      return known.current.executions;
    },
    [machine],
    { every: 5_000, on: (activity) => isKind("execution")(activity) && activity.machine === machine },
  );
}
