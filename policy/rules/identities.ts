import { token } from "../grantingTypes.ts";
import type { Rule } from "../rule.ts";

const people =
  "accessKey group groupMembership groupPoliciesExclusive groupPolicy groupPolicyAttachment " +
  "groupPolicyAttachmentsExclusive serviceSpecificCredential signingCertificate sshKey user userGroupMembership " +
  "userLoginProfile userPoliciesExclusive userPolicy userPolicyAttachment userPolicyAttachmentsExclusive virtualMfaDevice";

const attachments = "policyAttachment role rolePolicyAttachment rolePolicyAttachmentsExclusive";

const ofIam = (names: string): string[] => names.split(" ").map((name) => token(`iam/${name}`));

export const identityRules: Rule[] = [
  {
    name: "no-users-or-groups",
    description: "A stack has no users, no groups and no lasting credentials: what it runs acts in roles",
    ids: ["IAM.2", "CIS 1.14", "CIS 1.20", "CKV_AWS_40", "CKV_AWS_273"],
    types: ofIam(people),
    check: ({ type }) => [`${type} is a user's or a group's`],
  },
  {
    name: "no-managed-policy",
    description:
      "A role's rights are its own inline policies: a managed one, of AWS or not, says elsewhere what it allows",
    ids: ["AwsSolutions-IAM4", "CIS 1.15", "CIS 1.21", "CKV_AWS_274"],
    types: ofIam(attachments),
    check: ({ props }) =>
      [...(props.managedPolicyArns ?? []), ...(props.policyArns ?? []), props.policyArn]
        .filter((arn) => arn !== undefined)
        .map((arn) => `policyArn is ${arn}, a managed policy`),
  },
];
