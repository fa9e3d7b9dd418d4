/**
 * What deploying the program asks AWS for beside what a preview reads (`readActions.ts`): by type of resource each action, with
 * its reason. A test holds it against the program: a type that the program makes has a line, and no other has; part `deployRole`
 * of conformance deploys and destroys the program with these rights alone. docs/deploy-rights.md is made from it.
 *
 * To tag is asked for by AWS where a resource is made with tags, which every resource of the program is.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export type Reasons = Readonly<Record<string, string>>;

/** Of what has no more than making, changing and deleting. */
const each = (service: string, verbs: Record<string, string>): Reasons =>
  Object.fromEntries(Object.entries(verbs).map(([verb, why]) => [`${service}:${verb}`, why]));

const tagged = "it is made with the stack's tags";
const passed = "hands it the role that it acts as";

export const writeActions: Readonly<Record<string, Reasons>> = {
  "aws:apigateway/deployment:Deployment": each("apigateway", { POST: "makes it", DELETE: "deletes it" }),
  "aws:apigateway/methodSettings:MethodSettings": each("apigateway", { PATCH: "sets throttles and logs of routes" }),
  "aws:apigateway/restApi:RestApi": each("apigateway", {
    POST: "makes it",
    PUT: "imports its OpenAPI document; tags it",
    PATCH: "changes its settings",
    DELETE: "deletes it",
    UpdateRestApiPolicy: "sets its resource policy",
  }),
  "aws:apigateway/stage:Stage": each("apigateway", {
    POST: "makes it",
    PATCH: "points it at a deployment",
    DELETE: "deletes it",
  }),
  "aws:appautoscaling/policy:Policy": each("application-autoscaling", {
    PutScalingPolicy: "makes and changes it",
    DeleteScalingPolicy: "deletes it",
  }),
  "aws:appautoscaling/target:Target": {
    ...each("application-autoscaling", {
      RegisterScalableTarget: "makes and changes it",
      DeregisterScalableTarget: "deletes it",
      TagResource: tagged,
    }),
    "iam:CreateServiceLinkedRole": "the account's first one makes the service's own role",
  },
  "aws:budgets/budget:Budget": each("budgets", { ModifyBudget: "makes, changes and deletes it", TagResource: tagged }),
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": each("cloudwatch", {
    PutCompositeAlarm: "makes and changes it",
    DeleteAlarms: "deletes it",
    TagResource: tagged,
  }),
  "aws:cloudwatch/dashboard:Dashboard": each("cloudwatch", {
    PutDashboard: "makes and changes it",
    DeleteDashboards: "deletes it",
  }),
  "aws:cloudwatch/eventRule:EventRule": each("events", {
    PutRule: "makes and changes it",
    DeleteRule: "deletes it",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
  "aws:cloudwatch/eventTarget:EventTarget": {
    ...each("events", { PutTargets: "makes and changes it", RemoveTargets: "deletes it" }),
    "iam:PassRole": passed,
  },
  "aws:cloudwatch/logGroup:LogGroup": each("logs", {
    CreateLogGroup: "makes it",
    PutRetentionPolicy: "ends what it keeps",
    DeleteRetentionPolicy: "changes what it keeps",
    AssociateKmsKey: "encrypts it by config logKeyArn",
    DisassociateKmsKey: "takes that back",
    DeleteLogGroup: "deletes it",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": each("cloudwatch", {
    PutMetricAlarm: "makes and changes it",
    DeleteAlarms: "deletes it",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
  "aws:codedeploy/application:Application": each("codedeploy", {
    CreateApplication: "makes it",
    DeleteApplication: "deletes it",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
  "aws:codedeploy/deploymentGroup:DeploymentGroup": {
    ...each("codedeploy", {
      CreateDeploymentGroup: "makes it",
      UpdateDeploymentGroup: "changes it",
      DeleteDeploymentGroup: "deletes it",
    }),
    "iam:PassRole": passed,
  },
  "aws:dynamodb/table:Table": each("dynamodb", {
    CreateTable: "makes it",
    UpdateTable: "changes it, and lifts its protection",
    UpdateContinuousBackups: "switches point-in-time recovery",
    UpdateTimeToLive: "lets items expire",
    DeleteTable: "deletes it, once it is not protected any more",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
  "aws:ec2/flowLog:FlowLog": {
    ...each("ec2", { CreateFlowLogs: "makes it", DeleteFlowLogs: "deletes it", CreateTags: tagged }),
    ...each("logs", { CreateLogDelivery: "lets it write to its log group", DeleteLogDelivery: "takes that back" }),
    "iam:PassRole": passed,
  },
  "aws:ec2/securityGroup:SecurityGroup": each("ec2", {
    CreateSecurityGroup: "makes it",
    AuthorizeSecurityGroupEgress: "lets traffic out",
    AuthorizeSecurityGroupIngress: "lets traffic in",
    RevokeSecurityGroupEgress: "takes that back, AWS's own rule first of all",
    RevokeSecurityGroupIngress: "takes that back",
    DeleteSecurityGroup: "deletes it",
    CreateTags: tagged,
    DeleteTags: "changes its tags",
    DescribeNetworkInterfaces: "waits until nothing uses it",
  }),
  "aws:ec2/vpcEndpoint:VpcEndpoint": each("ec2", {
    CreateVpcEndpoint: "makes it",
    ModifyVpcEndpoint: "changes its policy and routes",
    DeleteVpcEndpoints: "deletes it",
    CreateTags: tagged,
  }),
  "aws:ecs/cluster:Cluster": {
    ...each("ecs", {
      CreateCluster: "makes it",
      UpdateCluster: "changes its settings",
      DeleteCluster: "deletes it",
      TagResource: tagged,
      UntagResource: "changes its tags",
    }),
    "iam:CreateServiceLinkedRole": "the account's first one makes the service's own role",
  },
  "aws:ecs/service:Service": each("ecs", {
    CreateService: "makes it",
    UpdateService: "changes its task, and scales it to none",
    DeleteService: "deletes it",
    TagResource: tagged,
  }),
  "aws:ecs/taskDefinition:TaskDefinition": {
    ...each("ecs", { RegisterTaskDefinition: "makes it", DeregisterTaskDefinition: "deletes it", TagResource: tagged }),
    "iam:PassRole": passed,
  },
  "aws:emrserverless/application:Application": {
    ...each("emr-serverless", {
      CreateApplication: "makes it",
      UpdateApplication: "changes what it may use",
      StopApplication: "stops it before it goes",
      DeleteApplication: "deletes it",
      TagResource: tagged,
      UntagResource: "changes its tags",
    }),
    "ec2:CreateNetworkInterface": "puts it into the stack's network",
    "iam:CreateServiceLinkedRole": "the account's first one makes the service's own role",
  },
  "aws:iam/role:Role": each("iam", {
    CreateRole: "makes it, with the environment's boundary alone",
    UpdateAssumeRolePolicy: "changes who assumes it",
    UpdateRole: "changes how long its sessions last",
    UpdateRoleDescription: "changes what it is said to be for",
    PutRolePermissionsBoundary: "puts the environment's boundary around it",
    DeleteRole: "deletes it",
    ListInstanceProfilesForRole: "looks for what would keep it from going",
    TagRole: tagged,
    UntagRole: "changes its tags",
  }),
  "aws:iam/rolePolicy:RolePolicy": each("iam", {
    PutRolePolicy: "makes and changes it",
    DeleteRolePolicy: "deletes it",
  }),
  "aws:kms/key:Key": each("kms", {
    CreateKey: "makes it, tagged as the stack's",
    PutKeyPolicy: "changes who may use it",
    EnableKeyRotation: "rotates it",
    UpdateKeyDescription: "changes what it is said to be for",
    ScheduleKeyDeletion: "deletes it, after its days of grace",
    CreateGrant: "lets a table that it encrypts use it",
    Decrypt: "puts what it encrypts where it is to be",
    GenerateDataKey: "puts what it encrypts where it is to be",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
  "aws:lambda/alias:Alias": each("lambda", {
    CreateAlias: "makes it",
    UpdateAlias: "points it at another version",
    DeleteAlias: "deletes it",
  }),
  "aws:lambda/eventSourceMapping:EventSourceMapping": each("lambda", {
    CreateEventSourceMapping: "makes it",
    UpdateEventSourceMapping: "changes it",
    DeleteEventSourceMapping: "deletes it",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
  "aws:lambda/function:Function": {
    ...each("lambda", {
      CreateFunction: "makes it",
      UpdateFunctionCode: "gives it new code",
      UpdateFunctionConfiguration: "changes its settings",
      GetFunctionConfiguration: "waits until a version can be called",
      PublishVersion: "keeps a version of it",
      PutFunctionConcurrency: "reserves invocations for it",
      DeleteFunctionConcurrency: "takes that back",
      DeleteFunction: "deletes it",
      TagResource: tagged,
      UntagResource: "changes its tags",
    }),
    "iam:PassRole": passed,
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": each("lambda", {
    PutFunctionEventInvokeConfig: "makes and changes it",
    DeleteFunctionEventInvokeConfig: "deletes it",
  }),
  "aws:lambda/invocation:Invocation": each("lambda", {
    InvokeFunction: "lets the stack sweep what it has made at run time",
  }),
  "aws:lambda/permission:Permission": each("lambda", {
    AddPermission: "lets a service call a function",
    RemovePermission: "takes that back",
  }),
  "aws:s3/bucket:Bucket": each("s3", {
    CreateBucket: "makes it",
    DeleteBucket: "deletes it, once it is empty",
    PutBucketTagging: tagged,
  }),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": each("s3", {
    PutLifecycleConfiguration: "ends what it keeps",
  }),
  "aws:s3/bucketNotification:BucketNotification": each("s3", {
    PutBucketNotification: "tells EventBridge of its objects",
  }),
  "aws:s3/bucketObject:BucketObject": each("s3", {
    PutObject: "uploads models and scripts",
    PutObjectAcl: "the provider sends its default with each upload",
    PutObjectTagging: tagged,
    ListBucketVersions: "finds every version of what is deleted",
    DeleteObject: "deletes it",
    DeleteObjectVersion: "deletes its versions",
  }),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": each("s3", {
    PutBucketOwnershipControls: "switches access lists off",
  }),
  "aws:s3/bucketPolicy:BucketPolicy": each("s3", {
    PutBucketPolicy: "asks for TLS",
    DeleteBucketPolicy: "deletes it",
  }),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": each("s3", {
    PutBucketPublicAccessBlock: "keeps it private",
  }),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": each("s3", {
    PutEncryptionConfiguration: "encrypts it",
  }),
  "aws:s3/bucketVersioning:BucketVersioning": each("s3", { PutBucketVersioning: "keeps old versions" }),
  "aws:scheduler/schedule:Schedule": {
    ...each("scheduler", { CreateSchedule: "makes it", UpdateSchedule: "changes it", DeleteSchedule: "deletes it" }),
    "iam:PassRole": passed,
  },
  "aws:scheduler/scheduleGroup:ScheduleGroup": each("scheduler", {
    CreateScheduleGroup: "makes it",
    DeleteScheduleGroup: "deletes it",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
  "aws:sfn/stateMachine:StateMachine": {
    ...each("states", {
      CreateStateMachine: "makes it",
      UpdateStateMachine: "changes its definition",
      PublishStateMachineVersion: "keeps a version of it",
      DeleteStateMachine: "deletes it",
      TagResource: tagged,
      UntagResource: "changes its tags",
    }),
    "iam:PassRole": passed,
  },
  "aws:sns/topic:Topic": each("sns", {
    CreateTopic: "makes it",
    SetTopicAttributes: "changes it",
    DeleteTopic: "deletes it",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
  "aws:sns/topicPolicy:TopicPolicy": each("sns", { SetTopicAttributes: "sets who may publish" }),
  "aws:sns/topicSubscription:TopicSubscription": each("sns", {
    Subscribe: "makes it",
    SetSubscriptionAttributes: "changes its filter",
    Unsubscribe: "deletes it",
  }),
  "aws:sqs/queue:Queue": each("sqs", {
    CreateQueue: "makes it",
    SetQueueAttributes: "changes it",
    DeleteQueue: "deletes it",
    TagQueue: tagged,
    UntagQueue: "changes its tags",
  }),
  "aws:sqs/queuePolicy:QueuePolicy": each("sqs", { SetQueueAttributes: "sets who may send" }),
  "aws:ssm/parameter:Parameter": each("ssm", {
    PutParameter: "makes and changes it",
    DeleteParameter: "deletes it",
    AddTagsToResource: tagged,
    RemoveTagsFromResource: "changes its tags",
  }),
  // awsx makes resources of the provider's types, which nobody outside it sees.
  "awsx:ec2:Vpc": each("ec2", {
    ...Object.fromEntries(
      ["InternetGateway", "NatGateway", "Route", "RouteTable", "Subnet", "Vpc"].flatMap((kind) => [
        [`Create${kind}`, "makes the network"],
        [`Delete${kind}`, "deletes the network"],
      ]),
    ),
    AllocateAddress: "gives the NAT gateway an address",
    ReleaseAddress: "gives it back",
    DisassociateAddress: "takes it off before it is given back",
    AssociateRouteTable: "routes a subnet's traffic",
    DisassociateRouteTable: "takes that back",
    ReplaceRoute: "changes a route",
    AttachInternetGateway: "lets the public subnet out",
    DetachInternetGateway: "takes that back",
    ModifySubnetAttribute: "says which subnet is public",
    ModifyVpcAttribute: "switches DNS names",
    DescribeNetworkInterfaces: "waits until nothing uses a subnet",
    CreateTags: tagged,
    DeleteTags: "changes its tags",
  }),
  "awsx:ecr:Image": each("ecr", {
    InitiateLayerUpload: "pushes the image",
    UploadLayerPart: "pushes the image",
    CompleteLayerUpload: "pushes the image",
    PutImage: "pushes the image",
  }),
  "awsx:ecr:Repository": each("ecr", {
    CreateRepository: "makes it",
    PutLifecyclePolicy: "ends what it keeps",
    DeleteLifecyclePolicy: "takes that back",
    PutImageTagMutability: "changes whether tags may move",
    PutImageScanningConfiguration: "changes whether images are scanned",
    DeleteRepository: "deletes it, once it is empty",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
  // Shifts traffic by CodeDeploy, and waits for it.
  "pulumi-nodejs:dynamic/dsp:TrafficShift": {
    ...each("codedeploy", {
      CreateDeployment: "shifts traffic to a new version",
      GetDeployment: "waits for its end",
      ListDeployments: "looks whether one is under way",
      ListDeploymentTargets: "says what a hook has found",
      BatchGetDeploymentTargets: "says what a hook has found",
      GetDeploymentConfig: "CodeDeploy asks for it with each deployment",
      RegisterApplicationRevision: "CodeDeploy asks for it with each deployment",
      GetApplicationRevision: "CodeDeploy asks for it with each deployment",
      StopDeployment: "ends one before it is destroyed",
    }),
    ...each("lambda", {
      GetAlias: "looks which version has the traffic",
      UpdateAlias: "points it at the first version",
    }),
  },

  "aws:index/getCallerIdentity:getCallerIdentity": {},
  "aws:index/getRegion:getRegion": {},
};
