/** What runs code. */
import { zip } from "../../testing/lambda.ts";
import { arn, type Kind, role } from "./kind.ts";

type Signing = { CodeSigningConfig: { CodeSigningConfigArn: string } };

export const functions: Record<string, Kind> = {
  "a function": {
    service: "lambda",
    make: [
      "CreateFunction",
      {
        FunctionName: "made",
        Runtime: "nodejs22.x",
        Role: role("used"),
        Handler: "index.handler",
        Code: { ZipFile: zip({ "index.mjs": "" }) },
        Description: "d",
        Timeout: 7,
        MemorySize: 256,
        Environment: { Variables: { AB: "1" } },
        EphemeralStorage: { Size: 1024 },
        Architectures: ["arm64"],
        TracingConfig: { Mode: "Active" },
        DeadLetterConfig: { TargetArn: arn("sqs", "used") },
        LoggingConfig: { LogFormat: "JSON", LogGroup: "/own", ApplicationLogLevel: "WARN", SystemLogLevel: "DEBUG" },
      },
    ],
    look: ["GetFunctionConfiguration", { FunctionName: "made" }],
    end: ["DeleteFunction", { FunctionName: "made" }],
    gone: "ResourceNotFoundException",
    tagged: arn("lambda", "function:made"),
    hidden: ["Code"],
  },
  "an event source mapping": {
    service: "lambda",
    make: [
      "CreateEventSourceMapping",
      {
        FunctionName: "used",
        EventSourceArn: arn("sqs", "used"),
        BatchSize: 20,
        MaximumBatchingWindowInSeconds: 3,
        FilterCriteria: { Filters: [{ Pattern: '{"body":["x"]}' }] },
        ScalingConfig: { MaximumConcurrency: 3 },
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      },
    ],
    look: ["GetEventSourceMapping", ({ UUID }: { UUID: string }) => ({ UUID })],
    end: ["DeleteEventSourceMapping", ({ UUID }: { UUID: string }) => ({ UUID })],
    gone: "ResourceNotFoundException",
    tagged: ({ EventSourceMappingArn }: { EventSourceMappingArn: string }) => EventSourceMappingArn,
    hidden: ["FunctionName"],
  },
  "a state machine": {
    service: "states",
    make: [
      "CreateStateMachine",
      {
        name: "made",
        roleArn: role("used"),
        type: "EXPRESS",
        definition: '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}',
        tracingConfiguration: { enabled: true },
        loggingConfiguration: { level: "OFF", includeExecutionData: true },
        encryptionConfiguration: { type: "AWS_OWNED_KEY" },
      },
    ],
    look: ["DescribeStateMachine", { stateMachineArn: arn("states", "stateMachine:made") }],
    end: ["DeleteStateMachine", { stateMachineArn: arn("states", "stateMachine:made") }],
    gone: "StateMachineDoesNotExist",
    tagged: arn("states", "stateMachine:made"),
  },
  "an application": {
    service: "codedeploy",
    make: ["CreateApplication", { applicationName: "made", computePlatform: "Lambda" }],
    look: ["GetApplication", { applicationName: "made" }, "application"],
    end: ["DeleteApplication", { applicationName: "made" }],
    gone: "ApplicationDoesNotExistException",
    tagged: arn("codedeploy", "application:made"),
  },
  "a deployment group": {
    service: "codedeploy",
    make: [
      "CreateDeploymentGroup",
      {
        applicationName: "made",
        deploymentGroupName: "group",
        deploymentConfigName: "CodeDeployDefault.LambdaCanary10Percent5Minutes",
        serviceRoleArn: role("used"),
        deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
        alarmConfiguration: { enabled: true, ignorePollAlarmFailure: true, alarms: [{ name: "made" }] },
        autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_FAILURE"] },
        triggerConfigurations: [
          { triggerName: "t", triggerTargetArn: arn("sns", "made"), triggerEvents: ["DeploymentStart"] },
        ],
      },
    ],
    look: ["GetDeploymentGroup", { applicationName: "made", deploymentGroupName: "group" }, "deploymentGroupInfo"],
    end: ["DeleteDeploymentGroup", { applicationName: "made", deploymentGroupName: "group" }],
    gone: "DeploymentGroupDoesNotExistException",
    tagged: arn("codedeploy", "deploymentgroup:made/group"),
  },
  "a model": {
    service: "sagemaker",
    make: [
      "CreateModel",
      {
        ModelName: "made",
        ExecutionRoleArn: role("used"),
        PrimaryContainer: { Image: "x.dkr.ecr.us-east-1.amazonaws.com/y:1", Environment: { A: "1" } },
        EnableNetworkIsolation: true,
      },
    ],
    look: ["DescribeModel", { ModelName: "made" }],
    end: ["DeleteModel", { ModelName: "made" }],
    gone: "ValidationException",
    tagged: arn("sagemaker", "model/made"),
    hidden: ["PrimaryContainer"],
  },
  "a code signing configuration": {
    service: "lambda",
    make: [
      "CreateCodeSigningConfig",
      {
        Description: "d",
        AllowedPublishers: { SigningProfileVersionArns: [arn("signer", "/signing-profiles/p/abcdefghij")] },
        CodeSigningPolicies: { UntrustedArtifactOnDeployment: "Enforce" },
      },
    ],
    look: [
      "GetCodeSigningConfig",
      ({ CodeSigningConfig: { CodeSigningConfigArn } }: Signing) => ({ CodeSigningConfigArn }),
      "CodeSigningConfig",
    ],
    end: [
      "DeleteCodeSigningConfig",
      ({ CodeSigningConfig: { CodeSigningConfigArn } }: Signing) => ({ CodeSigningConfigArn }),
    ],
    gone: "ResourceNotFoundException",
    tagged: ({ CodeSigningConfig: { CodeSigningConfigArn } }: Signing) => CodeSigningConfigArn,
  },
  "a layer": {
    service: "lambda",
    make: [
      "PublishLayerVersion",
      {
        LayerName: "made",
        Description: "d",
        LicenseInfo: "MIT",
        CompatibleRuntimes: ["nodejs22.x", "nodejs24.x"],
        CompatibleArchitectures: ["arm64"],
        Content: { ZipFile: zip({ "nodejs/node_modules/x/index.js": "" }) },
      },
    ],
    look: ["GetLayerVersion", { LayerName: "made", VersionNumber: 1 }],
    end: ["DeleteLayerVersion", { LayerName: "made", VersionNumber: 1 }],
    gone: "ResourceNotFoundException",
    hidden: ["LayerName", "Content"],
  },
  "an alias": {
    service: "lambda",
    make: ["CreateAlias", { FunctionName: "used", Name: "live", FunctionVersion: "$LATEST", Description: "d" }],
    look: ["GetAlias", { FunctionName: "used", Name: "live" }],
    end: ["DeleteAlias", { FunctionName: "used", Name: "live" }],
    gone: "ResourceNotFoundException",
    hidden: ["FunctionName"],
  },
  "a deployment configuration": {
    service: "codedeploy",
    make: [
      "CreateDeploymentConfig",
      {
        deploymentConfigName: "made",
        computePlatform: "Lambda",
        trafficRoutingConfig: {
          type: "TimeBasedLinear",
          timeBasedLinear: { linearPercentage: 20, linearInterval: 3 },
        },
      },
    ],
    look: ["GetDeploymentConfig", { deploymentConfigName: "made" }, "deploymentConfigInfo"],
    end: ["DeleteDeploymentConfig", { deploymentConfigName: "made" }],
    gone: "DeploymentConfigDoesNotExistException",
  },
  "an endpoint configuration": {
    service: "sagemaker",
    make: [
      "CreateEndpointConfig",
      {
        EndpointConfigName: "made",
        ProductionVariants: [
          { VariantName: "v", ModelName: "made", InstanceType: "ml.t2.medium", InitialInstanceCount: 1 },
        ],
      },
    ],
    look: ["DescribeEndpointConfig", { EndpointConfigName: "made" }],
    end: ["DeleteEndpointConfig", { EndpointConfigName: "made" }],
    gone: "ValidationException",
    tagged: arn("sagemaker", "endpoint-config/made"),
    // An initial weight is filled in.
    hidden: ["ProductionVariants"],
  },
};
