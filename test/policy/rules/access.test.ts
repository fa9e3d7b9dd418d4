import { rule } from "../support/rule.ts";

const policy = (...Statement: object[]) => ({ props: { policy: JSON.stringify({ Statement }) } });
const allow = (Action: string | string[], Resource: string | string[]) => policy({ Effect: "Allow", Action, Resource });
const table = "arn:aws:dynamodb:eu-west-1:1:table/irises";
const put = "dynamodb:PutItem";

describe("rules of roles and policies:", () => {
  rule("no-wildcard-action", "iam/rolePolicy:RolePolicy", allow([put], table), [
    ["all actions", allow("*", table), /^policy.Statement\[0\].Action is \*/],
    ["a service's actions", allow("dynamodb:*", table), /Action is dynamodb:\*/],
    ["all actions but some", policy({ Effect: "Allow", NotAction: ["iam:*"], Resource: table }), /allows by NotAction/],
  ]);

  rule(
    "no-wildcard-resource",
    "iam/rolePolicy:RolePolicy",
    policy(
      { Effect: "Allow", Action: put, Resource: [table, `${table}/index/*`] },
      { Effect: "Allow", Action: "logs:PutLogEvents", Resource: "arn:aws:logs:eu-west-1:1:log-group:/aws/lambda/a:*" },
      { Effect: "Allow", Action: "s3:GetObject", Resource: ["arn:aws:s3:::models/*", "arn:aws:s3:::models/iris/v*"] },
      { Effect: "Allow", Action: "execute-api:Invoke", Resource: "arn:aws:execute-api:eu-west-1:1:api/Prod/GET/*" },
      { Effect: "Allow", Action: "xray:PutTraceSegments", Resource: "*" },
      {
        Effect: "Allow",
        Action: "sagemaker:DeleteModel",
        Resource: "arn:aws:sagemaker:eu-west-1:1:model/dev-ratings-*",
      },
      { Effect: "Deny", Action: "s3:*", Resource: "*" },
    ),
    [
      ["every resource", allow(put, "*"), /Resource is \* for dynamodb:PutItem/],
      ["every table", allow(put, "arn:aws:dynamodb:eu-west-1:1:table/*"), /table\/\* for dynamodb/],
      ["tables whose name begins alike", allow(put, "arn:aws:dynamodb:eu-west-1:1:table/iris*"), /table\/iris\*/],
      ["every bucket", allow("s3:GetObject", "arn:aws:s3:::*"), /arn:aws:s3:::\* for/],
      ["every log group", allow("logs:PutLogEvents", "arn:aws:logs:eu-west-1:1:log-group:*"), /log-group:\*/],
      ["every model", allow("sagemaker:DeleteModel", "arn:aws:sagemaker:eu-west-1:1:model/*"), /model\/\*/],
      [
        "models of any stack",
        allow("sagemaker:DeleteModel", "arn:aws:sagemaker:eu-west-1:1:model/dev*"),
        /model\/dev\*/,
      ],
      ["every account", allow("sqs:SendMessage", "arn:aws:sqs:eu-west-1:*:jobs"), /:\*:jobs/],
      [
        "every resource but some",
        policy({ Effect: "Allow", Action: put, NotResource: table }),
        /Resource is all but NotResource/,
      ],
    ],
  );

  rule("no-log-group-creation", "iam/rolePolicy:RolePolicy", allow("logs:PutLogEvents", table), [
    ["a log group that nobody owns", allow(["logs:CreateLogGroup"], table), /allows logs:CreateLogGroup/],
  ]);

  const managed = "arn:aws:iam::aws:policy/AWSLambda_FullAccess";
  rule("no-aws-managed-policy", "iam/role:Role", { props: { managedPolicyArns: ["arn:aws:iam::1:policy/own"] } }, [
    ["AWS's policies on a role", { props: { managedPolicyArns: [managed] } }, /^policyArn is AWS's arn/],
    ["AWS's policy, attached", { props: { policyArn: managed } }, /^policyArn is AWS's arn/],
  ]);

  const trust = (Principal: unknown) => ({
    props: { assumeRolePolicy: JSON.stringify({ Statement: [{ Effect: "Allow", Principal }] }) },
  });
  rule("one-principal", "iam/role:Role", trust({ Service: "lambda.amazonaws.com" }), [
    ["everyone", trust("*"), /admits everyone/],
    ["two services", trust({ Service: ["lambda.amazonaws.com", "states.amazonaws.com"] }), /lambda.* and states/],
  ]);
});

describe("rules of logs:", () => {
  rule("log-group-forgets", "cloudwatch/logGroup:LogGroup", { props: { retentionInDays: 30 } }, [
    ["events for ever", { props: {} }, /^retentionInDays is missing/],
    ["events for ever, said so", { props: { retentionInDays: 0 } }, /^retentionInDays is missing/],
  ]);

  const facts = { logKeyArn: "arn:aws:kms:eu-west-1:1:key/k" };
  rule("log-group-is-encrypted", "cloudwatch/logGroup:LogGroup", { props: { kmsKeyId: facts.logKeyArn }, facts }, [
    ["a group without the configured key", { props: {}, facts }, /^kmsKeyId is not arn/],
  ]);
});

describe("rules of tags:", () => {
  const tags = { project: "p", stack: "s", owner: "o", "cost-centre": "c" };
  rule("resource-is-tagged", "lambda/function:Function", { props: { tags }, facts: { defaultTags: {} } }, [
    ["no tags", { props: {}, facts: { defaultTags: {} } }, /^tags.project is missing/],
    ["an empty tag", { props: { tags: { ...tags, owner: "" } }, facts: { defaultTags: {} } }, /^tags.owner is missing/],
  ]);
});
