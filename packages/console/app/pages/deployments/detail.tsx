/** A deployment: the share of traffic over time, its steps, the group's alarms. */
import { useRef } from "preact/hooks";
import { call } from "../../lib/api.ts";
import { useData } from "../../lib/data.ts";
import { hrefOf } from "../../lib/router.ts";
import { dayAndTime, durationText } from "../../lib/text.ts";
import { Badge, Button, Facts, Failure, Json, Section, Waiting } from "../../ui/parts.tsx";
import { isOver, toneOf, wordsOf } from "./status.ts";

interface Sample {
  at: number;
  /** Percent of the traffic that the new version has. */
  share: number;
}

export function DeploymentDetail({ id: deploymentId }: { id: string }) {
  const samples = useRef<Sample[]>([]);
  const { value, error, reload } = useData(
    async (signal) => {
      const { deploymentInfo: info = {} } = await call("codedeploy", "GetDeployment", { deploymentId }, signal);
      const { applicationName = "", deploymentGroupName = "" } = info;
      const { targetIds = [] } = await call("codedeploy", "ListDeploymentTargets", { deploymentId }, signal).catch(
        () => ({
          targetIds: [],
        }),
      );
      const [targetId] = targetIds;
      const target =
        targetId === undefined
          ? undefined
          : (await call("codedeploy", "GetDeploymentTarget", { deploymentId, targetId }, signal)).deploymentTarget
              ?.lambdaTarget;
      const alarms = await readAlarms(applicationName, deploymentGroupName, signal);
      const share = target?.lambdaFunctionInfo?.targetVersionWeight;
      if (share !== undefined)
        samples.current = [...samples.current, { at: Date.now(), share: share * 100 }].slice(-600);
      return { info, target, alarms, samples: samples.current };
    },
    [deploymentId],
    { every: 500 },
  );
  if (!value) return error ? <Failure error={error} /> : <Waiting />;
  const { info, target, alarms } = value;
  const { lambdaFunctionInfo: versions, lifecycleEvents = [] } = target ?? {};
  const { status, createTime, completeTime, errorInformation, rollbackInfo } = info;
  const share = (versions?.targetVersionWeight ?? 0) * 100;
  const stop = async (autoRollbackEnabled: boolean) => {
    await call("codedeploy", "StopDeployment", { deploymentId, autoRollbackEnabled });
    reload();
  };
  return (
    <>
      <Facts
        of={{
          Status: <Badge tone={toneOf(status)}>{wordsOf(status)}</Badge>,
          Function: versions?.functionName && (
            <a href={hrefOf(["functions", versions.functionName])}>{versions.functionName}</a>
          ),
          Alias: versions?.functionAlias,
          Versions: versions?.targetVersion && `${versions.currentVersion} to ${versions.targetVersion}`,
          Began: dayAndTime(createTime),
          Took: completeTime && createTime && durationText(completeTime.getTime() - createTime.getTime()),
          "Rolled back by": rollbackInfo?.rollbackDeploymentId && (
            <a href={hrefOf(["deployments", rollbackInfo.rollbackDeploymentId])}>{rollbackInfo.rollbackDeploymentId}</a>
          ),
        }}
      />
      {errorInformation && (
        <p class="failure">
          <b>{errorInformation.code}</b> {errorInformation.message}
        </p>
      )}
      {versions && (
        <Section title={`Version ${versions.targetVersion} has ${Math.round(share)} % of the traffic`}>
          <div class="share" role="img" aria-label={`${Math.round(share)} percent`}>
            <span class="filled" style={{ width: `${share}%` }} />
          </div>
          <OverTime samples={value.samples} />
        </Section>
      )}
      {!isOver(status) && (
        <div class="actions">
          <Button danger onPress={() => stop(true)}>
            Stop, and take all traffic back
          </Button>
          <Button onPress={() => stop(false)}>Stop where it is</Button>
        </div>
      )}
      <Section title="Steps">
        <table class="grid">
          <tbody>
            {lifecycleEvents.map(({ lifecycleEventName, status: state, startTime, endTime, diagnostics }) => (
              <tr key={lifecycleEventName}>
                <td>{lifecycleEventName}</td>
                <td>
                  <Badge tone={toneOf(state)}>{wordsOf(state)}</Badge>
                </td>
                <td class="number">{startTime && endTime && durationText(endTime.getTime() - startTime.getTime())}</td>
                <td>{diagnostics?.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      {alarms.length > 0 && (
        <Section title="Alarms that take it back">
          <table class="grid">
            <tbody>
              {alarms.map(({ AlarmName, StateValue, StateReason }) => (
                <tr key={AlarmName}>
                  <td>{AlarmName}</td>
                  <td>
                    <Badge tone={StateValue === "ALARM" ? "bad" : StateValue === "OK" ? "good" : "plain"}>
                      {StateValue?.toLowerCase()}
                    </Badge>
                  </td>
                  <td class="soft wide">{StateReason}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Section>
      )}
      <Json label="Revision" of={info.revision?.appSpecContent?.content ?? info.revision?.string?.content} />
    </>
  );
}

async function readAlarms(applicationName: string, deploymentGroupName: string, signal: AbortSignal) {
  const group = { applicationName, deploymentGroupName };
  const { deploymentGroupInfo } = await call("codedeploy", "GetDeploymentGroup", group, signal);
  const AlarmNames = (deploymentGroupInfo?.alarmConfiguration?.alarms ?? []).map(({ name = "" }) => name);
  if (AlarmNames.length === 0) return [];
  return (await call("monitoring", "DescribeAlarms", { AlarmNames }, signal)).MetricAlarms ?? [];
}

/** As it was seen since the page was opened. */
function OverTime({ samples }: { samples: Sample[] }) {
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last || last.at - first.at < 1_000) return null;
  const x = (at: number) => ((at - first.at) / (last.at - first.at)) * 100;
  const path = samples.map(({ at, share }, index) => {
    const before = samples[index - 1]?.share ?? share;
    return `${index === 0 ? "M" : "L"}${x(at)} ${41 - before * 0.4} L${x(at)} ${41 - share * 0.4}`;
  });
  return (
    <svg class="over-time" viewBox="0 0 100 42" preserveAspectRatio="none" role="img" aria-label="Its share over time">
      <path class="line" d={path.join(" ")} />
    </svg>
  );
}
