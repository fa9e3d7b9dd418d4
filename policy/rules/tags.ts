import type { Rule } from "../rule.ts";

const required = ["project", "stack", "owner", "cost-centre"];

export const tagRules: Rule[] = [
  {
    name: "resource-is-tagged",
    description: "A resource says its project, stack, owner and cost centre (the provider's defaultTags do)",
    ids: ["own"],
    types: [
      "aws:apigateway/apiKey:ApiKey",
      "aws:apigateway/domainName:DomainName",
      "aws:apigateway/restApi:RestApi",
      "aws:apigateway/stage:Stage",
      "aws:apigateway/usagePlan:UsagePlan",
      "aws:cloudwatch/eventRule:EventRule",
      "aws:cloudwatch/logGroup:LogGroup",
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      "aws:codedeploy/application:Application",
      "aws:codedeploy/deploymentGroup:DeploymentGroup",
      "aws:dynamodb/table:Table",
      "aws:ecr/repository:Repository",
      "aws:ecs/cluster:Cluster",
      "aws:iam/role:Role",
      "aws:kms/key:Key",
      "aws:lambda/function:Function",
      "aws:s3/bucket:Bucket",
      "aws:sfn/stateMachine:StateMachine",
      "aws:sns/topic:Topic",
      "aws:sqs/queue:Queue",
      "aws:ssm/parameter:Parameter",
    ],
    check: ({ props }, { defaultTags }) => {
      const tags = { ...defaultTags, ...props.tagsAll, ...props.tags };
      return required.filter((key) => !tags[key]).map((key) => `tags.${key} is missing`);
    },
  },
];
