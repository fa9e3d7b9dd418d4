/** A job: its runs with their logs, run now, cancel. */

import {
  Badge,
  Button,
  call,
  dayAndTime,
  durationText,
  Empty,
  Facts,
  Failure,
  hrefOf,
  Json,
  plural,
  Section,
  type Tone,
  useData,
} from "local-console/app";
import { useState } from "preact/hooks";
import { askPlatform } from "./platform.ts";

/** A job's own item, as far as it is shown. */
export interface Job {
  JobId: string;
  job_name: string;
  script: string;
  args: string[];
  schedule?: string;
  timezone: string;
  timeout_minutes: number;
  retries: number;
  Timestamp: string;
  LastRunState?: string;
  LastRunAt?: string;
}

/** One of its runs. */
export interface Run {
  JobId: string;
  RunId: string;
  State: string;
  StateDetails?: string;
  Trigger?: string;
  args?: string[];
  CreatedAt: string;
  EndedAt?: string;
  LogPrefix: string;
}

const tones: Record<string, Tone> = { SUCCESS: "good", FAILED: "bad", CANCELLED: "warn" };
const hasEnded = (state: string) => state in tones;
export const RunState = ({ state }: { state: string | undefined }) =>
  state ? <Badge tone={tones[state] ?? "busy"}>{state.toLowerCase()}</Badge> : <Badge>never run</Badge>;

/** @param runs of the job, the latest first. */
export function JobDetail({ job, runs, onChanged }: { job: Job; runs: Run[]; onChanged(): void }) {
  const [chosen, choose] = useState<string>();
  const path = `/jobs/${encodeURIComponent(job.JobId)}/runs`;
  const run = runs.find(({ RunId }) => RunId === chosen) ?? runs[0];
  const start = async () => {
    const { RunId } = await askPlatform<Run>("POST", path, {});
    choose(RunId);
    onChanged();
  };
  const cancel = async (id: string) => {
    await askPlatform("DELETE", `${path}/${encodeURIComponent(id)}`);
    onChanged();
  };
  return (
    <>
      <Facts
        of={{
          Script: job.script,
          Arguments: job.args.join(" "),
          Runs: job.schedule ? `${job.schedule} ${job.timezone}` : "by request",
          "Ended after": durationText(job.timeout_minutes * 60_000),
          Retries: job.retries,
          Made: dayAndTime(Date.parse(job.Timestamp)),
        }}
      />
      <div class="actions">
        <Button primary onPress={start}>
          Run now
        </Button>
        {run && !hasEnded(run.State) && (
          <Button danger onPress={() => cancel(run.RunId)}>
            Cancel the run
          </Button>
        )}
      </div>
      <Section title={plural(runs.length, "run")}>
        <table class="grid">
          <tbody>
            {runs.slice(0, 20).map(({ RunId, State, Trigger, CreatedAt, EndedAt }) => (
              <tr key={RunId}>
                <td>
                  <RunState state={State} />
                </td>
                <td>
                  <button type="button" class="quiet" aria-pressed={RunId === run?.RunId} onClick={() => choose(RunId)}>
                    {dayAndTime(Date.parse(CreatedAt))}
                  </button>
                </td>
                <td>{Trigger}</td>
                <td class="number">{EndedAt && durationText(Date.parse(EndedAt) - Date.parse(CreatedAt))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      {run && <RunLog key={run.RunId} run={run} />}
    </>
  );
}

/** What a run says, as it says it. */
function RunLog({ run: { RunId, State, StateDetails, args = [], LogPrefix } }: { run: Run }) {
  const { value, error } = useData((signal) => readLog(LogPrefix, signal), [LogPrefix, State], {
    ...(!hasEnded(State) && { every: 2_000 }),
  });
  return (
    <Section title={`Run ${RunId}`}>
      {StateDetails && <p>{StateDetails}</p>}
      <Facts of={{ Arguments: args.join(" ") }} />
      {error && <Failure error={error} />}
      {value?.text ? (
        <Json label="Log" of={value.text} />
      ) : (
        <Empty>{hasEnded(State) ? "It has said nothing." : "It says nothing yet."}</Empty>
      )}
      {value?.group && <a href={hrefOf(["logs"], { group: value.group })}>Logs of all runs</a>}
    </Section>
  );
}

/** @param prefix of the names of its log streams. */
async function readLog(prefix: string, signal: AbortSignal): Promise<{ group?: string; text: string }> {
  const groups = { logGroupNamePrefix: "/aws/emr-serverless/" };
  const { logGroups: [{ logGroupName: group } = {}] = [] } = await call("logs", "DescribeLogGroups", groups, signal);
  if (!group) return { text: "" };
  const asked = { logGroupName: group, logStreamNamePrefix: prefix, limit: 1_000 };
  const { events = [] } = await call("logs", "FilterLogEvents", asked, signal);
  return { group, text: events.map(({ message }) => message).join("\n") };
}
