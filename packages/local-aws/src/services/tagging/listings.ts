/** How each service lists what can be tagged: one line a kind of resource. */
import type { Cloud } from "../../service.ts";

// biome-ignore lint/suspicious/noExplicitAny: items of many shapes
type Item = any;

interface Listing {
  /** By which tag filters know it: `lambda:function`. */
  type: string;
  operation: [service: string, operation: string, input?: object];
  /** The member of the answer that has the items. */
  items: string;
  /** Member of the answer, and of the request, that leads to the next page. Default: `NextToken` in both. */
  token?: [answer: string, request: string];
  /** An item's ARN. */
  arn(item: Item, place: Pick<Cloud, "region" | "accountId">): string | undefined;
  /** What is listed for each item: stages of an API. */
  each?(item: Item): Omit<Listing, "each">;
}

const small: [string, string] = ["nextToken", "nextToken"];
const marker: [string, string] = ["NextMarker", "Marker"];
const position: [string, string] = ["position", "position"];
const member = (name: string) => (item: Item) => item[name];
const itself = (item: Item) => item;
const own =
  (service: string, kind: string, name: (item: Item) => string) =>
  (item: Item, { region, accountId }: Pick<Cloud, "region" | "accountId">) =>
    `arn:aws:${service}:${region}:${accountId}:${kind}${name(item)}`;
const ofApi =
  (kind: string) =>
  ({ id }: Item, { region }: Pick<Cloud, "region">) =>
    `arn:aws:apigateway:${region}::/${kind}/${id}`;
const ofModel = (operation: string, items: string, arn: string): Listing => ({
  ...{ type: `sagemaker:${arn.slice(0, -3)}`, operation: ["sagemaker", operation], items, arn: member(arn) },
});

