/** The platform's API, asked as its users ask it. */
import { call, send } from "local-console/app";
import { idOf } from "./resources.ts";

/**
 * A request to a route of the platform, signed.
 * @param path `/notebooks/anna/start`
 * @throws Error with what the route refused.
 */
export async function askPlatform<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const restApiId = (await idOf("platform", "api"))?.slice("api:".length);
  if (!restApiId) throw new Error("This stack has no API called platform");
  const { item: [stage] = [] } = await call("apigateway", "GetStages", { restApiId });
  const answer = await send({
    method,
    path: `/_aws/execute-api/${restApiId}/${stage?.stageName}${path}`,
    headers: { "content-type": "application/json" },
    signed: true,
    ...(body && { body: JSON.stringify(body) }),
  });
  const said = answer.body === "" ? {} : JSON.parse(answer.body);
  if (answer.status >= 400) throw new Error(said.message ?? `${method} ${path} is answered ${answer.status}`);
  return said;
}
