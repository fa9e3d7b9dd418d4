/**
 * Mapping templates, as far as a mock integration needs them: text with `$context.…`, `$stageVariables.…`,
 * `$input.params('…')` and `$input.body`. Velocity's directives and methods are refused when an integration is put.
 */
import type { Exchange } from "./exchange.ts";
import { contextVariable } from "./variables.ts";

const VARIABLE =
  /\$(?:context\.([\w.]+\w)|stageVariables\.(\w+)|\{(?:context\.([\w.]+)|stageVariables\.(\w+))\}|input\.params\(['"]([^'"]+)['"]\)|input\.(body))/g;

/** The first thing of a template that is not understood; `undefined` when all of it is. */
export function unknownInTemplate(template: string): string | undefined {
  const rest = template.replace(VARIABLE, "");
  return /\$!?\{?[a-zA-Z][\w.]*|#(?:set|if|else|elseif|end|foreach|macro|define|break|stop)\b/.exec(rest)?.[0];
}

export function render(template: string, exchange: Exchange, context: Record<string, unknown>, body: string): string {
  if (!template.includes("$")) return template;
  return template.replace(VARIABLE, (_, plain, stage, braced, bracedStage, parameter, isBody) => {
    if (isBody) return body;
    if (parameter) return requestParameter(exchange, parameter) ?? "";
    const variable = stage ?? bracedStage;
    if (variable) return exchange.stage.stage.variables[variable] ?? "";
    return contextVariable(context, plain ?? braced) ?? "";
  });
}

/** `$input.params('x')`: of path, query or header, in this order. */
function requestParameter(exchange: Exchange, name: string): string | undefined {
  return (
    exchange.pathParameters?.[name] ?? exchange.queryParameters.single?.[name] ?? exchange.header(name.toLowerCase())
  );
}
