/**
 * The subset of mapping templates that a mock integration needs: text with `$context.…`, `$stageVariables.…`,
 * `$input.params('…')` and `$input.body`. Velocity's directives and methods are refused when an integration is set.
 */
/** A placeholder for a value. */
export const VARIABLE =
  /\$(?:context\.([\w.]+\w)|stageVariables\.(\w+)|\{(?:context\.([\w.]+)|stageVariables\.(\w+))\}|input\.params\(['"]([^'"]+)['"]\)|input\.(body))/g;

/** The first unsupported part of a template; `undefined` when there is none. */
export function unknownInTemplate(template: string): string | undefined {
  const rest = template.replace(VARIABLE, "");
  return /\$!?\{?[a-zA-Z][\w.]*|#(?:set|if|else|elseif|end|foreach|macro|define|break|stop)\b/.exec(rest)?.[0];
}
