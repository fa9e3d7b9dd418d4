/** The policy simulator: what an identity may do, without doing it. */

import type { PolicyEvaluationDecisionType } from "@aws-sdk/client-iam";
import type { Authorizer, Decision } from "../../authorization/authorizer.ts";
import type { Directory } from "../../authorization/directory.ts";
import { noSuchEntity, validationError } from "../../authorization/limits.ts";
import { assumedRole } from "../../authorization/sessions.ts";
import { parsePolicy } from "../../authorization/validate.ts";
import type { OperationOf, Operations } from "../../operations.ts";
import type { Access, PolicyDocument, Principal } from "../../service.ts";

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html */
export function simulateOperations(directory: Directory, authorizer: Authorizer, accountId: string): Operations<"iam"> {
  const principalOf = (arn: string): Principal => {
    const name = arn.split("/").at(-1) ?? "";
    const role = directory.roles.get(name);
    if (role?.Arn === arn) return assumedRole(role, "simulated", accountId);
    const user = directory.users.get(name);
    if (user?.Arn === arn) return { kind: "user", arn, accountId, userId: user.UserId };
    const group = directory.groups.get(name);
    if (group?.Arn === arn) return { kind: "user", arn, accountId, userId: group.GroupId };
    throw noSuchEntity(`The entity with ARN ${arn} cannot be found.`);
  };

  const SimulatePrincipalPolicy: OperationOf<"iam", "SimulatePrincipalPolicy"> = {
    access: ({ PolicySourceArn }) => [{ action: "iam:SimulatePrincipalPolicy", resource: PolicySourceArn }],
    run({ PolicySourceArn, ActionNames, ResourceArns = ["*"], ResourcePolicy, ContextEntries = [] }) {
      const principal = principalOf(PolicySourceArn);
      const resourcePolicy: PolicyDocument | undefined =
        ResourcePolicy === undefined ? undefined : parsePolicy(ResourcePolicy, "resource");
      const context: Record<string, string[]> = Object.fromEntries(
        ContextEntries.map(({ ContextKeyName = "", ContextKeyValues = [] }) => [ContextKeyName, ContextKeyValues]),
      );
      for (const action of ActionNames) {
        if (!/^[\w-]+:\w+$/.test(action)) throw validationError(`Invalid Action Name: ${action}`);
      }
      const asked = ActionNames.flatMap((action) => ResourceArns.map((resource) => ({ action, resource })));
      const results = asked.map(({ action, resource }) => {
        const access: Access = { action, resource, context, ...(resourcePolicy && { resourcePolicy }) };
        return {
          EvalActionName: action,
          EvalResourceName: resource,
          EvalDecision: decisionName(authorizer.decide({ principal }, access)),
          MatchedStatements: [],
          MissingContextValues: [],
        };
      });
      return { EvaluationResults: results, IsTruncated: false };
    },
  };
  return { SimulatePrincipalPolicy };
}

const decisionName = (decision: Decision): PolicyEvaluationDecisionType =>
  decision.allowed ? "allowed" : decision.explicit ? "explicitDeny" : "implicitDeny";
