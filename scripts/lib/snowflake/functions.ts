import { Failure } from "../failure.ts";

/** An external function, as Snowflake and the platform's API have agreed on it. */
export interface ExternalFunction {
  /** Without quotes, in lower case; Snowflake keeps it in capitals. */
  name: string;
  /** Of the API, below the stack's output `recommenderUrl`. */
  route: string;
  /** Names of the arguments, all of them VARCHAR; each function returns VARIANT. */
  args: string[];
  /** What it does, for whoever looks at it in Snowflake. */
  comment: string;
  /** Rows that Snowflake sends at once, at most; its own choice without. */
  maxBatchRows?: number;
}

export const externalFunctions: ExternalFunction[] = [
  {
    name: "train_and_get_recommendations",
    route: "train",
    args: ["input_table_name", "output_table_name"],
    comment: "Starts a training job on an unloaded table; returns its ARN",
  },
  {
    name: "deploy_model",
    route: "deploy",
    args: ["model_name", "model_url"],
    comment: "Puts a trained model behind an endpoint, or replaces the one there; returns its ARN",
  },
  {
    name: "invoke_model",
    route: "invoke",
    args: ["model_name", "user_id", "item_id"],
    comment: "Predicts a rating",
    // One request to the endpoint, and an answer well below what Lambda returns at most.
    maxBatchRows: 5_000,
  },
  {
    name: "model_status",
    route: "status",
    args: ["name"],
    comment: "Status of a training job, by its ARN, or of a deployed model, by its name",
  },
  {
    name: "undeploy_model",
    route: "undeploy",
    args: ["model_name"],
    comment: "Removes a model's endpoint, configuration and model",
  },
];

/**
 * A function by its name, in any case.
 * @throws {Failure} that lists the names, when there is none.
 */
export function findFunction(name: string): ExternalFunction {
  const found = externalFunctions.find((one) => one.name === name.toLowerCase());
  if (found) return found;
  throw new Failure(
    `There is no function "${name}". There are: ${externalFunctions.map((one) => one.name).join(", ")}`,
  );
}
