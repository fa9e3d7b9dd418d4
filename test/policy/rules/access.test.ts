import { rule } from "../support/rule.ts";

const policy = (...Statement: object[]) => ({ props: { policy: JSON.stringify({ Statement }) } });
const allow = (Action: string | string[], Resource: string | string[]) => policy({ Effect: "Allow", Action, Resource });
const table = "arn:aws:dynamodb:eu-west-1:1:table/irises";
const put = "dynamodb:PutItem";

describe("rules of roles and policies:", () => {
  rule("no-wildcard-action", "iam/rolePolicy:RolePolicy", allow([put], table), [
    ["all actions", allow("*", table), /^policy.Statement\[0\].Action is \*/],
    ["a service's actions", allow("dynamodb:*", table), /Action is dynamodb:\*/],
    ["actions that differ by a letter", allow("dynamodb:?utItem", table), /Action is dynamodb:\?utItem/],
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
        "accounts that begin alike",
        allow("sqs:SendMessage", "arn:aws:sqs:eu-west-1:12345678*:jobs"),
        /12345678\*:jobs/,
      ],
      ["every region of a continent", allow("sqs:SendMessage", "arn:aws:sqs:eu-*:123456789012:jobs"), /eu-\*:1/],
      ["every partition", allow("sqs:SendMessage", "arn:aws*:sqs:eu-west-1:123456789012:jobs"), /aws\*:sqs/],
      ["tables of any letter", allow(put, "arn:aws:dynamodb:eu-west-1:1:table/iris?"), /table\/iris\?/],
      ["something without an ARN", allow(put, "???"), /Resource is \?\?\? for/],
      ["every role below a path", allow("iam:PassRole", "arn:aws:iam::123456789012:role/team/*"), /role\/team\/\*/],
      ["roles to assume", allow("sts:AssumeRole", "arn:aws:iam::123456789012:role/team/a*"), /role\/team\/a\*/],
      [
        "every resource but some",
        policy({ Effect: "Allow", Action: put, NotResource: table }),
        /Resource is all but NotResource/,
      ],
    ],
  );

  rule("no-log-group-creation", "iam/rolePolicy:RolePolicy", allow("logs:PutLogEvents", table), [
    ["a log group that nobody owns", allow(["logs:CreateLogGroup"], table), /allows logs:CreateLogGroup/],
    [
      "any, by a policy that speaks of SageMaker",
      { name: "sagemaker", ...allow(["logs:CreateLogGroup"], "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/*") },
      /allows logs:CreateLogGroup/,
    ],
  ]);
  const jobs = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/TrainingJobs*";
  rule("no-log-group-creation", "iam/rolePolicy:RolePolicy", allow(["logs:CreateLogGroup"], jobs), []);

  const api = "arn:aws:execute-api:eu-west-1:123456789012:a1b2";
  rule("invoke-names-its-routes", "iam/rolePolicy:RolePolicy", allow("execute-api:Invoke", `${api}/Prod/POST/train`), [
    ["every route", allow("execute-api:Invoke", `${api}/*`), /execute-api:Invoke on .*a1b2\/\*/],
    ["every method", allow("execute-api:Invoke", `${api}/Prod/*/train`), /Prod\/\*\/train/],
    ["every path below one", allow("execute-api:Invoke", `${api}/Prod/POST/train/*`), /train\/\*/],
    ["every API", allow("execute-api:Invoke", api.replace("a1b2", "*/Prod/POST/train")), /\*\/Prod/],
  ]);
});

describe("rules of SageMaker:", () => {
  const role = (service: string, name = "sagemaker") => ({
    type: "aws:iam/role:Role",
    name,
    props: { assumeRolePolicy: JSON.stringify({ Statement: [{ Principal: { Service: service } }] }) },
  });
  const by = (property: string, one = role("sagemaker.amazonaws.com")) => ({
    props: {},
    sources: { [property]: [one] },
  });
  const writer = { type: "aws:lambda/function:Function", name: "writer", ...by("role") };
  rule("sagemaker-has-its-own-role", "sagemaker/notebookInstance:NotebookInstance", by("roleArn"), [
    [
      "a role of nobody knows whom",
      { props: { roleArn: "arn:aws:iam::1:role/x" } },
      /^roleArn is no role of the stack/,
    ],
    ["a function's role", by("roleArn", role("lambda.amazonaws.com")), /sagemaker does not trust SageMaker/],
    ["a role that is shared", { ...by("roleArn"), facts: { resources: [writer] } }, /also used by aws:lambda.* writer/],
  ]);

  const notebook = {
    directInternetAccess: "Disabled",
    subnetId: "subnet-1",
    rootAccess: "Disabled",
    kmsKeyId: "arn:k",
  };
  const without = (key: string, facts: object = {}) => ({ props: { ...notebook, [key]: undefined }, facts });
  rule("sagemaker-keeps-to-its-network", "sagemaker/notebookInstance:NotebookInstance", { props: notebook }, [
    ["the default, which is open", without("directInternetAccess"), /^directInternetAccess is not Disabled/],
    ["no network", without("subnetId"), /^subnetId is missing/],
  ]);
  rule("sagemaker-keeps-to-its-network", "sagemaker/model:Model", { props: { enableNetworkIsolation: true } }, [
    ["a model in the open", { props: {} }, /^enableNetworkIsolation is not true/],
  ]);
  rule(
    "sagemaker-keeps-to-its-network",
    "sagemaker/model:Model",
    { props: {}, facts: { sageMakerInternet: true } },
    [],
  );
  const facts = { sageMakerKeyArn: "arn:k" };
  rule("sagemaker-is-encrypted", "sagemaker/notebookInstance:NotebookInstance", { props: notebook, facts }, [
    ["a volume without the configured key", without("kmsKeyId", facts), /^kmsKeyId is not arn:k/],
  ]);
  rule(
    "sagemaker-is-encrypted",
    "sagemaker/endpointConfiguration:EndpointConfiguration",
    { props: { kmsKeyArn: "arn:k" }, facts },
    [["an endpoint without the configured key", { props: {}, facts }, /^kmsKeyArn is not arn:k/]],
  );
  rule("notebook-root-access-is-said", "sagemaker/notebookInstance:NotebookInstance", { props: notebook }, [
    ["the default", without("rootAccess"), /^rootAccess is not set/],
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
