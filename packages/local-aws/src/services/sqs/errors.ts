/** SQS's errors that more than one operation has, in AWS's words. */
import { AwsError } from "../../service.ts";

export { AwsError };

/** A queue that is not there, or not of this account. */
export const noQueue = (): AwsError => new AwsError("QueueDoesNotExist", "The specified queue does not exist.", 400);

/** A parameter of that value. */
export const refused = (name: string, value: string, reason: string): AwsError =>
  invalid(`Value ${value} for parameter ${name} is invalid. Reason: ${reason}`);

/** @param message the whole message. */
export const invalid = (message: string): AwsError => new AwsError("InvalidParameterValue", message, 400);

export const missing = (name: string): AwsError =>
  new AwsError("MissingParameter", `The request must contain the parameter ${name}.`, 400);

/** What only the other type of queue takes. */
export const ofOtherType = (name: string, value: string): AwsError =>
  refused(name, value, "The request include parameter that is not valid for this queue type.");

export const invalidAttribute = (name: string, reason?: string): AwsError =>
  new AwsError(
    "InvalidAttributeValue",
    `Invalid value for the parameter ${name}.${reason ? ` Reason: ${reason}` : ""}`,
    400,
  );

/** @throws AwsError when a number is out of its range. */
export function checkRange(
  name: string,
  value: number | undefined,
  [min, max]: readonly [number, number],
  reason: string,
) {
  if (value !== undefined && !(Number.isInteger(value) && value >= min && value <= max)) {
    throw refused(name, String(value), reason);
  }
}
