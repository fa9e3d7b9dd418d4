/** Says of ARNs what the program calls that which they name: nobody compares account numbers and random suffixes. */
import { labelOf, type PlannedResource } from "./stacks.ts";

/** Outputs by which others name a resource, and what is said of each. */
const naming: Record<string, string> = { arn: "", streamArn: " stream", executionArn: " requests" };

/** @returns a text in which each ARN, or beginning of one, that is a resource's is its type and name. */
export function namesOf(resources: PlannedResource[]): (text: string) => string {
  const known = resources
    .flatMap(({ type, name, outputs }) =>
      Object.entries(naming).flatMap(([output, suffix]): [string, string][] => {
        const arn = outputs[output];
        return typeof arn === "string" && arn.startsWith("arn:") ? [[arn, `${labelOf({ type, name })}${suffix}`]] : [];
      }),
    )
    // The longest first: an index' ARN begins with its table's.
    .sort(([a], [b]) => b.length - a.length);
  return (text) => {
    for (const [arn, name] of known) {
      // `arn:…:table/ab` is no beginning of `arn:…:table/abc`.
      if (text === arn || (text.startsWith(arn) && /^[/:*]/.test(text.slice(arn.length)))) {
        return name + text.slice(arn.length);
      }
    }
    return text;
  };
}
