import type { Table } from "@pulumi/aws/dynamodb";
import type { Queue } from "@pulumi/aws/sqs";
import type { Input, Resource } from "@pulumi/pulumi";
import { type ApiAuth, ApiWithLambdas, type StageArgs } from "../apiWithLambdas.ts";
import { CodeFunction } from "../codeFunction.ts";
import { queueBinding, tableBinding } from "../function/bindings.ts";
import type { Binding } from "../function/statement.ts";
import type { JsonSchema } from "../openapi/jsonSchema.ts";
import type { PredictionHandlers } from "./args.ts";

interface RecordApiArgs {
  /** Of the collection: `/v0/iris`. */
  path: string;
  auth: ApiAuth;
  definition: StageArgs | undefined;
  features: string[];
  handlers: PredictionHandlers;
  table: Table;
  /** Takes records instead of the table. */
  records: Queue | undefined;
  environment: Record<string, Input<string>>;
  /** Of each function. */
  reservedConcurrency: Input<number> | undefined;
}

interface RecordApi {
  api: ApiWithLambdas;
  functions: Record<"ingest" | "read" | "list", CodeFunction>;
}

/** The routes of records: POST one, GET one, GET all. */
export function createRecordApi(name: string, args: RecordApiArgs, parent: Resource): RecordApi {
  const { path, auth, definition, features, handlers, table, records, environment, reservedConcurrency } = args;
  const writes: Record<string, Binding> = records
    ? { PREDICTION_TABLE: tableBinding(table, ["GetItem"]), RECORD_QUEUE_URL: queueBinding(records, ["SendMessage"]) }
    : { PREDICTION_TABLE: tableBinding(table, ["PutItem"]) };
  const shared = { environment, ...(reservedConcurrency !== undefined && { reservedConcurrency }) };
  const handler = (label: "ingest" | "read" | "list", bindings: Record<string, Binding>) =>
    new CodeFunction(`${name}-${label}`, { entry: handlers[label], bindings, ...shared }, { parent });
  const functions = {
    ingest: handler("ingest", writes),
    read: handler("read", { PREDICTION_TABLE: tableBinding(table, ["GetItem"]) }),
    list: handler("list", { PREDICTION_TABLE: tableBinding(table, ["Query"]) }),
  };
  const api = new ApiWithLambdas(
    `${name}-api`,
    {
      description: `Records of ${name} and their predictions`,
      ...(definition && { definition }),
      routes: {
        // The function itself refuses a bad record: its message names the field, the gateway's would not.
        [`POST ${path}`]: {
          function: functions.ingest,
          auth,
          requestModel: recordSchema(features),
          validated: false,
        },
        [`GET ${path}`]: { function: functions.list, auth },
        [`GET ${path}/{id}`]: { function: functions.read, auth },
      },
    },
    { parent },
  );
  return { api, functions };
}

/** What a record must have; its other attributes are kept as they are. */
const recordSchema = (features: string[]): JsonSchema => ({
  type: "object",
  required: features,
  properties: Object.fromEntries(
    features.map((feature) => [feature, { description: "a number, or one in text", anyOf: numberOrText }]),
  ),
});
const numberOrText = [{ type: "number" }, { type: "string" }];
