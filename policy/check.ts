import type { Resource, Rule, StackFacts } from "./rule.ts";
import { apiGatewayRules } from "./rules/apigateway.ts";
import { eventSourceRules } from "./rules/eventSources.ts";
import { iamRules } from "./rules/iam.ts";
import { lambdaRules } from "./rules/lambda.ts";
import { logRules } from "./rules/logs.ts";
import { messagingRules } from "./rules/messaging.ts";
import { storageRules } from "./rules/storage.ts";

/** Every rule of the platform. */
export const rules: readonly Rule[] = [
  ...apiGatewayRules,
  ...eventSourceRules,
  ...iamRules,
  ...lambdaRules,
  ...logRules,
  ...messagingRules,
  ...storageRules,
];

export interface Violation {
  rule: string;
  /** `type name` */
  resource: string;
  /** What is wrong, beginning with the property's path. */
  message: string;
}

/** What breaks which rule: the same function for a preview, the unit tests and a local run. */
export function check(resources: readonly Resource[], facts: StackFacts): Violation[] {
  return resources.flatMap((resource) =>
    rules
      .filter(({ types }) => types.includes(resource.type))
      .flatMap((rule) =>
        rule.check(resource, facts).map((message) => ({
          rule: rule.name,
          resource: `${resource.type} ${resource.name}`,
          message,
        })),
      ),
  );
}
