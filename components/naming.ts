import { createHash } from "node:crypto";

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
 * The longest name of a function: its role (`name-role`, and the 8 characters that Pulumi adds) may have 64.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const longestFunctionName = 51;
