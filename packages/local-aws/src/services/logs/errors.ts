/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html */
import { brokenConstraint } from "../../kit/constraint.ts";
import { AwsError } from "../../service.ts";

export const notFound = (what: string) =>
  new AwsError("ResourceNotFoundException", `The specified ${what} does not exist.`, 400);
export const exists = (what: string) =>
  new AwsError("ResourceAlreadyExistsException", `The specified ${what} already exists`, 400);
export const invalid = (message: string) => new AwsError("InvalidParameterException", message, 400);

export function checkName(
  value: string | undefined,
  member: string,
  pattern: RegExp,
  max = 512,
): asserts value is string {
  if (value === undefined || value.length < 1 || value.length > max || !pattern.test(value)) {
    const rule = `Member must have length between 1 and ${max} and must satisfy regular expression pattern: ${pattern.source}`;
    throw invalid(brokenConstraint(value ?? "", member, rule));
  }
}
