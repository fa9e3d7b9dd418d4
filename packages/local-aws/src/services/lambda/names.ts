/** Names and ARNs of functions. */
import { type Broken, brokenConstraints } from "../../kit/constraint.ts";
import { AwsError } from "../../service.ts";
import { checkPattern, invalidParameter } from "./errors.ts";

export const latest = "$LATEST";

export interface FunctionReference {
  name: string;
  /** Version or alias. */
  qualifier?: string;
}

const pattern =
  /^(?:arn:aws[a-zA-Z-]*:lambda:)?(?:[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d:)?(?:\d{12}:)?(?:function:)?([a-zA-Z0-9-_]+)(?::(\$LATEST|[a-zA-Z0-9-_]+))?$/;
const parsed = new Map<string, FunctionReference>();

const patternShown =
  "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?";
const qualifierPattern = /^(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9$_-]+)$/;
const longestQualifier = 128;

/**
 * A function by name, partial ARN or ARN, each with or without a qualifier; or with a separate qualifier.
 * @param longest characters of `given`, where the operation has a limit. Default: none.
 * @throws AwsError that names everything that is wrong with either; or when both qualifiers are present and differ.
 */
export function functionReference(
  given: string,
  qualifier?: string,
  longest = Number.POSITIVE_INFINITY,
): FunctionReference {
  let found = parsed.get(given);
  if (!found) {
    const match = pattern.exec(given);
    if (match) {
      found = { name: match[1] as string, ...(match[2] && { qualifier: match[2] }) };
      if (parsed.size > 10_000) parsed.clear();
      parsed.set(given, found);
    }
  }
  const broken: Broken[] = [];
  const wrong = (value: string, member: string, constraint: string) => broken.push({ value, member, constraint });
  if (qualifier !== undefined && qualifier.length > longestQualifier)
    wrong(qualifier, "qualifier", `Member must have length less than or equal to ${longestQualifier}`);
  else if (qualifier !== undefined && !qualifierPattern.test(qualifier))
    wrong(qualifier, "qualifier", `Member must satisfy regular expression pattern: ${qualifierPattern.source}`);
  if (given.length > longest) wrong(given, "functionName", `Member must have length less than or equal to ${longest}`);
  if (!found) wrong(given, "functionName", `Member must satisfy regular expression pattern: ${patternShown}`);
  if (!found || broken.length > 0) throw new AwsError("ValidationException", brokenConstraints(broken), 400);
  if (qualifier === undefined) return found;
  if (found.qualifier !== undefined && found.qualifier !== qualifier) {
    throw invalidParameter(`The derived qualifier from the function name does not match the specified qualifier.`);
  }
  return { name: found.name, qualifier };
}

export function checkFunctionName(name: string): void {
  checkPattern(name, "functionName", /^[a-zA-Z0-9-_]+$/, 64);
}

export const isVersion = (qualifier: string) => /^\d+$/.test(qualifier);

/** Creates ARNs of one account and region. */
export class Arns {
  readonly #prefix: string;

  constructor(region: string, accountId: string) {
    this.#prefix = `arn:aws:lambda:${region}:${accountId}`;
  }

  function(name: string, qualifier?: string): string {
    return qualifier === undefined
      ? `${this.#prefix}:function:${name}`
      : `${this.#prefix}:function:${name}:${qualifier}`;
  }

  codeSigningConfig(id: string): string {
    return `${this.#prefix}:code-signing-config:${id}`;
  }

  layer(name: string, version?: number): string {
    return version === undefined ? `${this.#prefix}:layer:${name}` : `${this.#prefix}:layer:${name}:${version}`;
  }
}
