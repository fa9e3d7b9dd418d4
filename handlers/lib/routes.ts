import type { APIGatewayProxyEvent, APIGatewayProxyHandler, APIGatewayProxyResult } from "aws-lambda";
import { httpHandler, RequestError } from "./http.ts";

type Answer = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

/**
 * A handler of several routes that need the same rights, by method and resource as the API has them.
 * @example export const handler = routes({ "GET /notebooks": list, "GET /notebooks/{id}": read });
 */
export const routes = (answers: Record<string, Answer>): APIGatewayProxyHandler =>
  httpHandler(async (event) => {
    const answer = answers[`${event.httpMethod} ${event.resource}`];
    if (!answer) throw new RequestError(404, "there is no such route");
    return answer(event);
  });
