/** Topic policies, and what IAM must allow. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html */

import { passRole } from "../../kit/passRole.ts";
import { policyOf } from "../../kit/permissions.ts";
import type { Access, Call, PolicyDocument } from "../../service.ts";
import type { Topic } from "./records.ts";

/** The default policy of a topic: whatever acts for the owner's account may use it. */
export function defaultPolicy(arn: string): string {
  const actions = ["GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic"];
  return JSON.stringify({
    Version: "2008-10-17",
    Id: "__default_policy_ID",
    Statement: [
      {
        Sid: "__default_statement_ID",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: [...actions, "Subscribe", "ListSubscriptionsByTopic", "Publish"].map((action) => `SNS:${action}`),
        Resource: arn,
        Condition: { StringEquals: { "AWS:SourceOwner": arn.split(":")[4] as string } },
      },
    ],
  });
}

/** Services that publish on behalf of the account that owns the watched resource; others state no owner. */
const inOwnersName = ["cloudwatch.amazonaws.com"];

export function topicAccess(
  operation: string,
  arn: string,
  topic: Topic | undefined,
  { principal }: Pick<Call, "principal">,
  context: Record<string, string> = {},
): Access {
  const policy = topic && servicesAsPrincipals(policyOf(topic.attributes.Policy ?? defaultPolicy(arn)));
  const owner =
    principal.kind === "service" && inOwnersName.includes(principal.arn) && principal.sourceArn?.split(":")[4];
  return {
    action: `sns:${operation}`,
    resource: arn,
    context: { ...context, ...(owner && { "aws:SourceOwner": owner }) },
    ...(policy && { resourcePolicy: policy }),
  };
}

const adapted = new WeakMap<PolicyDocument, PolicyDocument>();

/** `{"AWS": "*"}` includes services, too, where a condition on the owner decides. */
function servicesAsPrincipals(policy: PolicyDocument | undefined): PolicyDocument | undefined {
  if (!policy) return undefined;
  let found = adapted.get(policy);
  if (!found) {
    const statements = [policy.Statement].flat().map((statement) => {
      const { Principal } = statement;
      const anybody = typeof Principal === "object" && Principal.AWS === "*" && Object.keys(Principal).length === 1;
      return anybody ? { ...statement, Principal: "*" as const } : statement;
    });
    found = { ...policy, Statement: statements };
    adapted.set(policy, found);
  }
  return found;
}

/** Roles with which SNS logs deliveries. https://docs.aws.amazon.com/sns/latest/dg/topics-attrib.html */
export const feedbackRoles = (attributes: Record<string, string>): Access[] =>
  Object.entries(attributes).flatMap(([name, value]) =>
    /FeedbackRoleArn$/.test(name) ? passRole("sns.amazonaws.com", value) : [],
  );
