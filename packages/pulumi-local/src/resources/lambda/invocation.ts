import type { InvokeCommandOutput } from "@aws-sdk/client-lambda";
import type { Cloud } from "local-aws/service";
import type { Made, Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";

type Action = "create" | "update" | "delete";

/** A call of a function as a resource: once as it is made, or, with scope CRUD, at each step of its life. */
export function invocationType(cloud: Cloud): ResourceType {
  async function invoke(inputs: Properties, action: Action, before?: Properties): Promise<string> {
    const payload = inputs.lifecycleScope === "CRUD" ? withAction(inputs, action, before) : String(inputs.input);
    const { FunctionError, Payload } = await cloud.call<InvokeCommandOutput>("lambda", "Invoke", {
      FunctionName: inputs.functionName,
      Qualifier: inputs.qualifier,
      Payload: Buffer.from(payload),
    });
    const result = Buffer.from(Payload ?? []).toString("utf8");
    if (FunctionError) throw new Error(`the function ${inputs.functionName} failed (${FunctionError}): ${result}`);
    return result;
  }
  const made = (inputs: Properties, result: string): Made => ({
    id: `${inputs.functionName}_${inputs.qualifier}`,
    outputs: { ...inputs, result, region: cloud.region },
  });

  return {
    type: "aws:lambda/invocation:Invocation",
    docs: "https://www.pulumi.com/registry/packages/aws/api-docs/lambda/invocation/",
    required: ["functionName", "input"],
    properties: ["functionName", "input", "qualifier", "lifecycleScope", "terraformKey", "triggers"],
    inert: ["tenantId"],
    enums: { lifecycleScope: ["CREATE_ONLY", "CRUD"] },
    defaults: { qualifier: "$LATEST", lifecycleScope: "CREATE_ONLY", terraformKey: "tf" },
    replaces: ["functionName", "qualifier", "terraformKey", "triggers"],
    validate: ({ input }) => (isJson(input) ? [] : [{ property: "input", reason: "is not a JSON object" }]),
    create: async (inputs) => made(inputs, await invoke(inputs, "create")),
    update: async (_id, before, after) =>
      made(after, await invoke(after, after.lifecycleScope === "CRUD" ? "update" : "create", before)),
    async delete(_id, outputs) {
      if (outputs.lifecycleScope === "CRUD") await invoke(outputs, "delete");
    },
  };
}

/** The function receives what happens in addition to its own input. */
const withAction = ({ input, terraformKey }: Properties, action: Action, before?: Properties): string =>
  JSON.stringify({
    ...JSON.parse(String(input)),
    [String(terraformKey)]: { action, prev_input: before ? JSON.parse(String(before.input)) : null },
  });

function isJson(text: unknown): boolean {
  if (text === undefined) return true;
  try {
    return typeof JSON.parse(String(text)) === "object";
  } catch {
    return false;
  }
}
