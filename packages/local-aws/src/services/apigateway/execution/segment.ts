import { putSegment } from "../../../kit/trace.ts";
import type { Cloud } from "../../../service.ts";
import type { Exchange, Reply } from "./exchange.ts";

/** What a stage that traces tells X-Ray of a request. https://docs.aws.amazon.com/xray/latest/devguide/xray-services-apigateway.html */
export function writeSegment(cloud: Cloud, exchange: Exchange, { status }: Reply): void {
  const { trace, stage, request, path, sourceIp } = exchange;
  if (!trace) return;
  const { stageName } = stage.stage;
  const userAgent = exchange.header("user-agent");
  const asked = {
    url: `https://${stage.domainName}/${stageName}${path}`,
    ...{ method: request.method, client_ip: sourceIp, x_forwarded_for: true },
    ...(userAgent !== undefined && { user_agent: userAgent }),
  };
  putSegment(cloud, trace, {
    id: trace.segment,
    name: `${stage.deployment.apiName}/${stageName}`,
    origin: "AWS::ApiGateway::Stage",
    started: exchange.startedAt,
    status,
    more: {
      http: { request: asked, response: { status } },
      aws: {
        api_gateway: {
          ...{ account_id: cloud.accountId, rest_api_id: stage.apiId, stage: stageName },
          request_id: exchange.requestId,
        },
      },
      resource_arn: `arn:aws:apigateway:${stage.where.region}::/restapis/${stage.apiId}/stages/${stageName}`,
    },
  });
}
