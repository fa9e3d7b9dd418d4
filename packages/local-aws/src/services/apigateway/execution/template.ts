/** Mapping templates, filled in. */
import { VARIABLE } from "../definition/template.ts";
import type { Exchange } from "./exchange.ts";
import { contextVariable } from "./variables.ts";

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

/** `$input.params('x')`: from path, query or header, in this order. */
function requestParameter(exchange: Exchange, name: string): string | undefined {
  return (
    exchange.pathParameters?.[name] ?? exchange.queryParameters.single?.[name] ?? exchange.header(name.toLowerCase())
  );
}
