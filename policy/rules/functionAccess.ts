import { strangers } from "../principals.ts";
import { type Rule, unless } from "../rule.ts";

const isService = (principal: string): boolean => /\.amazonaws\.com$/.test(principal);

/** Who may call a function, or use a layer, other than the roles that have the right by themselves. */
export const functionAccessRules: Rule[] = [
  {
    name: "permission-names-its-caller",
    description: "A permission goes to the stack's account, or to a service and the ARN that it acts for",
    ids: ["Lambda.1", "CKV_AWS_301", "CKV_AWS_364"],
    types: ["aws:lambda/permission:Permission"],
    check: ({ props }, { accounts }) => {
      const { principal = "", sourceArn, sourceAccount } = props;
      const admitted = strangers(
        {
          Effect: "Allow",
          Principal: isService(principal) ? { Service: principal } : { AWS: principal },
          Condition: {
            ...(sourceArn !== undefined && { ArnLike: { "aws:SourceArn": sourceArn } }),
            ...(sourceAccount !== undefined && { StringEquals: { "aws:SourceAccount": sourceAccount } }),
          },
        },
        accounts,
      );
      return [
        ...unless(!isService(principal) || sourceArn !== undefined, "sourceArn is missing"),
        ...admitted.map((who) => `principal admits ${who}`),
      ];
    },
  },
  {
    name: "function-url-is-authorised",
    description: "A function's own URL answers identities of AWS alone",
    ids: ["Lambda.1", "CKV_AWS_258"],
    types: ["aws:lambda/functionUrl:FunctionUrl"],
    check: ({ props: { authorizationType } }) =>
      unless(authorizationType === "AWS_IAM", `authorizationType is ${authorizationType}, not AWS_IAM`),
  },
  {
    name: "layer-is-private",
    description: "A layer is used by the stack's account alone",
    ids: ["own"],
    types: ["aws:lambda/layerVersionPermission:LayerVersionPermission"],
    check: ({ props: { principal } }, { accounts }) =>
      strangers({ Effect: "Allow", Principal: { AWS: principal } }, accounts).map((who) => `principal admits ${who}`),
  },
];
