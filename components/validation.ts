import { RunError } from "@pulumi/pulumi";

/**
 * A user's mistake that shows only after the program has returned, as one line: an error that no code of the program waits
 * for is printed with its stack, so it has none.
 */
export function lateError(message: string): RunError {
  const error = new RunError(message);
  error.stack = message;
  return error;
}

/** One rule about one argument: broken when `ok` is false. */
export interface Rule {
  ok: boolean;
  /** The argument's path: `routes["GET /whodis"].timeout`. */
  field: string;
  value: unknown;
  /** What is allowed, to end the sentence "allowed is …". */
  allowed: string;
}

/**
 * Checks a component's arguments before anything is registered: a constructor calls it before `super(...)`, which registers
 * the component itself.
 * @param component as users know it: `NodeFunction "hello"`.
 * @throws {RunError} for the first broken rule, naming field, value and what is allowed. The CLI prints it as one line.
 */
export function validate(component: string, rules: Rule[]): void {
  const broken = rules.find(({ ok }) => !ok);
  if (!broken) return;
  const { field, value, allowed } = broken;
  throw new RunError(`${component}: ${field} is ${JSON.stringify(value) ?? "not given"}; allowed is ${allowed}`);
}

/** A rule for a plain number; an Output is for AWS to check. */
export const integerBetween = (field: string, value: unknown, from: number, to: number): Rule => ({
  ok: typeof value !== "number" || (Number.isInteger(value) && value >= from && value <= to),
  field,
  value,
  allowed: `a whole number from ${from} to ${to}`,
});

/** A rule for a plain value; an Output, or none at all, is for AWS to check. */
export const oneOf = (field: string, value: unknown, allowed: readonly (string | number)[]): Rule => ({
  ok: (typeof value !== "number" && typeof value !== "string") || allowed.includes(value),
  field,
  value,
  allowed: `one of ${allowed.join(", ")}`,
});

/** A rule for a plain string; an Output, or none at all, is for AWS to check. */
export const matches = (field: string, value: unknown, pattern: RegExp, allowed: string): Rule => ({
  ok: typeof value !== "string" || pattern.test(value),
  field,
  value,
  allowed,
});
