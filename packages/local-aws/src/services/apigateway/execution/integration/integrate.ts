/** Carries out a method's integration, of whatever type. */
import type { Cloud, Principal } from "../../../../service.ts";
import { lambdaOf } from "../../definition/integration.ts";
import type { Integration } from "../../model.ts";
import type { Exchange, Reply } from "../exchange.ts";
import { preparation, within } from "../lambdaProxy.ts";
import { Mapping } from "../mapping/mapping.ts";
import { serviceAnswer } from "./aws.ts";
import { httpAnswer, proxied } from "./http.ts";
import type { IntegrationAnswer } from "./integrationAnswer.ts";
import { lambdaAnswer } from "./lambda.ts";
import { mockAnswer } from "./mock.ts";
import { type IntegrationRequest, integrationRequest } from "./request.ts";
import { methodResponse } from "./response.ts";

/** @param as the caller of a service: a session of the integration's role, or the gateway itself. */
export async function integrate(
  cloud: Cloud,
  exchange: Exchange,
  integration: Integration,
  as: Principal,
): Promise<Reply> {
  const mapping = new Mapping(exchange);
  const request = integrationRequest(integration, mapping);
  const answer = await answered(cloud, exchange, integration, request, as);
  return integration.type === "HTTP_PROXY" ? proxied(answer) : methodResponse(integration, mapping, answer);
}

async function answered(
  cloud: Cloud,
  exchange: Exchange,
  integration: Integration,
  request: IntegrationRequest,
  as: Principal,
): Promise<IntegrationAnswer> {
  if (integration.type === "MOCK") return mockAnswer(request);
  const started = performance.now();
  const functionArn = integration.type === "AWS" ? lambdaOf(request.uri) : undefined;
  const work = integration.type.startsWith("HTTP")
    ? httpAnswer(integration, exchange, request, cloud.apiOrigin)
    : functionArn === undefined
      ? serviceAnswer(cloud, exchange, request, as)
      : lambdaAnswer(cloud, functionArn, request, as, exchange);
  const answer = await within(integration.timeoutInMillis, work, async (isOver) =>
    functionArn === undefined ? false : preparation(cloud, functionArn, isOver),
  );
  exchange.integration = { latency: Math.round(performance.now() - started), status: answer.status };
  return answer;
}
