/** A method tried out as it is now, without a deployment: `TestInvokeMethod`. */
import type { IncomingMessage } from "node:http";
import type { Cloud } from "../../../service.ts";
import { methodOf, resourceOf } from "../definition/definition.ts";
import { Exchange } from "../execution/exchange.ts";
import { story } from "../execution/executionLog.ts";
import type { Pipeline } from "../execution/pipeline.ts";
import { StageRuntime } from "../execution/stageRuntime.ts";
import type { Api } from "../model.ts";
import type { Records } from "../records.ts";
import type { Handlers } from "./handlers.ts";
import { defaultSetting } from "./methodSettings.ts";
import { newStage } from "./stages.ts";

export function testOperations(records: Records, cloud: Cloud, pipeline: Pipeline): Handlers {
  return {
    async TestInvokeMethod(input) {
      const api = records.apiOf(input.restApiId, "Invalid Resource identifier specified");
      const resource = resourceOf(api.definition, input.resourceId);
      const { httpMethod } = methodOf(api.definition, input.resourceId, input.httpMethod);
      const runtime = runtimeOf(api, cloud, input.stageVariables ?? {});
      const method = runtime.method(resource, httpMethod)!;
      const [path = "", query = ""] = (input.pathWithQueryString || resource.path).split("?", 2);
      const found = runtime.find(path);
      const headers = { ...flat(input.multiValueHeaders), ...input.headers };
      const request = requestOf(httpMethod, headers);
      const parameters = found?.resource.id === resource.id ? found.pathParameters : null;
      const exchange = new Exchange(request, runtime, method, path, query, parameters);
      if (input.body) exchange.body = Buffer.from(input.body);
      const started = performance.now();
      const reply = await pipeline.attempt(exchange);
      const multiValueHeaders: Record<string, string[]> = {};
      const add = (name: string, value: string) => {
        multiValueHeaders[name] = [...(multiValueHeaders[name] ?? []), value];
      };
      for (let i = 0; i < reply.headers.length; i += 2) add(reply.headers[i] as string, reply.headers[i + 1] as string);
      if (method.integration?.type !== "MOCK") add("X-Amzn-Trace-Id", exchange.traceId);
      return {
        status: reply.status,
        body: reply.body.toString(),
        headers: Object.fromEntries(
          Object.entries(multiValueHeaders).map(([name, values]) => [name, values.join(",")]),
        ),
        multiValueHeaders,
        latency: Math.round(performance.now() - started),
        log: logOf(exchange, story(exchange, reply)),
      };
    },
  };
}

/** The API as it stands, under the name that such requests see as their stage. */
function runtimeOf({ id, name, definition }: Api, cloud: Cloud, variables: Record<string, string>): StageRuntime {
  const deployment = { id: "", restApiId: id, createdDate: Date.now(), apiName: name, definition };
  const stage = newStage(id, "test-invoke-stage", "");
  const trace = { ...defaultSetting(), dataTraceEnabled: true, loggingLevel: "INFO" as const };
  return new StageRuntime({ ...stage, variables, methodSettings: { "*/*": trace } }, deployment, cloud);
}

const flat = (headers: Record<string, string[]> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.join(",")]));

/** What there is of a request that no client has sent. */
function requestOf(method: string, headers: Record<string, string>): IncomingMessage {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    method,
    httpVersion: "1.1",
    headers: Object.fromEntries(lower),
    rawHeaders: Object.entries(headers).flat(),
    socket: { remoteAddress: "test-invoke-source-ip", localPort: 443 },
  } as unknown as IncomingMessage;
}

function logOf({ requestId }: Exchange, lines: string[]): string {
  // `Sun Nov 29 17:20:00 UTC 2026`
  const [day, date, month, year, time] = new Date().toUTCString().replace(",", "").split(" ");
  const at = `${day} ${month} ${date} ${time} UTC ${year}`;
  const told = lines.filter((line) => !line.startsWith("Extended Request Id"));
  return [`Execution log for request ${requestId}`, ...told.map((line) => `${at} : ${line}`), ""].join("\n");
}
