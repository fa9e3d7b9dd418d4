import { randomBytes } from "node:crypto";
import { brokenConstraint } from "../../kit/constraint.ts";
import { page } from "../../kit/page.ts";
import { AwsError, type Cloud } from "../../service.ts";

/** ARNs and errors of EMR Serverless. */
export class Names {
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  application(id: string): string {
    const { region, accountId } = this.#cloud;
    return `arn:aws:emr-serverless:${region}:${accountId}:/applications/${id}`;
  }

  run(application: string, id: string): string {
    return `${this.application(application)}/jobruns/${id}`;
  }

  missing(what: string, id: string): AwsError {
    return new AwsError("ResourceNotFoundException", `${what} ${id} does not exist`, 404);
  }
}

export const invalid = (message: string): AwsError => new AwsError("ValidationException", message, 400);
export const conflict = (message: string): AwsError => new AwsError("ConflictException", message, 409);

/** Sixteen characters, as on AWS, sorted by creation. */
export function newId(): string {
  const time = Date.now().toString(36).padStart(9, "0");
  return `00${time}${BigInt(`0x${randomBytes(4).toString("hex")}`)
    .toString(36)
    .padStart(5, "0")
    .slice(-5)}`;
}

/** @throws AwsError in the words of AWS's validation. */
export function checkPattern(member: string, value: string | undefined, pattern: RegExp, max: number): void {
  if (value === undefined || (value.length > 0 && value.length <= max && pattern.test(value))) return;
  const rule = pattern.test(value)
    ? `Member must have length less than or equal to ${max}`
    : `Member must satisfy regular expression pattern: ${pattern.source.slice(1, -1)}`;
  throw invalid(brokenConstraint(value, member, rule));
}

/** @throws AwsError in the words of AWS's validation. */
export function checkRange(member: string, value: number | undefined, min: number, max: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return;
  const rule = value < min ? `greater than or equal to ${min}` : `less than or equal to ${max}`;
  throw invalid(brokenConstraint(value, member, `Member must have value ${rule}`));
}

/** One page, newest first; at most 50 items, which is the default. @throws AwsError `ValidationException` */
export function newestFirst<T extends { id: string }>(all: T[], input: { nextToken?: string; maxResults?: number }) {
  checkRange("maxResults", input.maxResults, 1, 50);
  const invalidToken = () => invalid("Invalid pagination token");
  return page(all, input, ({ id }) => id, { size: 50, descending: true, invalid: invalidToken });
}
