/** The platform's notebooks and jobs. */
import {
  type Activity,
  dayAndTime,
  definePage,
  Failure,
  Field,
  go,
  hrefOf,
  List,
  matches,
  type PageProps,
  plural,
  Split,
  useData,
} from "local-console/app";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type Job, JobDetail, type Run, RunState } from "./parts/job.tsx";
import { type Notebook, NotebookDetail, NotebookState } from "./parts/notebook.tsx";
import { itemsOf } from "./parts/resources.ts";

export default definePage({ path: "notebooks", title: "Notebooks and jobs", view: NotebooksAndJobs });

interface Row {
  id: string;
  kind: "notebook" | "job";
  name: string;
  state: ComponentChildren;
  /** A machine, a script. */
  of: string;
  when: string;
}

function NotebooksAndJobs({ rest: [kind, chosen] }: PageProps) {
  const [search, setSearch] = useState("");
  const { value, error, reload } = useData(readAll, [], {
    every: 3_000,
    on: (activity: Activity) => activity.kind === "invocation" && /:(notebooks|jobs)-/.test(activity.function),
  });
  const { notebooks = [], jobs = [], runs = [] } = value ?? {};
  const rows = [...notebooks.map(notebookRow), ...jobs.map(jobRow)];
  const notebook = kind === "notebook" ? notebooks.find(({ NotebookId }) => NotebookId === chosen) : undefined;
  const job = kind === "job" ? jobs.find(({ JobId }) => JobId === chosen) : undefined;
  return (
    <Split
      back={hrefOf(["notebooks"])}
      title={notebook?.Name ?? job?.job_name}
      detail={
        notebook ? (
          <NotebookDetail key={chosen} notebook={notebook} onChanged={reload} />
        ) : (
          job && (
            <JobDetail key={chosen} job={job} runs={runs.filter(({ JobId }) => JobId === chosen)} onChanged={reload} />
          )
        )
      }
      list={
        <>
          <div class="bar">
            <Field label="Search" type="search" value={search} onInput={setSearch} hint="name, machine or script" />
            <span class="count" role="status">
              {plural(notebooks.length, "notebook")}, {plural(jobs.length, "job")}
            </span>
          </div>
          {error && <Failure error={error} />}
          <List
            label="Notebooks, then jobs"
            items={rows.filter((row) => matches(search, row.kind, row.name, row.of))}
            id={({ id }) => id}
            {...(kind !== undefined && chosen !== undefined && { chosen: `${kind}/${chosen}` })}
            onChoose={(row) => go(["notebooks", ...row.id.split("/")])}
            empty={
              !value
                ? "Reading …"
                : rows.length > 0
                  ? "There is none like that."
                  : "There is none. Make one: npm run -s dsp -- notebooks create anna"
            }
            columns={[
              { title: "State", width: "7em", cell: ({ state }) => state },
              { title: "Kind", width: "5.5em", cell: (row) => row.kind },
              { title: "Name", width: "1fr", cell: ({ name }) => name },
              { title: "Machine, script", width: "1.2fr", cell: (row) => row.of, wide: true },
              { title: "When", width: "1.3fr", cell: ({ when }) => <span class="number">{when}</span>, wide: true },
            ]}
          />
        </>
      }
    />
  );
}

const notebookRow = ({ NotebookId, Name, Nb_status, InstanceType, StopsAt, Started }: Notebook): Row => ({
  id: `notebook/${NotebookId}`,
  kind: "notebook",
  name: Name,
  state: <NotebookState state={Nb_status} />,
  of: InstanceType,
  when: StopsAt
    ? `idle, is stopped at ${dayAndTime(Date.parse(StopsAt))}`
    : Started && Nb_status === "InService"
      ? `since ${dayAndTime(Date.parse(Started))}`
      : "",
});

const jobRow = ({ JobId, job_name, script, schedule, LastRunState, LastRunAt }: Job): Row => ({
  id: `job/${JobId}`,
  kind: "job",
  name: job_name,
  state: <RunState state={LastRunState} />,
  of: script,
  when: [schedule, LastRunAt && `last ${dayAndTime(Date.parse(LastRunAt))}`].filter(Boolean).join(", "),
});

/** Of the tables: a route that is asked every few seconds would fill the log with its own requests. */
async function readAll(signal: AbortSignal) {
  const [notebooks, entries] = await Promise.all([
    itemsOf<Notebook>("notebooks-table", signal),
    itemsOf<(Job | Run) & { Entry: string }>("jobs-table", signal),
  ]);
  const of = (prefix: string) => entries.filter(({ Entry }) => Entry.startsWith(prefix));
  return {
    // What an idempotency key has made is beside them.
    notebooks: notebooks
      .filter(({ NotebookId }) => !NotebookId.includes("#"))
      .sort((one, other) => other.Timestamp.localeCompare(one.Timestamp)),
    jobs: (of("job") as Job[]).sort((one, other) => other.Timestamp.localeCompare(one.Timestamp)),
    runs: (of("run#") as Run[]).sort((one, other) => other.CreatedAt.localeCompare(one.CreatedAt)),
  };
}
