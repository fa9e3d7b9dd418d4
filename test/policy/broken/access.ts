import * as aws from "@pulumi/aws";
import { Declared } from "./declared.ts";

const account = "123456789012";
const statement = (one: object) => JSON.stringify({ Version: "2012-10-17", Statement: [one] });
const trusts = (Principal: object, Condition?: object) =>
  statement({ Effect: "Allow", Principal, Action: "sts:AssumeRole", ...(Condition && { Condition }) });
const table = `arn:aws:dynamodb:eu-west-1:${account}:table/irises`;

/** A role's policy that allows one thing. */
const allows = (name: string, Action: string, Resource: string) =>
  new aws.iam.RolePolicy(name, { role: "writer", policy: statement({ Effect: "Allow", Action, Resource }) });

allows("no-wildcard-action", "dynamodb:?utItem", table);
allows("no-wildcard-resource", "dynamodb:PutItem", table.replace("eu-west-1", "eu-*"));
allows("no-log-group-creation", "logs:CreateLogGroup", `arn:aws:logs:eu-west-1:${account}:log-group:/aws/lambda/a`);
allows("invoke-names-its-routes", "execute-api:Invoke", `arn:aws:execute-api:eu-west-1:${account}:a1b2c3/Prod/*/train`);

new aws.iam.Role("one-principal", {
  assumeRolePolicy: trusts({ Service: ["lambda.amazonaws.com", "apigateway.amazonaws.com"] }),
});
new aws.iam.Role("trust-names-one-user", { assumeRolePolicy: trusts({ AWS: `arn:aws:iam::${account}:user/anna` }) });
new aws.iam.Role("federated-trust-names-its-subject", {
  assumeRolePolicy: trusts({ Federated: `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com` }),
});
new aws.iam.Role("service-trust-names-its-account", {
  assumeRolePolicy: trusts({ Service: "scheduler.amazonaws.com" }),
});
new Declared("iam/user:User", "no-users-or-groups", {});
new aws.iam.RolePolicyAttachment("no-managed-policy", {
  role: "writer",
  policyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
});

const machine = new aws.iam.Role("machine", { assumeRolePolicy: trusts({ Service: "states.amazonaws.com" }) });
new aws.iam.RolePolicy("state-machine-role-is-exact", {
  role: machine.name,
  policy: statement({ Effect: "Allow", Action: "dynamodb:PutItem", Resource: `${table}/index/*` }),
});

new aws.sqs.QueuePolicy("policy-admits-known-callers", {
  queueUrl: `https://sqs.eu-west-1.amazonaws.com/${account}/jobs`,
  policy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Deny",
        Principal: "*",
        Action: "sqs:*",
        Resource: "*",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      {
        Effect: "Allow",
        Principal: "*",
        Action: "sqs:SendMessage",
        Resource: "*",
      },
    ],
  }),
});
new Declared("kms/grant:Grant", "key-grant-names-its-grantee", {
  keyId: "a1b2",
  granteePrincipal: "arn:aws:iam::123456789012:root",
  operations: ["Decrypt"],
});
new aws.cloudwatch.EventPermission("granting-type-is-known", { principal: "210987654321", statementId: "other" });
