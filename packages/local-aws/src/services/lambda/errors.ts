/** Errors of the Lambda API, in its own words. https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
import { brokenConstraint } from "../../kit/constraint.ts";
import { AwsError } from "../../service.ts";

const user = { Type: "User" };

export const resourceNotFound = (message: string) => new AwsError("ResourceNotFoundException", message, 404, user);
export const functionNotFound = (arn: string) => resourceNotFound(`Function not found: ${arn}`);
export const invalidParameter = (message: string) => new AwsError("InvalidParameterValueException", message, 400, user);
export const conflict = (message: string) => new AwsError("ResourceConflictException", message, 409, user);

export const invalidRequestContent = (message: string) =>
  new AwsError("InvalidRequestContentException", message, 400, user);

export const tooLarge = (message: string) => new AwsError("RequestTooLargeException", message, 413, user);

export const throttled = (reason: string) =>
  new AwsError("TooManyRequestsException", "Rate Exceeded.", 429, { ...user, Reason: reason });

/** A value that the API's model does not allow, in the words of AWS's request validation. */
export const outsideConstraint = (value: unknown, member: string, constraint: string) =>
  new AwsError("ValidationException", brokenConstraint(value, member, constraint), 400);

export function checkRange(value: number | undefined, member: string, min: number, max: number): void {
  if (value === undefined) return;
  if (value < min) throw outsideConstraint(value, member, `Member must have value greater than or equal to ${min}`);
  if (value > max) throw outsideConstraint(value, member, `Member must have value less than or equal to ${max}`);
}

/** @param shown the pattern as AWS words it. Default: its source. */
export function checkPattern(
  value: string | undefined,
  member: string,
  pattern: RegExp,
  max: number,
  shown = pattern.source,
): void {
  if (value === undefined) return;
  if (value.length > max) {
    throw outsideConstraint(value, member, `Member must have length less than or equal to ${max}`);
  }
  if (!pattern.test(value)) {
    throw outsideConstraint(value, member, `Member must satisfy regular expression pattern: ${shown}`);
  }
}

export function checkEnum(value: string | undefined, member: string, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value)) return;
  throw outsideConstraint(value, member, `Member must satisfy enum value set: [${allowed.join(", ")}]`);
}

/** Compares the `RevisionId` of a request with that of what it changes. @param source where the latest is to be had. */
export function checkRevision(
  given: string | undefined,
  current: string | undefined,
  source = "GetFunction/GetAlias",
): void {
  if (given === undefined || given === current) return;
  const message = `The Revision Id provided does not match the latest Revision Id. Call the ${source} API to retrieve the latest Revision Id`;
  throw new AwsError("PreconditionFailedException", message, 412, user);
}
