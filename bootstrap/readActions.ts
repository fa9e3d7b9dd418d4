/**
 * What a preview of the program asks AWS for, with or without `--refresh`: by type of resource what the provider reads of
 * one and checks in its plan, by function what that looks up. A test holds it against the program: a type that the program
 * makes has a line, and no other has.
 *
 * Nothing in here writes, and nothing reaches data: records, messages, logs and files are read by no preview.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export const readActions: Record<string, readonly string[]> = {
  "aws:apigateway/deployment:Deployment": ["apigateway:GET"],
  "aws:apigateway/methodSettings:MethodSettings": ["apigateway:GET"],
  "aws:apigateway/restApi:RestApi": ["apigateway:GET"],
  "aws:apigateway/stage:Stage": ["apigateway:GET"],
  "aws:appautoscaling/policy:Policy": ["application-autoscaling:DescribeScalingPolicies"],
  "aws:appautoscaling/target:Target": [
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:ListTagsForResource",
  ],
  "aws:cloudwatch/eventRule:EventRule": ["events:DescribeRule", "events:ListTagsForResource"],
  "aws:cloudwatch/eventTarget:EventTarget": ["events:ListTargetsByRule"],
  "aws:cloudwatch/logGroup:LogGroup": ["logs:DescribeLogGroups", "logs:ListTagsForResource"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"],
  "aws:codedeploy/application:Application": ["codedeploy:GetApplication", "codedeploy:ListTagsForResource"],
  "aws:codedeploy/deploymentGroup:DeploymentGroup": ["codedeploy:GetDeploymentGroup", "codedeploy:ListTagsForResource"],
  "aws:dynamodb/table:Table": [
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeTable",
    "dynamodb:DescribeTimeToLive",
    "dynamodb:ListTagsOfResource",
  ],
  "aws:ec2/securityGroup:SecurityGroup": ["ec2:DescribeSecurityGroups"],
  "aws:ecs/cluster:Cluster": ["ecs:DescribeClusters"],
  "aws:ecs/service:Service": ["ecs:DescribeServices"],
  "aws:ecs/taskDefinition:TaskDefinition": ["ecs:DescribeTaskDefinition"],
  "aws:iam/role:Role": ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"],
  "aws:iam/rolePolicy:RolePolicy": ["iam:GetRolePolicy"],
  "aws:kms/key:Key": ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"],
  "aws:lambda/alias:Alias": ["lambda:GetAlias"],
  "aws:lambda/eventSourceMapping:EventSourceMapping": ["lambda:GetEventSourceMapping", "lambda:ListTags"],
  "aws:lambda/function:Function": [
    "lambda:GetFunction",
    "lambda:GetFunctionCodeSigningConfig",
    "lambda:ListTags",
    "lambda:ListVersionsByFunction",
  ],
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": ["lambda:GetFunctionEventInvokeConfig"],
  "aws:lambda/invocation:Invocation": [],
  "aws:lambda/permission:Permission": ["lambda:GetPolicy"],
  "aws:s3/bucket:Bucket": [
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketCORS",
    "s3:GetBucketLogging",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketPolicy",
    "s3:GetBucketRequestPayment",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:ListTagsForResource",
  ],
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ["s3:GetLifecycleConfiguration"],
  "aws:s3/bucketNotification:BucketNotification": ["s3:GetBucketNotification"],
  "aws:s3/bucketObject:BucketObject": ["s3:GetObject", "s3:GetObjectTagging"],
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ["s3:GetBucketOwnershipControls"],
  "aws:s3/bucketPolicy:BucketPolicy": ["s3:GetBucketPolicy"],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ["s3:GetBucketPublicAccessBlock"],
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": [
    "s3:GetEncryptionConfiguration",
  ],
  "aws:s3/bucketVersioning:BucketVersioning": ["s3:GetBucketVersioning"],
  "aws:scheduler/schedule:Schedule": ["scheduler:GetSchedule"],
  // A changed definition is checked by AWS in the plan.
  "aws:sfn/stateMachine:StateMachine": [
    "states:DescribeStateMachine",
    "states:ListStateMachineVersions",
    "states:ListTagsForResource",
    "states:ValidateStateMachineDefinition",
  ],
  "aws:sns/topic:Topic": ["sns:GetTopicAttributes", "sns:ListTagsForResource"],
  "aws:sns/topicPolicy:TopicPolicy": ["sns:GetTopicAttributes"],
  "aws:sns/topicSubscription:TopicSubscription": ["sns:GetSubscriptionAttributes"],
  "aws:sqs/queue:Queue": ["sqs:GetQueueAttributes", "sqs:ListQueueTags"],
  "aws:sqs/queuePolicy:QueuePolicy": ["sqs:GetQueueAttributes"],
  // awsx makes resources of the provider's types, which nobody outside it sees.
  "awsx:ec2:Vpc": [
    "ec2:DescribeAddresses",
    "ec2:DescribeAddressesAttribute",
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeNatGateways",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribePrefixLists",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
  ],
  // It signs in to the registry in a preview, too, and looks for layers that it need not build again.
  "awsx:ecr:Image": [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
  ],
  "awsx:ecr:Repository": ["ecr:DescribeRepositories", "ecr:GetLifecyclePolicy", "ecr:ListTagsForResource"],
  // A shift says what it would do from its inputs alone.
  "pulumi-nodejs:dynamic/dsp:TrafficShift": [],

  "aws:index/getCallerIdentity:getCallerIdentity": ["sts:GetCallerIdentity"],
  "aws:index/getRegion:getRegion": [],
};
