/** Models of this program: the pipeline's in S3, the recommender's trainings and endpoints in SageMaker. */
import {
  all,
  Badge,
  Button,
  call,
  dayAndTime,
  definePage,
  Failure,
  go,
  hrefOf,
  List,
  type PageProps,
  plural,
  Split,
  useData,
} from "local-console/app";
import type { ComponentChildren } from "preact";
import { type PredictionModel, PredictionModelDetail, readPredictionModel } from "./parts/predictionModel.tsx";
import { EndpointDetail, modelOf, SageMakerState, TrainForm, TrainingDetail } from "./parts/recommenderModels.tsx";

export default definePage({ path: "models", title: "Models", view: Models });

interface Row {
  kind: "model" | "training" | "endpoint";
  /** Of the thing, by which it is found again. */
  name: string;
  title: string;
  state: ComponentChildren;
  at: Date | undefined;
}

const idOfRow = ({ kind, name }: Row) => `${kind}/${name}`;

function Models({ rest: [kind, chosen = ""] }: PageProps) {
  const { value, error, reload } = useData(readAll, [], { every: 5_000 });
  const { pipeline, rows = [] } = value ?? {};
  const count = (of: Row["kind"]) => rows.filter((row) => row.kind === of).length;
  const details: Record<string, () => ComponentChildren> = {
    model: () => pipeline && <PredictionModelDetail model={pipeline} />,
    train: () => <TrainForm onStarted={reload} />,
    training: () => <TrainingDetail key={chosen} name={chosen} onDeployed={reload} />,
    endpoint: () => <EndpointDetail key={chosen} name={chosen} onRemoved={reload} />,
  };
  const row = rows.find((one) => idOfRow(one) === `${kind}/${chosen}`);
  return (
    <Split
      back={hrefOf(["models"])}
      title={kind === "train" ? "Train the recommender" : (row?.title ?? chosen)}
      detail={kind !== undefined && details[kind]?.()}
      list={
        <>
          <div class="bar">
            <Button primary onPress={() => go(["models", "train"])}>
              Train …
            </Button>
            <span class="count" role="status">
              {plural(count("model"), "model")}, {plural(count("training"), "training")},{" "}
              {plural(count("endpoint"), "endpoint")}
            </span>
          </div>
          {error && <Failure error={error} />}
          <List
            label="Models, then endpoints, then trainings"
            items={rows}
            id={idOfRow}
            {...(kind !== undefined && { chosen: `${kind}/${chosen}` })}
            onChoose={(one) => go(["models", one.kind, one.name])}
            empty={value ? "There is none." : "Reading …"}
            columns={[
              { title: "State", width: "8em", cell: ({ state }) => state },
              { title: "Kind", width: "5.5em", cell: (one) => one.kind },
              { title: "Name", width: "1fr", cell: ({ title }) => title },
              {
                title: "Changed",
                width: "8em",
                cell: ({ at }) => <span class="number">{dayAndTime(at)}</span>,
                wide: true,
              },
            ]}
          />
        </>
      }
    />
  );
}

async function readAll(signal: AbortSignal): Promise<{ pipeline: PredictionModel | undefined; rows: Row[] }> {
  const [pipeline, endpoints, trainings] = await Promise.all([
    readPredictionModel("iris", signal),
    all(
      (NextToken) => call("sagemaker", "ListEndpoints", { ...(NextToken && { NextToken }), MaxResults: 100 }, signal),
      ({ Endpoints }) => Endpoints,
      ({ NextToken }) => NextToken,
    ),
    all(
      (NextToken) =>
        call("sagemaker", "ListTrainingJobs", { ...(NextToken && { NextToken }), MaxResults: 100 }, signal),
      ({ TrainingJobSummaries }) => TrainingJobSummaries,
      ({ NextToken }) => NextToken,
    ),
  ]);
  const byTime = (one: Row, other: Row) => Number(other.at) - Number(one.at);
  return {
    pipeline,
    rows: [
      ...(pipeline ? [rowOf(pipeline)] : []),
      ...endpoints
        .map(
          ({ EndpointName: name = "", EndpointStatus, LastModifiedTime: at }): Row => ({
            ...{ kind: "endpoint", name, title: modelOf(name), at },
            state: <SageMakerState state={EndpointStatus} />,
          }),
        )
        .sort(byTime),
      ...trainings
        .map(
          ({ TrainingJobName: name = "", TrainingJobStatus, CreationTime: at }): Row => ({
            ...{ kind: "training", name, title: name, at },
            state: <SageMakerState state={TrainingJobStatus} />,
          }),
        )
        .sort(byTime),
    ],
  };
}

/** Whether what predicts now is what is in S3. */
const rowOf = ({ name, versions: [current], predicted: [now] }: PredictionModel): Row => ({
  kind: "model",
  name,
  title: `${name} ${current?.version ?? ""}`,
  state:
    now === undefined ? (
      <Badge>not asked yet</Badge>
    ) : now.version === current?.version ? (
      <Badge tone="good">predicts</Badge>
    ) : (
      <Badge tone="warn">earlier one</Badge>
    ),
  at: current?.at,
});
