import { modelName } from "./arguments.ts";
import { eachRow, externalFunction, RowError } from "./externalFunction.ts";
import { endpointName } from "./names.ts";
import { isRemovable, removeEndpoint } from "./remove.ts";

/** `undeploy_model(model_name)`: endpoint, configuration and model removed; a second time there is nothing to remove. */
export const handler = externalFunction("undeploy", (rows, work) =>
  eachRow(rows, work, async ({ args: [name] }) => {
    const model = modelName(name);
    const before = await removeEndpoint(endpointName(model));
    if (!before) return { status: "NotDeployed" };
    if (before === "Deleting" || isRemovable(before)) return { status: "Deleting" };
    throw new RowError(`the endpoint of ${model} is ${before}; try again when model_status says InService`);
  }),
);
