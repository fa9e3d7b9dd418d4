/**
 * Mapping templates, as far as a mock integration needs them: text with `$context.…`, `$stageVariables.…`,
 * `$input.params('…')` and `$input.body`. Velocity's directives and methods are refused when an integration is put.
 */
/** What stands for a value. */
export const VARIABLE =
  /\$(?:context\.([\w.]+\w)|stageVariables\.(\w+)|\{(?:context\.([\w.]+)|stageVariables\.(\w+))\}|input\.params\(['"]([^'"]+)['"]\)|input\.(body))/g;

/** The first thing of a template that is not understood; `undefined` when all of it is. */
export function unknownInTemplate(template: string): string | undefined {
  const rest = template.replace(VARIABLE, "");
  return /\$!?\{?[a-zA-Z][\w.]*|#(?:set|if|else|elseif|end|foreach|macro|define|break|stop)\b/.exec(rest)?.[0];
}
