/**
 * Access log: one line per request, in the stage's format.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
 */
import type { Exchange, Reply } from "./exchange.ts";
import type { LogWriter } from "./logWriter.ts";
import { requestContext } from "./requestContext.ts";
import { contextVariable } from "./variables.ts";

type Part = string | { variable: string };

const formats = new Map<string, Part[]>();

/** Text and variables in turn. */
function parts(format: string): Part[] {
  let found = formats.get(format);
  if (!found) {
    found = format
      .split(/(\$context\.[A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*)/)
      .map((part) => (part.startsWith("$context.") ? { variable: part.slice("$context.".length) } : part));
    if (formats.size > 1000) formats.clear();
    formats.set(format, found);
  }
  return found;
}

export function writeAccessLog(log: LogWriter, exchange: Exchange, reply: Reply): void {
  const settings = exchange.stage.stage.accessLogSettings;
  if (!settings?.destinationArn || !settings.format) return;
  const group = settings.destinationArn.split(":")[6] as string;
  log.write(group, false, accessLogLine(settings.format, exchange, reply));
}

function accessLogLine(format: string, exchange: Exchange, reply: Reply): string {
  const context = exchange.context ?? requestContext(exchange);
  let line = "";
  for (const part of parts(format)) {
    line +=
      typeof part === "string"
        ? part
        : escaped(part.variable, variable(part.variable, exchange, reply, context) ?? "-");
  }
  return line;
}

/** Client input must not terminate a JSON string; the one variable that includes its own quotes is left as it is. */
const escaped = (name: string, value: string): string =>
  name === "error.messageString" ? value : JSON.stringify(value).slice(1, -1);

function variable(
  name: string,
  exchange: Exchange,
  reply: Reply,
  context: Record<string, unknown>,
): string | undefined {
  switch (name) {
    case "status":
      return String(reply.status);
    case "responseLength":
      return String(Buffer.byteLength(reply.body));
    case "responseLatency":
      return String(Date.now() - exchange.startedAt);
    case "integrationLatency":
    case "integration.latency":
      return exchange.integration?.latency.toString();
    case "integrationStatus":
    case "integration.status":
      return exchange.integration?.status?.toString();
    case "awsEndpointRequestId":
    case "integration.requestId":
      return exchange.invocation;
    case "integrationErrorMessage":
    case "integration.error":
      return exchange.integration ? reply.error?.logged : undefined;
    case "error.message":
      return reply.error?.message;
    case "error.messageString":
      return reply.error && JSON.stringify(reply.error.message);
    case "error.responseType":
      return reply.error?.type;
    case "error.validationErrorString":
      return reply.error?.type.startsWith("BAD_REQUEST") ? reply.error.logged : undefined;
    case "xrayTraceId":
      return exchange.traceId;
    default:
      return contextVariable(context, name);
  }
}
