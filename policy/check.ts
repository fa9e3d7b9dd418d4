import { looksAt, type Resource, type Rule, type StackFacts } from "./rule.ts";
import { apiGatewayRules } from "./rules/apigateway.ts";
import { containerRules } from "./rules/containers.ts";
import { deploymentRules } from "./rules/deployments.ts";
import { emrServerlessRules } from "./rules/emrServerless.ts";
import { eventSourceRules } from "./rules/eventSources.ts";
import { exposureRules } from "./rules/exposure.ts";
import { functionAccessRules } from "./rules/functionAccess.ts";
import { httpApiRules } from "./rules/httpApis.ts";
import { iamRules } from "./rules/iam.ts";
import { identityRules } from "./rules/identities.ts";
import { lambdaRules } from "./rules/lambda.ts";
import { logRules } from "./rules/logs.ts";
import { messagingRules } from "./rules/messaging.ts";
import { providerRules } from "./rules/provider.ts";
import { resourcePolicyRules } from "./rules/resourcePolicies.ts";
import { sageMakerRules } from "./rules/sagemaker.ts";
import { stateMachineRules } from "./rules/stateMachines.ts";
import { storageRules } from "./rules/storage.ts";
import { tagRules } from "./rules/tags.ts";
import { trustRules } from "./rules/trust.ts";
import { unknownTypeRule } from "./rules/unknownTypes.ts";

/** Rules that look into what a resource does, not at its tags alone. */
const looking: readonly Rule[] = [
  ...apiGatewayRules,
  ...containerRules,
  ...deploymentRules,
  ...emrServerlessRules,
  ...eventSourceRules,
  ...exposureRules,
  ...functionAccessRules,
  ...httpApiRules,
  ...iamRules,
  ...identityRules,
  ...lambdaRules,
  ...logRules,
  ...messagingRules,
  ...providerRules,
  ...resourcePolicyRules,
  ...sageMakerRules,
  ...stateMachineRules,
  ...storageRules,
  ...trustRules,
];

/** Types of which a rule says more than which tags they have. */
export const knownTypes: ReadonlySet<string> = new Set(looking.flatMap(({ types }) => (types === "any" ? [] : types)));

/** Every rule of the platform. */
export const rules: readonly Rule[] = [...looking, ...tagRules, unknownTypeRule(knownTypes)];

interface Violation {
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
      .filter((rule) => looksAt(rule, resource.type))
      .flatMap((rule) =>
        rule.check(resource, facts).map((message) => ({
          rule: rule.name,
          resource: `${resource.type} ${resource.name}`,
          message,
        })),
      ),
  );
}
