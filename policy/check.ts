import type { Resource, Rule, StackFacts } from "./rule.ts";
import { apiGatewayRules } from "./rules/apigateway.ts";
import { containerRules } from "./rules/containers.ts";
import { deploymentRules } from "./rules/deployments.ts";
import { eventSourceRules } from "./rules/eventSources.ts";
import { iamRules } from "./rules/iam.ts";
import { lambdaRules } from "./rules/lambda.ts";
import { logRules } from "./rules/logs.ts";
import { messagingRules } from "./rules/messaging.ts";
import { sageMakerRules } from "./rules/sagemaker.ts";
import { stateMachineRules } from "./rules/stateMachines.ts";
import { storageRules } from "./rules/storage.ts";
import { tagRules } from "./rules/tags.ts";
import { trustRules } from "./rules/trust.ts";

/** Every rule of the platform. */
export const rules: readonly Rule[] = [
  ...apiGatewayRules,
  ...containerRules,
  ...deploymentRules,
  ...eventSourceRules,
  ...iamRules,
  ...lambdaRules,
  ...logRules,
  ...messagingRules,
  ...sageMakerRules,
  ...stateMachineRules,
  ...storageRules,
  ...tagRules,
  ...trustRules,
];

export interface Violation {
  rule: string;
  /** `type name` */
  resource: string;
  /** What is wrong, beginning with the property's path. */
  message: string;
}

/** What breaks which rule: a preview's answer, for resources that the unit tests or a local run report. */
export function check(resources: readonly Resource[], given: Omit<StackFacts, "resources">): Violation[] {
  const facts = { ...given, resources };
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
