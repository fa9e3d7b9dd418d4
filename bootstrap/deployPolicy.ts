import { type Place, pathOf, type Statement } from "./place.ts";
import { readStatements } from "./readPolicy.ts";
import { stateStatements } from "./statePolicy.ts";
import { writeActions } from "./writeActions.ts";

/** Services that the program's roles are handed to. A test holds it against the roles that the program makes. */
export const servicesWithRoles = [
  "codedeploy.amazonaws.com",
  "ecs-tasks.amazonaws.com",
  "events.amazonaws.com",
  "lambda.amazonaws.com",
  "scheduler.amazonaws.com",
  "states.amazonaws.com",
  "vpc-flow-logs.amazonaws.com",
];

/** Services that make a role of their own in an account that has none yet. */
const servicesWithLinkedRoles = [
  "ecs.amazonaws.com",
  "ecs.application-autoscaling.amazonaws.com",
  "ops.emr-serverless.amazonaws.com",
];

/** On what an action is granted. */
export interface Scope {
  resources: string[];
  condition?: Statement["Condition"];
}

/** By how an action begins: the first that fits. */
function scopesOf(place: Place): [actions: RegExp, scope: Scope][] {
  const { account, region, environment, bucketPrefixes, boundary } = place;
  const at = (service: string, ...resources: string[]) =>
    resources.map((resource) => `arn:aws:${service}:${region}:${account}:${resource}`);
  const role = `arn:aws:iam::${account}:role${pathOf(place)}*`;
  const buckets = bucketPrefixes.map((prefix) => `arn:aws:s3:::${prefix}-*`);
  const gateway = ["restapis", "restapis/*", "tags/*"].map((path) => `arn:aws:apigateway:${region}::/${path}`);
  const equals = (key: string, value: string | string[]) => ({ StringEquals: { [key]: value } });
  return [
    // A role that it could make without the boundary could be given every right there is.
    [
      /^iam:(CreateRole|PutRolePermissionsBoundary)$/,
      { resources: [role], condition: equals("iam:PermissionsBoundary", boundary) },
    ],
    [/^iam:PassRole$/, { resources: [role], condition: equals("iam:PassedToService", servicesWithRoles) }],
    [
      /^iam:CreateServiceLinkedRole$/,
      {
        resources: [`arn:aws:iam::${account}:role/aws-service-role/*`],
        condition: equals("iam:AWSServiceName", servicesWithLinkedRoles),
      },
    ],
    [/^iam:/, { resources: [role] }],
    // Keys have no names: by their tag they are the stack's.
    [/^kms:(CreateKey|TagResource)$/, { resources: ["*"], condition: equals("aws:RequestTag/stack", environment) }],
    [/^kms:/, { resources: at("kms", "key/*"), condition: equals("aws:ResourceTag/stack", environment) }],
    [/^lambda:InvokeFunction$/, { resources: at("lambda", "function:*-sweep-*") }],
    [/^lambda:(?!CreateEventSourceMapping)/, { resources: at("lambda", "function:*", "event-source-mapping:*") }],
    [
      /^s3:.*Object/,
      { resources: ["*-models-*/*", "*-data-*/scripts/*", "function-code-*/*"].map((key) => `arn:aws:s3:::${key}`) },
    ],
    [/^s3:/, { resources: buckets }],
    [/^apigateway:/, { resources: gateway }],
    [/^application-autoscaling:/, { resources: at("application-autoscaling", "scalable-target/*") }],
    [/^budgets:/, { resources: [`arn:aws:budgets::${account}:budget/*`] }],
    [/^cloudwatch:\w+Dashboards?$/, { resources: [`arn:aws:cloudwatch::${account}:dashboard/*-${environment}-*`] }],
    [/^cloudwatch:/, { resources: at("cloudwatch", "alarm:*") }],
    [
      /^codedeploy:(?!(BatchGet|ListDeploymentT|StopD))/,
      { resources: at("codedeploy", "application:*", "deploymentgroup:*", "deploymentconfig:*") },
    ],
    [/^dynamodb:/, { resources: at("dynamodb", "table/*") }],
    [/^ec2:(?!Describe)/, { resources: at("ec2", "*/*") }],
    [/^ecr:/, { resources: at("ecr", "repository/*") }],
    [/^ecs:(?!Deregister)/, { resources: at("ecs", "*") }],
    [/^emr-serverless:(?!Create)/, { resources: at("emr-serverless", "/applications/*") }],
    [/^events:/, { resources: at("events", "rule/*") }],
    [/^logs:(?!\w+LogDelivery)/, { resources: at("logs", "log-group:*") }],
    [/^scheduler:/, { resources: at("scheduler", "schedule/*", "schedule-group/*") }],
    [/^sns:(?!Unsubscribe)/, { resources: at("sns", "*") }],
    [/^sqs:/, { resources: at("sqs", "*") }],
    [/^ssm:/, { resources: at("ssm", `parameter/setup/*-${environment}/*`) }],
    [/^states:/, { resources: at("states", "stateMachine:*") }],
    // What AWS grants on no resource, or on one that has no name before it is there.
    [/./, { resources: ["*"], condition: equals("aws:RequestedRegion", region) }],
  ];
}

