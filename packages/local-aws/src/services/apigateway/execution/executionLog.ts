/**
 * Execution log: what happened to each request, in the gateway's own log group of the stage.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 */
import type { Exchange, Reply } from "./exchange.ts";
import type { LogWriter } from "./logWriter.ts";

export function writeExecutionLog(log: LogWriter, exchange: Exchange, reply: Reply): void {
  const { setting } = exchange.method;
  if (setting.loggingLevel === undefined || setting.loggingLevel === "OFF") return;
  if (setting.loggingLevel === "ERROR" && reply.error === undefined) return;
  const { apiId, stage } = exchange.stage;
  const group = `API-Gateway-Execution-Logs_${apiId}/${stage.stageName}`;
  const lines = setting.loggingLevel === "INFO" ? story(exchange, reply) : [...mishap(reply), completed(reply)];
  for (const line of lines) log.write(group, true, `(${exchange.requestId}) ${line}`);
}

/** What happened to a request, line by line. */
export function story(exchange: Exchange, reply: Reply): string[] {
  const { method, integration } = exchange;
  const lines = [
    `Extended Request Id: ${exchange.extendedRequestId}`,
    `Starting execution for request: ${exchange.requestId}`,
    `HTTP Method: ${exchange.httpMethod}, Resource Path: ${exchange.path}`,
  ];
  if (exchange.apiKey) lines.push(`API Key ID: ${exchange.apiKey.id}`);
  if (method.setting.dataTraceEnabled) {
    lines.push(
      `Method request path: ${JSON.stringify(exchange.pathParameters ?? {})}`,
      `Method request query string: ${JSON.stringify(exchange.queryParameters.single ?? {})}`,
      `Method request headers: ${JSON.stringify(masked(exchange.headers.single))}`,
      `Method request body before transformations: ${exchange.body?.toString() ?? ""}`,
    );
  }
  if (integration) {
    if (method.integration?.uri) lines.push(`Sending request to ${method.integration.uri}`);
    lines.push(
      `Received response. Status: ${integration.status ?? "-"}, Integration latency: ${integration.latency} ms`,
    );
    if (method.setting.dataTraceEnabled) lines.push(`Method response body after transformations: ${reply.body}`);
  }
  return [...lines, ...mishap(reply), ...(reply.error ? [] : ["Successfully completed execution"]), completed(reply)];
}

const mishap = ({ error }: Reply): string[] => (error ? [error.logged ?? `${error.type}: ${error.message}`] : []);
const completed = ({ status }: Reply): string => `Method completed with status: ${status}`;

/** Credentials never reach a log; API Gateway masks all but their end. */
const masked = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) =>
      /^(authorization|x-api-key|x-amz-security-token|cookie)$/i.test(name)
        ? [name, `${"*".repeat(Math.max(0, value.length - 6))}${value.length > 6 ? value.slice(-6) : ""}`]
        : [name, value],
    ),
  );
