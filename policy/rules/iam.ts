import { type Rule, unless } from "../rule.ts";
import { listOf, type Statement, statementsOf } from "../statements.ts";

/** Actions that AWS defines without a resource. https://docs.aws.amazon.com/service-authorization/latest/reference/ */
const withoutResource = [
  /^xray:(PutTraceSegments|PutTelemetryRecords)$/,
  /^cloudwatch:PutMetricData$/,
  // Composite alarms are seen only by whoever may see all.
  /^cloudwatch:DescribeAlarms$/,
  /^cloudwatch:(GetMetricData|GetMetricStatistics|ListMetrics)$/,
  // Targets have ids that AWS chooses.
  /^application-autoscaling:(RegisterScalableTarget|DeregisterScalableTarget|PutScalingPolicy|DeleteScalingPolicy)$/,
  /^ecr:GetAuthorizationToken$/,
  /^logs:(DescribeLogGroups|CreateLogDelivery|GetLogDelivery|UpdateLogDelivery|DeleteLogDelivery|ListLogDeliveries|PutResourcePolicy|DescribeResourcePolicies)$/,
  /^ec2:(CreateNetworkInterface|DescribeNetworkInterfaces|DeleteNetworkInterface|DescribeSubnets|DescribeVpcs|DescribeSecurityGroups|DescribeDhcpOptions)$/,
  /^sagemaker:(ListTrainingJobs|ListEndpoints|ListModels|ListEndpointConfigs|ListNotebookInstances|ListNotebookInstanceLifecycleConfigs|Search)$/,
  /^tag:GetResources$/,
  /^codedeploy:(ListDeployments|BatchGetDeployments)$/,
];

/** Services whose ARNs name the resource at once, without its kind before it (`arn:aws:sqs:REGION:ACCOUNT:queue`). */
const withoutKind = /^(s3|sns|sqs|execute-api)$/;

/**
 * Names of SageMaker have no parts, and functions make them as a stack runs: what begins with a stack's own prefix, of two
 * words at least, is named. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
 */
const ofStack =
  /^arn:aws:sagemaker:[^:*]+:[^:*]+:(endpoint|endpoint-config|model|training-job|notebook-instance|notebook-instance-lifecycle-config)\/\w+(-\w+)+-\*$/;

/** `*` and `?` alike. */
const wildcard = /[*?]/;

/** Whether a resource is named: a wildcard may stand below it (`:*`, `/*`, `/prefix*`), not for it or within its name. */
function isNamed(resource: string): boolean {
  const [, partition = "", service = "", region = "", account = "", ...rest] = resource.split(":");
  const [name, ...wildcards] = rest.join(":").split(wildcard);
  if ([partition, service, region, account].some((part) => wildcard.test(part))) return false;
  if (rest.length === 0) return !wildcard.test(resource);
  if (wildcards.length === 0 || ofStack.test(resource)) return true;
  // A role is assumed or handed on whole: below a path there are others' roles.
  if (service === "iam") return false;
  const parts = name!.split(/[:/]/);
  // What precedes the wildcard's own, possibly unfinished, part.
  const complete = parts.slice(0, -1).filter(Boolean).length;
  return complete >= (withoutKind.test(service) ? 1 : 2);
}

/** SageMaker makes its own log groups, under names that it chooses. */
const isSageMakers = (arn: string): boolean => /^arn:[\w-]+:logs:[^:]+:[^:]+:log-group:\/aws\/sagemaker\//.test(arn);

const policies = ["aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy", "aws:iam/role:Role"];

const allows = (props: Parameters<Rule["check"]>[0]["props"]): [Statement, number][] =>
  [props.policy, ...(props.inlinePolicies ?? []).map((inline: { policy: unknown }) => inline.policy)]
    .flatMap(statementsOf)
    .map((statement, index): [Statement, number] => [statement, index])
    .filter(([{ Effect }]) => Effect === "Allow");

export const iamRules: Rule[] = [
  {
    name: "no-wildcard-action",
    description: "A policy allows actions by name",
    ids: ["IAM.1", "IAM.21", "AwsSolutions-IAM5", "Serverless-LambdaStarPermissions", "CKV_AWS_62", "CKV_AWS_63"],
    types: policies,
    check: ({ props }) =>
      allows(props).flatMap(([statement, index]) => [
        ...unless(statement.NotAction === undefined, `policy.Statement[${index}] allows by NotAction`),
        ...listOf(statement.Action)
          .filter((action) => wildcard.test(action))
          .map((action) => `policy.Statement[${index}].Action is ${action}`),
      ]),
  },
  {
    name: "no-wildcard-resource",
    description: "A policy names its resources; * stands only for actions that have none, or below a named resource",
    ids: ["KMS.1", "KMS.2", "AwsSolutions-IAM5", "CKV_AWS_355"],
    types: policies,
    check: ({ props }) =>
      allows(props).flatMap(([statement, index]) => {
        const broad = listOf(statement.Resource).filter((resource) => !isNamed(resource));
        if (statement.NotResource !== undefined) broad.push("all but NotResource");
        const actions = listOf(statement.Action).filter((action) => !withoutResource.some((one) => one.test(action)));
        return actions.length === 0
          ? []
          : broad.map((resource) => `policy.Statement[${index}].Resource is ${resource} for ${actions.join(", ")}`);
      }),
  },
  {
    name: "no-log-group-creation",
    description: "Log groups are the stack's: nobody may make another",
    ids: ["own"],
    types: policies,
    check: ({ props }) =>
      allows(props)
        .filter(([{ Action }]) => listOf(Action).includes("logs:CreateLogGroup"))
        .filter(([{ Resource }]) => !listOf(Resource).length || !listOf(Resource).every(isSageMakers))
        .map(([, index]) => `policy.Statement[${index}] allows logs:CreateLogGroup`),
  },
  {
    name: "one-principal",
    description: "A role is assumed by one kind of caller",
    ids: ["CKV_AWS_60"],
    types: ["aws:iam/role:Role"],
    check: ({ props }) => {
      const statements = statementsOf(props.assumeRolePolicy).filter(({ Effect }) => Effect === "Allow");
      const principals = statements.flatMap(({ Principal }) =>
        typeof Principal === "string" ? [Principal] : Object.values(Principal ?? {}).flatMap(listOf),
      );
      return [
        ...unless(!principals.includes("*"), "assumeRolePolicy admits everyone"),
        ...unless(
          statements.every(({ NotPrincipal }) => NotPrincipal === undefined),
          "assumeRolePolicy admits everyone but its NotPrincipal",
        ),
        ...unless(new Set(principals).size <= 1, `assumeRolePolicy admits ${[...new Set(principals)].join(" and ")}`),
      ];
    },
  },
];