/** Every action that changes something, each once. */
export const writtenActions = (): string[] => [...new Set(Object.values(writeActions).flatMap(Object.keys))].sort();

/** On what an action is granted. */
export function scopeOf(action: string, place: Place): Scope {
  return scopesOf(place).find(([actions]) => actions.test(action))![1];
}

/** All that deploying, refreshing and destroying an environment's stack needs, and what it must not touch whatever it may. */
export function deployStatements(place: Place): Statement[] {
  const byScope = Map.groupBy(writtenActions(), (action) => JSON.stringify(scopeOf(action, place)));
  const writes = [...byScope].map(([text, Action]): Statement => {
    const { resources, condition } = JSON.parse(text) as Scope;
    return { Effect: "Allow", Action, Resource: resources, ...(condition && { Condition: condition }) };
  });
  return [
    ...readStatements(place),
    ...writes,
    ...stateStatements(place, "write"),
    foreignStacks(place),
    stateItself(place),
  ];
}

/** What has the tag of another stack, wherever AWS looks at tags. */
export const foreignStacks = ({
  environment,
  stateBucket,
  stateKey,
  secretsKey,
}: Pick<Place, "environment" | "stateBucket" | "stateKey" | "secretsKey">): Statement => ({
  Sid: "OtherStacks",
  Effect: "Deny",
  Action: "*",
  NotResource: [stateBucket, `${stateBucket}/*`, stateKey, secretsKey],
  Condition: {
    StringNotEquals: { "aws:ResourceTag/stack": environment },
    Null: { "aws:ResourceTag/stack": "false" },
  },
});

/** The bucket and the keys of the state are the administrator's, however they are named or tagged. */
export const stateItself = ({ stateBucket, stateKey, secretsKey }: Place): Statement => ({
  Sid: "StateItself",
  Effect: "Deny",
  Action: [
    "s3:DeleteBucket*",
    "s3:PutBucket*",
    "s3:Put*Configuration",
    "s3:DeleteObjectVersion",
    "kms:Put*",
    "kms:Schedule*",
    "kms:Tag*",
    "kms:Untag*",
  ],
  Resource: [stateBucket, `${stateBucket}/*`, stateKey, secretsKey],
});

/** The most characters of a managed policy. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const longestPolicy = 6144;

/** As few policies as hold the statements in their order. */
export function packed(statements: Statement[]): Statement[][] {
  const size = (of: Statement[]) => JSON.stringify({ Version: "2012-10-17", Statement: of }).length;
  const policies: Statement[][] = [[]];
  for (const statement of statements) {
    const last = policies.at(-1)!;
    if (size([...last, statement]) <= longestPolicy) last.push(statement);
    else policies.push([statement]);
  }
  return policies;
}
