/**
 * Names, sizes and numbers that IAM allows.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
import { brokenConstraint } from "../kit/constraint.ts";
import { type Tags, tagList, tagMap, withoutTags } from "../kit/tags.ts";
import { AwsError } from "../service.ts";

export const noSuchEntity = (message: string): AwsError => new AwsError("NoSuchEntityException", message, 404);
export const alreadyExists = (message: string): AwsError => new AwsError("EntityAlreadyExistsException", message, 409);
export const deleteConflict = (message: string): AwsError => new AwsError("DeleteConflictException", message, 409);
export const limitExceeded = (message: string): AwsError => new AwsError("LimitExceededException", message, 409);
export const validationError = (message: string): AwsError => new AwsError("ValidationError", message, 400);

/** `field` as in the API's own message (`roleName`). */
export function checkName(field: string, value: string, max: number): void {
  if (value.length > max || value.length < 1) {
    const bound = value.length < 1 ? "greater than or equal to 1" : `less than or equal to ${max}`;
    throw constraint(field, value, `Member must have length ${bound}`);
  }
  if (!/^[\w+=,.@-]+$/.test(value)) {
    throw validationError(
      `The specified value for ${field} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
    );
  }
}

export function checkPath(path: string): void {
  if (!/^\/([\x21-\x7e]+\/)?$/.test(path) || path.length > 512) {
    throw validationError(
      "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
    );
  }
}

export function checkDuration(seconds: number): void {
  if (seconds < 3600 || seconds > 43_200) {
    const bound = seconds < 3600 ? "greater than or equal to 3600" : "less than or equal to 43200";
    throw constraint("maxSessionDuration", String(seconds), `Member must have value ${bound}`);
  }
}

/** The form in which AWS says that a value does not fit its constraint. */
export const constraint = (field: string, value: string, what: string): AwsError =>
  validationError(brokenConstraint(value, field, what));

/** Characters of a policy as quotas count them: white space does not count. */
export const policySize = (text: string): number => text.replace(/\s/g, "").length;

export function checkPolicySize(text: string, max: number, quota: string): void {
  if (policySize(text) > max) throw limitExceeded(`Cannot exceed quota for ${quota}: ${max}`);
}

export function checkTags(tags: { Key?: string; Value?: string }[] = []): Record<string, string> {
  if (tags.length > 50) throw limitExceeded("Cannot exceed quota for TagsPerResource: 50");
  const seen = new Set<string>();
  for (const { Key: key = "" } of tags) {
    if (/^aws:/i.test(key))
      throw new AwsError("InvalidInputException", "User-defined tags cannot begin with aws:", 400);
    if (seen.has(key.toLowerCase())) {
      throw new AwsError(
        "InvalidInputException",
        `Duplicate tag keys found. Please note that Tag keys are case insensitive.`,
        400,
      );
    }
    seen.add(key.toLowerCase());
  }
  return tagMap(tags);
}

/** The tags with `added` merged in. */
export const mergeTags = (tags: Tags, added: { Key?: string; Value?: string }[]): Tags =>
  checkTags([
    ...tagList(
      withoutTags(
        tags,
        added.map(({ Key = "" }) => Key),
      ),
    ),
    ...added,
  ]);

/** IAM's times have whole seconds. */
export const now = (): string => new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
