/** Names and ARNs of functions. */
import { checkPattern, invalidParameter, outsideConstraint } from "./errors.ts";

export const latest = "$LATEST";

export interface FunctionReference {
  name: string;
  /** Version or alias. */
  qualifier?: string;
}

const pattern =
  /^(?:arn:aws[a-zA-Z-]*:lambda:)?(?:[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d:)?(?:\d{12}:)?(?:function:)?([a-zA-Z0-9-_]+)(?::(\$LATEST|[a-zA-Z0-9-_]+))?$/;
const parsed = new Map<string, FunctionReference>();

/**
 * A function by name, partial ARN or ARN, each with or without a qualifier; or with a separate qualifier.
 * @throws AwsError when it is none of these, or when both qualifiers are present and differ.
 */
export function functionReference(given: string, qualifier?: string): FunctionReference {
  let found = parsed.get(given);
  if (!found) {
    const match = pattern.exec(given);
    if (!match) {
      throw outsideConstraint(
        given,
        "functionName",
        "Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?",
      );
    }
    found = { name: match[1] as string, ...(match[2] && { qualifier: match[2] }) };
    if (parsed.size > 10_000) parsed.clear();
    parsed.set(given, found);
  }
  if (qualifier === undefined) return found;
  checkPattern(qualifier, "qualifier", /^(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9$_-]+)$/, 128);
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
