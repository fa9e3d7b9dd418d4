import { createHash } from "node:crypto";
import { getProject, getStack } from "@pulumi/pulumi";

/** `project-stack-name`, for names that an account and region have once: two stacks never meet. */
export const stackWide = (name: string): string => `${getProject()}-${getStack()}-${name}`;

/** The namespace of the stack's own metrics, `project/stack`: the alarms of one do not ring for another. */
export const metricNamespace = (): string => `${getProject()}/${getStack()}`;

/**
 * A name of at most `length` characters: cut, with a hash of the whole at its end, when it is longer. The same name is
 * always cut in the same way.
 */
export function shorten(name: string, length: number): string {
  if (name.length <= length) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 6);
  return `${name.slice(0, length - 7).replace(/-$/, "")}-${hash}`;
}

/**
 * `STACK-NAME-hash`, at most 29 characters: what the names of all begin with that a component's functions make as the
 * stack runs. Short, for 63 characters are all that names in SageMaker have, and another in each project.
 */
export function runtimePrefix(name: string): string {
  const hash = createHash("sha256").update(getProject()).digest("hex").slice(0, 4);
  const words = `${getStack()}-${name}`.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return `${shorten(words, 24)}-${hash}`;
}

/**
 * The longest name of a function: its role (`name-role`, and the 8 characters that Pulumi adds) may have 64.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const longestFunctionName = 51;
