/** The issue that says in what a stack is no longer as it was deployed. */
import type { Change } from "../conformance/events.ts";
import { resourceOf } from "../conformance/events.ts";
import { cut, longestBody, table, withoutSecrets } from "./markdown.ts";

/** What a refresh, previewed only, has found. */
export interface DriftFound {
  stack: string;
  runUrl: string;
  changes: Change[];
}

/** By it the issue is found again: a stack has one at a time. */
export const driftMarker = (stack: string): string => `<!-- drift of stack ${stack} -->`;

export const driftTitle = (stack: string): string => `Stack ${stack} is not as it was deployed`;

/** What `delete` of a refresh means: the resource is gone already. */
const meanings: Record<string, string> = { delete: "is gone", update: "is changed", create: "is new" };

/** @param environment whose secrets are not in it. Values of properties are not either: their names say where to look. */
export function driftIssue({ stack, runUrl, changes }: DriftFound, environment: NodeJS.ProcessEnv = {}): string {
  const count = changes.length === 1 ? "One resource differs" : `${changes.length} resources differ`;
  const head = `${driftMarker(stack)}
${count} from what Pulumi has deployed to stack \`${stack}\`: changed by hand, by another tool, or by AWS.`;
  const foot = `Ways out ([docs](../blob/HEAD/docs/deploy.md#drift)):

- it was a mistake: \`pulumi up --refresh --stack ${stack}\` puts it back
- it was meant: say it in the program, then \`pulumi refresh --stack ${stack}\`

<sub>[workflow run](${runUrl}); closed by itself once nothing differs any more</sub>`;
  const rows = changes.map(({ op, urn, properties }) => [
    resourceOf(urn),
    meanings[op] ?? op,
    properties.join(", ") || "all of it",
  ]);
  const room = longestBody - head.length - foot.length - 4;
  const body = cut(table(["resource", "", "properties"], rows), room, `… and more: [workflow run](${runUrl}).`);
  return withoutSecrets([head, body, foot].join("\n\n"), environment);
}