/** https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html */
const listings: Listing[] = [
  {
    ...{ type: "apigateway:restapis", operation: ["apigateway", "GetRestApis"], items: "items", token: position },
    arn: ofApi("restapis"),
    each: ({ id: restApiId }) => ({
      type: "apigateway:restapis",
      operation: ["apigateway", "GetStages", { restApiId }],
      items: "item",
      arn: ({ stageName }, { region }) => `arn:aws:apigateway:${region}::/restapis/${restApiId}/stages/${stageName}`,
    }),
  },
  ...["ApiKeys", "UsagePlans", "VpcLinks"].map(
    (kind): Listing => ({
      type: `apigateway:${kind.toLowerCase()}`,
      operation: ["apigateway", `Get${kind}`],
      items: "items",
      token: position,
      arn: ofApi(kind.toLowerCase()),
    }),
  ),
  ...["MetricAlarm", "CompositeAlarm"].map(
    (type): Listing => ({
      type: "cloudwatch:alarm",
      operation: ["monitoring", "DescribeAlarms", { AlarmTypes: [type] }],
      items: `${type}s`,
      arn: member("AlarmArn"),
    }),
  ),
  {
    ...{ type: "codedeploy:application", operation: ["codedeploy", "ListApplications"], items: "applications" },
    token: small,
    arn: own("codedeploy", "application:", itself),
    each: (applicationName) => ({
      ...{ type: "codedeploy:deploymentgroup", items: "deploymentGroups", token: small },
      operation: ["codedeploy", "ListDeploymentGroups", { applicationName }],
      arn: own("codedeploy", `deploymentgroup:${applicationName}/`, itself),
    }),
  },
  {
    ...{ type: "cognito-idp:userpool", operation: ["cognito-idp", "ListUserPools", { MaxResults: 60 }] },
    ...{ items: "UserPools", arn: own("cognito-idp", "userpool/", ({ Id }) => Id) },
  },
  {
    ...{ type: "dynamodb:table", operation: ["dynamodb", "ListTables"], items: "TableNames" },
    token: ["LastEvaluatedTableName", "ExclusiveStartTableName"],
    arn: own("dynamodb", "table/", itself),
  },
  // What has no tags is not in the answer.
  {
    ...{ type: "ec2", operation: ["ec2", "DescribeTags"], items: "Tags" },
    arn: own("ec2", "", ({ ResourceType, ResourceId }) => `${ResourceType}/${ResourceId}`),
  },
  {
    ...{ type: "ecr:repository", operation: ["ecr", "DescribeRepositories"], items: "repositories", token: small },
    arn: member("repositoryArn"),
  },
  {
    ...{ type: "ecs:cluster", operation: ["ecs", "ListClusters"], items: "clusterArns", token: small, arn: itself },
    each: (cluster) => ({
      ...{ type: "ecs:service", operation: ["ecs", "ListServices", { cluster }], items: "serviceArns", token: small },
      arn: itself,
    }),
  },
  {
    ...{ type: "ecs:task-definition", operation: ["ecs", "ListTaskDefinitions"], items: "taskDefinitionArns" },
    ...{ token: small, arn: itself },
  },
  {
    ...{ type: "emr-serverless:", operation: ["emr-serverless", "ListApplications"], items: "applications" },
    ...{ token: small, arn: member("arn") },
  },
  {
    ...{ type: "events:event-bus", operation: ["events", "ListEventBuses"], items: "EventBuses", arn: member("Arn") },
    each: ({ Name: EventBusName }) => ({
      ...{ type: "events:rule", operation: ["events", "ListRules", { EventBusName }], items: "Rules" },
      arn: member("Arn"),
    }),
  },
  { type: "kms:key", operation: ["kms", "ListKeys"], items: "Keys", token: marker, arn: member("KeyArn") },
  {
    ...{ type: "lambda:function", operation: ["lambda", "ListFunctions"], items: "Functions", token: marker },
    arn: member("FunctionArn"),
  },
  {
    ...{ type: "lambda:event-source-mapping", operation: ["lambda", "ListEventSourceMappings"] },
    ...{ items: "EventSourceMappings", token: marker, arn: member("EventSourceMappingArn") },
  },
  {
    ...{ type: "lambda:code-signing-config", operation: ["lambda", "ListCodeSigningConfigs"] },
    ...{ items: "CodeSigningConfigs", token: marker, arn: member("CodeSigningConfigArn") },
  },
  {
    ...{ type: "logs:log-group", operation: ["logs", "DescribeLogGroups"], items: "logGroups", token: small },
    arn: own("logs", "log-group:", ({ logGroupName }) => logGroupName),
  },
  {
    ...{ type: "route53:hostedzone", operation: ["route53", "ListHostedZones"], items: "HostedZones", token: marker },
    arn: ({ Id }) => `arn:aws:route53:::${String(Id).slice(1)}`,
  },
  {
    ...{ type: "s3", operation: ["s3", "ListBuckets"], items: "Buckets" },
    token: ["ContinuationToken", "ContinuationToken"],
    arn: ({ Name, BucketRegion }, { region }) =>
      BucketRegion === undefined || BucketRegion === region ? `arn:aws:s3:::${Name}` : undefined,
  },
  ofModel("ListEndpoints", "Endpoints", "EndpointArn"),
  ofModel("ListEndpointConfigs", "EndpointConfigs", "EndpointConfigArn"),
  ofModel("ListModels", "Models", "ModelArn"),
  ofModel("ListNotebookInstances", "NotebookInstances", "NotebookInstanceArn"),
  {
    ...{ type: "sagemaker:notebook-instance-lifecycle-config", items: "NotebookInstanceLifecycleConfigs" },
    operation: ["sagemaker", "ListNotebookInstanceLifecycleConfigs"],
    arn: member("NotebookInstanceLifecycleConfigArn"),
  },
  ofModel("ListTrainingJobs", "TrainingJobSummaries", "TrainingJobArn"),
  {
    ...{ type: "scheduler:schedule-group", operation: ["scheduler", "ListScheduleGroups"], items: "ScheduleGroups" },
    arn: member("Arn"),
  },
  {
    ...{ type: "secretsmanager:secret", operation: ["secretsmanager", "ListSecrets"], items: "SecretList" },
    arn: member("ARN"),
  },
  {
    ...{ type: "ses:identity", operation: ["ses", "ListEmailIdentities"], items: "EmailIdentities" },
    arn: own("ses", "identity/", ({ IdentityName }) => IdentityName),
  },
  { type: "sns", operation: ["sns", "ListTopics"], items: "Topics", arn: member("TopicArn") },
  {
    ...{ type: "sqs", operation: ["sqs", "ListQueues", { MaxResults: 1000 }], items: "QueueUrls" },
    arn: own("sqs", "", (url) => String(url).split("/").at(-1)!),
  },
  {
    ...{ type: "ssm:parameter", operation: ["ssm", "DescribeParameters"], items: "Parameters" },
    arn: own("ssm", "parameter/", ({ Name }) => String(Name).replace(/^\//, "")),
  },
  {
    ...{ type: "states:stateMachine", operation: ["states", "ListStateMachines"], items: "stateMachines" },
    ...{ token: small, arn: member("stateMachineArn") },
  },
  {
    ...{ type: "xray:group", operation: ["xray", "GetGroups"], items: "Groups" },
    arn: member("GroupARN"),
  },
  {
    ...{ type: "xray:sampling-rule", operation: ["xray", "GetSamplingRules"], items: "SamplingRuleRecords" },
    arn: ({ SamplingRule }) => SamplingRule.RuleARN,
  },
  {
    ...{ type: "states:activity", operation: ["states", "ListActivities"], items: "activities", token: small },
    arn: member("activityArn"),
  },
];

type Asking = Pick<Cloud, "request" | "region" | "accountId">;

/** ARNs of all that can be tagged, of services that one of these filters has. @param filters none: of all services. */
export async function taggable(cloud: Asking, filters: readonly string[]): Promise<string[]> {
  const service = (text: string) => text.split(":")[0];
  const wanted = listings.filter(
    ({ type }) => filters.length === 0 || filters.some((filter) => service(filter) === service(type)),
  );
  const found: string[] = [];
  for (const listing of wanted) found.push(...(await listed(cloud, listing)));
  return [...new Set(found)];
}

async function listed(cloud: Asking, { operation, items, token, arn, each }: Listing): Promise<string[]> {
  const [service, name, input] = operation;
  const [answered, asked] = token ?? ["NextToken", "NextToken"];
  const found: string[] = [];
  for (let next: unknown, first = true; first || next; first = false) {
    const answer = await cloud.request<Item>(service, name, { ...input, ...(next ? { [asked]: next } : {}) });
    for (const item of answer[items] ?? []) {
      const one = arn(item, cloud);
      if (one !== undefined) found.push(one);
      if (each) found.push(...(await listed(cloud, each(item))));
    }
    next = answer[answered];
  }
  return found;
}
