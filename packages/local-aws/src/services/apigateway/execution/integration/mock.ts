/**
 * Mock integration: the gateway answers itself, with the status that the request template gives.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
 */
import { parseJson } from "../../../../jsonText.ts";
import { misconfigured } from "../failure.ts";
import type { IntegrationAnswer } from "./integrationAnswer.ts";
import type { IntegrationRequest } from "./request.ts";

export function mockAnswer({ body }: IntegrationRequest): IntegrationAnswer {
  let code: unknown;
  try {
    code = (parseJson(body.toString()) as { statusCode?: unknown } | null)?.statusCode;
  } catch {
    throw misconfigured("Execution failed due to configuration error: Unable to parse statusCode");
  }
  const status = Number(code);
  if (code === undefined || !Number.isInteger(status)) {
    throw misconfigured(
      "Execution failed due to configuration error: statusCode should be an integer which defined in request template",
    );
  }
  return { status, headers: [], body: Buffer.alloc(0), selectedBy: String(status) };
}
