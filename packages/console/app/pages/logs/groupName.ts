/** What a log group is called in a list: groups of a stack begin alike, and would all be cut off before they differ. */
import { nameOf } from "../../lib/text.ts";

/** API Gateway's own, whose last part is the stage alone. */
const execution = /^API-Gateway-Execution-Logs_/;

/**
 * @param groups all that there are.
 * @returns a group's name without its path, and without the words that most of them begin with, such as the stack's.
 */
export function groupNames(groups: readonly string[]): (group: string) => string {
  const often = new Map<string, number>();
  for (const name of groups.map(nameOf))
    for (let at = name.indexOf("-"); at >= 0; at = name.indexOf("-", at + 1))
      often.set(name.slice(0, at + 1), (often.get(name.slice(0, at + 1)) ?? 0) + 1);
  const common = [...often].filter(([, count]) => count > 1 && count > groups.length / 2).map(([words]) => words);
  const longest = common.reduce((one, other) => (other.length > one.length ? other : one), "");
  return (group) => {
    if (execution.test(group)) return group.replace(execution, "execution ");
    const name = nameOf(group);
    return name.startsWith(longest) ? name.slice(longest.length) || name : name;
  };
}
