/** A function: its settings, its last invocations, and to invoke it. */
import { isKind } from "../../lib/activity.ts";
import { call } from "../../lib/api.ts";
import { useData } from "../../lib/data.ts";
import { logGroupOf } from "../../lib/logGroups.ts";
import { hrefOf } from "../../lib/router.ts";
import { bytesText, dayAndTime, durationText, nameOf } from "../../lib/text.ts";
import { Badge, Empty, Facts, Failure, Json, Section, Waiting } from "../../ui/parts.tsx";
import { InvokeForm } from "./invoke.tsx";
import { quantile, readReports } from "./reports.ts";

export function FunctionDetail({ name }: { name: string }) {
  const { value, error } = useData((signal) => call("lambda", "GetFunction", { FunctionName: name }, signal), [name], {
    every: 10_000,
  });
  const { Configuration, Concurrency } = value ?? {};
  if (!Configuration) return error ? <Failure error={error} /> : <Waiting />;
  const { Runtime, MemorySize, Timeout, Handler, CodeSize, LastModified, LoggingConfig, Role, Environment } =
    Configuration;
  const group = logGroupOf(name, LoggingConfig?.LogGroup);
  return (
    <>
      <Facts
        of={{
          Runtime,
          Memory: MemorySize && `${MemorySize} MB`,
          Timeout: Timeout && `${Timeout} s`,
          Handler,
          Code: bytesText(CodeSize),
          Deployed: LastModified && dayAndTime(new Date(LastModified)),
          "At once": Concurrency?.ReservedConcurrentExecutions,
          Role: nameOf(Role),
          Log: <a href={hrefOf(["logs"], { group })}>lines</a>,
        }}
      />
      <InvokeForm name={name} />
      <Invocations name={name} group={group} />
      <Json label="Environment" of={Environment?.Variables} />
    </>
  );
}

/** As the function's log tells them, so those before a restart, too. */
function Invocations({ name, group }: { name: string; group: string }) {
  const { value, error } = useData((signal) => readReports(group, signal), [group], {
    every: 15_000,
    on: (activity) => isKind("invocation")(activity) && nameOf(activity.function) === name,
  });
  if (!value) return error ? <Failure error={error} /> : <Waiting />;
  if (value.length === 0) return <Empty>It was not invoked in the last day.</Empty>;
  const durations = value.map(({ milliseconds }) => milliseconds);
  const cold = value.filter(({ init }) => init !== undefined);
  const failed = value.filter(({ status }) => status !== "success");
  return (
    <Section title={`Last invocations: ${value.length}`}>
      <Facts
        of={{
          "Half of them within": durationText(quantile(durations, 0.5)),
          "95 of 100 within": durationText(quantile(durations, 0.95)),
          "Cold starts": cold.length,
          Failed: failed.length > 0 ? <Badge tone="bad">{failed.length}</Badge> : "none",
          "Most memory": `${Math.max(...value.map(({ memory }) => memory))} MB`,
        }}
      />
      <table class="grid">
        <thead>
          <tr>
            <th>Time</th>
            <th>Took</th>
            <th>Start</th>
            <th class="wide">Memory</th>
            <th>Ended</th>
          </tr>
        </thead>
        <tbody>
          {value.slice(0, 50).map(({ at, requestId, milliseconds, init, memory, status }) => (
            <tr key={requestId}>
              <td>
                <a href={hrefOf(["logs"], { group, search: requestId })}>{dayAndTime(at)}</a>
              </td>
              <td class="number">{durationText(milliseconds)}</td>
              <td>{init === undefined ? "warm" : `cold, ${durationText(init)}`}</td>
              <td class="number wide">{memory} MB</td>
              <td>
                <Badge tone={status === "success" ? "good" : "bad"}>{status}</Badge>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
