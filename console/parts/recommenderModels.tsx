/** The recommender's training jobs and endpoints, and what trains, deploys and removes. */

import {
  Badge,
  Button,
  call,
  dayAndTime,
  durationText,
  Facts,
  Failure,
  Field,
  go,
  nameOf,
  Section,
  type Tone,
  useData,
  Waiting,
} from "local-console/app";
import { useState } from "preact/hooks";
import { callExternal } from "./externalFunction.ts";

const tones: Record<string, Tone> = { Completed: "good", InService: "good", Failed: "bad", Stopped: "warn" };
export const SageMakerState = ({ state = "" }: { state: string | undefined }) => (
  <Badge tone={tones[state] ?? "busy"}>{state.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase()}</Badge>
);

export function TrainForm({ onStarted }: { onStarted(): void }) {
  const [input, setInput] = useState("");
  const [output, setOutput] = useState("recommendations");
  const train = async () => {
    const arn = await callExternal("train", [input, output]);
    onStarted();
    go(["models", "training", nameOf(String(arn))]);
  };
  return (
    <>
      <Field label="Table of ratings" value={input} onInput={setInput} hint="below training/ of the bucket" />
      <Field label="Table of recommendations" value={output} onInput={setOutput} />
      <div class="actions">
        <Button primary onPress={train}>
          Train
        </Button>
      </div>
    </>
  );
}

export function TrainingDetail({ name, onDeployed }: { name: string; onDeployed(): void }) {
  const [model, setModel] = useState("movielens");
  const { value: job, error } = useData(
    (signal) => call("sagemaker", "DescribeTrainingJob", { TrainingJobName: name }, signal),
    [name],
    { every: 3_000 },
  );
  if (error) return <Failure error={error} />;
  if (!job) return <Waiting />;
  const { TrainingJobStatus, HyperParameters = {}, TrainingStartTime: began, TrainingEndTime: ended } = job;
  const url = job.ModelArtifacts?.S3ModelArtifacts ?? "";
  const deploy = async () => {
    const arn = await callExternal("deploy", [model, url]);
    onDeployed();
    go(["models", "endpoint", nameOf(String(arn))]);
  };
  return (
    <>
      <Facts
        of={{
          State: <SageMakerState state={TrainingJobStatus} />,
          "What it does": TrainingJobStatus === "InProgress" && job.SecondaryStatusTransitions?.at(-1)?.StatusMessage,
          Why: job.FailureReason,
          Ratings: HyperParameters.input_table_name,
          Recommendations: HyperParameters.output_table_name,
          Began: dayAndTime(began),
          Took: began && ended && durationText(ended.getTime() - began.getTime()),
          ...Object.fromEntries(
            (job.FinalMetricDataList ?? []).map(({ MetricName = "", Value }) => [MetricName, Value]),
          ),
          Model: TrainingJobStatus === "Completed" && <span class="mono">{url}</span>,
        }}
      />
      {TrainingJobStatus === "Completed" && (
        <Section title="Deploy it">
          <Field label="As the model" value={model} onInput={setModel} />
          <div class="actions">
            <Button primary onPress={deploy}>
              Deploy
            </Button>
          </div>
        </Section>
      )}
    </>
  );
}

export function EndpointDetail({ name, onRemoved }: { name: string; onRemoved(): void }) {
  const { value, error } = useData((signal) => readEndpoint(name, signal), [name], { every: 3_000 });
  if (error) return <Failure error={error} />;
  if (!value) return <Waiting />;
  const { endpoint, model } = value;
  const [variant] = endpoint.ProductionVariants ?? [];
  const undeploy = async () => {
    // `STACK-recommender-hash-MODEL`: the function knows the model by its own name.
    await callExternal("undeploy", [modelOf(name)]);
    onRemoved();
    go(["models"]);
  };
  return (
    <>
      <Facts
        of={{
          State: <SageMakerState state={endpoint.EndpointStatus} />,
          Why: endpoint.FailureReason,
          Machines: variant?.CurrentInstanceCount,
          Model: model && <span class="mono">{model.PrimaryContainer?.ModelDataUrl}</span>,
          Configuration: endpoint.EndpointConfigName,
          "Next configuration": endpoint.PendingDeploymentSummary?.EndpointConfigName,
          Made: dayAndTime(endpoint.CreationTime),
          Changed: dayAndTime(endpoint.LastModifiedTime),
        }}
      />
      {modelOf(name) !== name && (
        <div class="actions">
          <Button danger onPress={undeploy}>
            Undeploy
          </Button>
        </div>
      )}
    </>
  );
}

/** What is deployed is named by the stack's prefix, whose last part is four hex digits, and the model. */
export const modelOf = (endpoint: string): string => endpoint.replace(/^.*?-recommender-[0-9a-f]{4}-/, "");

/** An endpoint, and the model that its configuration names, which is of the same name. */
async function readEndpoint(EndpointName: string, signal: AbortSignal) {
  const endpoint = await call("sagemaker", "DescribeEndpoint", { EndpointName }, signal);
  const ModelName = endpoint.EndpointConfigName as string;
  const model = await call("sagemaker", "DescribeModel", { ModelName }, signal).catch(() => undefined);
  return { endpoint, model };
}
