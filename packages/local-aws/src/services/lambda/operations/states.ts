/** Versions as the API shows them, with their state. */
import type { FunctionConfiguration, LastUpdateStatusReasonCode } from "@aws-sdk/client-lambda";
import type { Preparation } from "../execution/starter.ts";
import type { VersionRecord } from "../records.ts";

/**
 * AWS's answer for a function that was just accepted, and while it is made ready: here, while what its code needs is installed.
 * https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
 */
const creating = "The function is being created.";

/** A version in the API's form. */
export function shown(
  { configuration }: VersionRecord,
  preparation?: Preparation,
  qualified = false,
): FunctionConfiguration {
  const { FunctionArn: arn, Version } = configuration;
  const described = { ...configuration, FunctionArn: qualified ? `${arn}:${Version}` : arn };
  if (preparation === "created") return created(described);
  const ready: FunctionConfiguration = { ...described, State: "Active", LastUpdateStatus: "Successful" };
  return preparation === "updated" ? updating(ready) : ready;
}

/** The answer of CreateFunction. */
export function created({ LastUpdateStatus: _, ...configuration }: FunctionConfiguration): FunctionConfiguration {
  return { ...configuration, State: "Pending", StateReason: creating, StateReasonCode: "Creating" };
}

/** The answer of an update. */
export const updating = (configuration: FunctionConfiguration): FunctionConfiguration => ({
  ...configuration,
  LastUpdateStatus: "InProgress",
  LastUpdateStatusReason: creating,
  // AWS returns it, though its own model does not list it.
  LastUpdateStatusReasonCode: "Creating" as string as LastUpdateStatusReasonCode,
});
