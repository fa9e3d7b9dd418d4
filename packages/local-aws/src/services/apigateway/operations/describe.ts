/** Entities as API Gateway describes them: without what is empty. */
import type {
  IntegrationResponse as IntegrationResponseShape,
  Integration as IntegrationShape,
  Method as MethodShape,
} from "@aws-sdk/client-api-gateway";
import type { Integration, IntegrationResponse, Method } from "../model.ts";

/** Without the members whose value is an empty text, list or map. */
export const withoutEmpty = <T extends object, Name extends keyof T>(entity: T, ...names: Name[]): T => {
  const shown = { ...entity };
  for (const name of names) {
    const value = shown[name] as unknown;
    const empty = value === "" || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
    if (empty) delete shown[name];
  }
  return shown;
};

export const describeMethod = ({ methodIntegration, ...method }: Method): MethodShape => ({
  ...withoutEmpty(method, "methodResponses"),
  ...(methodIntegration && { methodIntegration: describeIntegration(methodIntegration) }),
});

export const describeIntegration = (integration: Integration): IntegrationShape => {
  const { integrationResponses } = integration;
  const responses = Object.entries(integrationResponses).map(([code, response]) => [code, describeResponse(response)]);
  return withoutEmpty(
    { ...integration, integrationResponses: Object.fromEntries(responses) } as IntegrationShape,
    "integrationResponses",
    "requestTemplates",
    "requestParameters",
  );
};

/** An empty template passes the answer through: it is shown as none. */
export const describeResponse = ({
  responseTemplates,
  ...response
}: IntegrationResponse): IntegrationResponseShape => ({
  ...response,
  ...(responseTemplates && {
    responseTemplates: Object.fromEntries(
      Object.entries(responseTemplates).map(([type, template]) => [type, template || null]),
    ) as Record<string, string>,
  }),
});
