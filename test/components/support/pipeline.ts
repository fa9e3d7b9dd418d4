import { PredictionPipeline, type PredictionPipelineArgs } from "../../../components/predictionPipeline.ts";
import { type Recording, record } from "./record.ts";

export const iris: PredictionPipelineArgs = {
  model: { artifact: "models/iris/model.json", metrics: "models/iris/metrics.json" },
  features: ["sepal_length", "sepal_width", "petal_length", "petal_width"],
  path: "/v0/iris",
};
/** Another schema, and another model, which something else writes. */
export const wine: PredictionPipelineArgs = {
  model: { bucket: "cellar", key: "quality/model.json" },
  features: ["acidity", "alcohol"],
  ingest: "queue",
};
export const made = (name: string, args: PredictionPipelineArgs, stack?: string) =>
  record(() => new PredictionPipeline(name, args), stack ? { stack } : {});

export const types = {
  api: "aws:apigateway/restApi:RestApi",
  function: "aws:lambda/function:Function",
  mapping: "aws:lambda/eventSourceMapping:EventSourceMapping",
  object: "aws:s3/bucketObject:BucketObject",
  queue: "aws:sqs/queue:Queue",
  table: "aws:dynamodb/table:Table",
};
export const namesOf = (recording: Recording, type: string) =>
  recording.all.filter((one) => one.type === type).map(({ name }) => name);

export const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:123456789012:${resource}`;
export const stream = arn("dynamodb", "table/iris-records/stream/2026-01-01T00:00:00.000");
/** What is granted besides logs and traces. */
export const grants = (recording: Recording, name: string) =>
  (recording.statements(`${name}-policy`) as { Action: string[]; Resource: string[] }[])
    .filter(({ Action }) => !/^(logs|xray):/.test(Action[0]!))
    .map(({ Action, Resource }) => [Action, Resource]);
export const variables = (recording: Recording, name: string) => {
  const { NODE_OPTIONS, POWERTOOLS_SERVICE_NAME, POWERTOOLS_METRICS_NAMESPACE, ...own } = recording.get(
    types.function,
    name,
  ).inputs.environment.variables;
  return own;
};
