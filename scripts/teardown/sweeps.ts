import { Lambda } from "@aws-sdk/client-lambda";
import { Failure } from "../lib/failure.ts";
import type { Phase } from "./phase.ts";
import { type Doomed, nameOf, ofType } from "./stack.ts";

/** Functions that remove what others have made as the stack ran: those that the stack calls as it is destroyed. */
const sweepers = (stack: Doomed) =>
  ofType(stack, "aws:lambda/invocation:Invocation").filter(({ inputs }) => inputs.lifecycleScope === "CRUD");

/** What handlers have made, as notebooks, schedules and endpoints, is in no state of Pulumi's, and bills. */
export const sweeps: Phase = {
  name: "remove what handlers have made",
  look: async (stack) =>
    sweepers(stack).map(({ inputs, ...one }) => `${nameOf(one as never)}: by ${inputs.functionName}`),
  async run(stack) {
    const client = new Lambda(stack.client);
    for (const { inputs } of sweepers(stack)) {
      const { FunctionError, Payload } = await client.invoke({
        FunctionName: String(inputs.functionName),
        ...(inputs.qualifier !== undefined && { Qualifier: String(inputs.qualifier) }),
        Payload: Buffer.from(JSON.stringify({ tf: { action: "delete" } })),
      });
      if (FunctionError) {
        const { errorMessage = "" } = JSON.parse(Buffer.from(Payload ?? []).toString() || "{}") as {
          errorMessage?: string;
        };
        throw new Failure(`${inputs.functionName} could not remove what was made: ${errorMessage}`);
      }
    }
  },
};
