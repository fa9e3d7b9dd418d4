import { resourcePolicies } from "../grantingTypes.ts";
import { documentOf, knowsIdentities } from "../openapi.ts";
import { strangers } from "../principals.ts";
import type { Resource, Rule } from "../rule.ts";
import { statementsOf } from "../statements.ts";

/**
 * The policies of a resource, each with its path. Where the gateway knows no identities, an API's policy can only narrow
 * whom its routes let in.
 */
function policiesOf({ type, props }: Resource): [path: string, policy: unknown][] {
  const input = resourcePolicies.get(type)!;
  if (type !== "aws:apigateway/restApi:RestApi") return [[input, props[input]]];
  const document = documentOf(props.body);
  if (document.paths && !knowsIdentities(document)) return [];
  return [
    [input, props[input]],
    ["body.x-amazon-apigateway-policy", document["x-amazon-apigateway-policy"]],
  ];
}

export const resourcePolicyRules: Rule[] = [
  {
    name: "policy-admits-known-callers",
    description: "A resource's policy admits callers of the stack's account by name, and services that act for it",
    ids: [
      "KMS.5",
      "S3.2",
      "S3.3",
      "S3.6",
      "SNS.4",
      "SQS.3",
      "AwsSolutions-ECR1",
      "CKV_AWS_32",
      "CKV_AWS_33",
      "CKV_AWS_168",
      "CKV_AWS_169",
      "CKV_AWS_385",
    ],
    types: [...resourcePolicies.keys()],
    check: (resource, { accounts }) =>
      policiesOf(resource).flatMap(([path, policy]) =>
        statementsOf(policy).flatMap((statement, index) =>
          strangers(statement, accounts).map((who) => `${path}.Statement[${index}] admits ${who}`),
        ),
      ),
  },
];
