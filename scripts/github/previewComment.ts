/** The comment on a pull request that says what it would change in a stack. */
import { cell, cut, longestBody, table, withoutSecrets } from "./markdown.ts";
import type { Operation } from "./operation.ts";

/** What one workflow run has found about one stack. */
export interface PreviewFound {
  stack: string;
  /** The pull request's commit. */
  commit: string;
  /** Page of the workflow run, which has all of it. */
  runUrl: string;
  operation: Operation;
  /** What `npm run plan -- --format markdown` says; absent where the preview failed. */
  plan?: string;
}

/** By it the comment is found again: a stack has one in a pull request. */
export const previewMarker = (stack: string): string => `<!-- preview of stack ${stack} -->`;

/**
 * The comment: the rules that are broken first, then the plan, which is cut where there is no room for it.
 * @param environment whose secrets are not in it, whatever the tools have printed.
 */
export function previewComment(found: PreviewFound, environment: NodeJS.ProcessEnv = {}): string {
  const { stack, commit, runUrl, operation, plan } = found;
  const head = [previewMarker(stack), `## Preview of stack \`${stack}\``, errors(operation), policy(operation)];
  const foot = `<sub>commit ${commit.slice(0, 7)} · [workflow run](${runUrl})</sub>`;
  const clean = (text: string) => withoutSecrets(text, environment);
  // Half of the room at most: the plan is what everybody reads.
  const above = cut(clean(head.filter(Boolean).join("\n\n")), longestBody / 2, `… more in the [run](${runUrl}).`);
  const room = longestBody - above.length - foot.length - 4;
  const below = plan && cut(clean(plan), room, `… and more: [workflow run](${runUrl}).`);
  return [above, below, foot].filter(Boolean).join("\n\n");
}

/** What ended the preview; broken rules have a table of their own. */
function errors({ errors: found, violations }: Operation): string {
  if (found.length === 0 || violations.some(({ mandatory }) => mandatory)) return "";
  return ["❌ **The preview failed.**", ...found.map((error) => `- ${cell(error)}`)].join("\n");
}

function policy({ violations, errors: failed }: Operation): string {
  if (violations.length === 0) return failed.length > 0 ? "" : "✅ Every rule of the policy pack is kept.";
  const broken = new Set(violations.filter(({ mandatory }) => mandatory).map(({ rule }) => rule)).size;
  const said = broken > 0 ? `❌ **${broken} ${broken === 1 ? "rule is" : "rules are"} broken**` : "⚠️ Advice";
  // What ends the preview comes first.
  const rows = [...violations].sort((a, b) => Number(b.mandatory) - Number(a.mandatory));
  return `${said} ([all rules](../blob/HEAD/docs/policy.md))\n\n${table(
    ["rule", "resource", "what is wrong"],
    rows.map(({ rule, resource, message }) => [rule, resource, message]),
  )}`;
}
