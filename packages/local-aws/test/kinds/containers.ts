/** What runs containers. */
import { arn, type Kind, role } from "./kind.ts";

const containerDefinitions = [
  {
    name: "main",
    image: "public.ecr.aws/x/y:1",
    command: ["run"],
    cpu: 128,
    memory: 256,
    essential: true,
    environment: [{ name: "A", value: "1" }],
  },
];
const launch = { networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"], cpu: "256", memory: "512" };
const networkConfiguration = {
  awsvpcConfiguration: { subnets: ["subnet-1"], securityGroups: ["sg-1"], assignPublicIp: "ENABLED" },
};

export const containers: Record<string, Kind> = {
  "a cluster": {
    service: "ecs",
    make: [
      "CreateCluster",
      {
        clusterName: "made",
        settings: [{ name: "containerInsights", value: "enabled" }],
        configuration: { executeCommandConfiguration: { logging: "NONE" } },
      },
    ],
    look: ["DescribeClusters", { clusters: ["made"], include: ["SETTINGS", "CONFIGURATIONS"] }, "clusters", 0],
    end: ["DeleteCluster", { cluster: "made" }],
    tagged: arn("ecs", "cluster/made"),
  },
  "a task definition": {
    service: "ecs",
    make: [
      "RegisterTaskDefinition",
      {
        ...launch,
        family: "made",
        executionRoleArn: role("used"),
        taskRoleArn: role("used"),
        containerDefinitions,
        ephemeralStorage: { sizeInGiB: 30 },
        runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
        volumes: [{ name: "scratch" }],
      },
    ],
    look: ["DescribeTaskDefinition", { taskDefinition: "made:1" }, "taskDefinition"],
    end: ["DeregisterTaskDefinition", { taskDefinition: "made:1" }],
    gone: { status: "INACTIVE" },
    tagged: arn("ecs", "task-definition/made:1"),
    hidden: ["containerDefinitions"],
  },
  "a service": {
    service: "ecs",
    make: [
      "CreateService",
      {
        cluster: "used",
        serviceName: "made",
        taskDefinition: arn("ecs", "task-definition/made:1"),
        desiredCount: 0,
        launchType: "FARGATE",
        platformVersion: "1.4.0",
        networkConfiguration,
        availabilityZoneRebalancing: "DISABLED",
        enableExecuteCommand: true,
        enableECSManagedTags: true,
        propagateTags: "SERVICE",
        schedulingStrategy: "REPLICA",
        deploymentConfiguration: {
          maximumPercent: 150,
          minimumHealthyPercent: 50,
          deploymentCircuitBreaker: { enable: true, rollback: true },
        },
      },
    ],
    look: ["DescribeServices", { cluster: "used", services: ["made"] }, "services", 0],
    end: ["DeleteService", { cluster: "used", service: "made", force: true }],
    gone: { status: "INACTIVE", desiredCount: 0 },
    tagged: arn("ecs", "service/used/made"),
    hidden: ["cluster"],
  },
  "a lifecycle configuration of notebooks": {
    service: "sagemaker",
    make: [
      "CreateNotebookInstanceLifecycleConfig",
      {
        NotebookInstanceLifecycleConfigName: "made",
        OnCreate: [{ Content: "ZWNobyBh" }],
        OnStart: [{ Content: "ZWNobyBi" }],
      },
    ],
    look: ["DescribeNotebookInstanceLifecycleConfig", { NotebookInstanceLifecycleConfigName: "made" }],
    end: ["DeleteNotebookInstanceLifecycleConfig", { NotebookInstanceLifecycleConfigName: "made" }],
    gone: "ValidationException",
    tagged: arn("sagemaker", "notebook-instance-lifecycle-config/made"),
  },
  "a notebook instance": {
    service: "sagemaker",
    make: [
      "CreateNotebookInstance",
      {
        NotebookInstanceName: "made",
        InstanceType: "ml.t3.medium",
        RoleArn: role("used"),
        SubnetId: "subnet-1",
        SecurityGroupIds: ["sg-1"],
        KmsKeyId: "key",
        LifecycleConfigName: "made",
        DirectInternetAccess: "Disabled",
        VolumeSizeInGB: 20,
        DefaultCodeRepository: "library",
        AdditionalCodeRepositories: ["other"],
        RootAccess: "Disabled",
        PlatformIdentifier: "notebook-al2023-v1",
        InstanceMetadataServiceConfiguration: { MinimumInstanceMetadataServiceVersion: "2" },
      },
    ],
    look: ["DescribeNotebookInstance", { NotebookInstanceName: "made" }],
    ready: { NotebookInstanceStatus: "Failed" },
    end: ["DeleteNotebookInstance", { NotebookInstanceName: "made" }],
    gone: { NotebookInstanceStatus: "Deleting" },
    tagged: arn("sagemaker", "notebook-instance/made"),
    hidden: ["SecurityGroupIds", "LifecycleConfigName"],
  },
  "an application of EMR Serverless": {
    service: "emr-serverless",
    make: [
      "CreateApplication",
      {
        name: "made",
        releaseLabel: "emr-7.5.0",
        type: "Spark",
        architecture: "ARM64",
        initialCapacity: {
          Driver: { workerCount: 1, workerConfiguration: { cpu: "2 vCPU", memory: "4 GB", disk: "20 GB" } },
        },
        maximumCapacity: { cpu: "8 vCPU", memory: "32 GB", disk: "100 GB" },
        autoStartConfiguration: { enabled: false },
        autoStopConfiguration: { enabled: true, idleTimeoutMinutes: 5 },
        networkConfiguration: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] },
        runtimeConfiguration: [{ classification: "spark-defaults", properties: { "spark.a": "b" } }],
        monitoringConfiguration: { s3MonitoringConfiguration: { logUri: "s3://used/logs" } },
        interactiveConfiguration: { livyEndpointEnabled: true },
        schedulerConfiguration: { maxConcurrentRuns: 3, queueTimeoutMinutes: 60 },
      },
    ],
    look: ["GetApplication", ({ applicationId }: { applicationId: string }) => ({ applicationId }), "application"],
    end: ["DeleteApplication", ({ applicationId }: { applicationId: string }) => ({ applicationId })],
    gone: { state: "TERMINATED" },
    tagged: ({ arn: made }: { arn: string }) => made,
  },
  "a scalable target": {
    service: "application-autoscaling",
    make: [
      "RegisterScalableTarget",
      {
        ServiceNamespace: "ecs",
        ResourceId: "service/used/made",
        ScalableDimension: "ecs:service:DesiredCount",
        MinCapacity: 0,
        MaxCapacity: 4,
        SuspendedState: {
          DynamicScalingInSuspended: true,
          DynamicScalingOutSuspended: false,
          ScheduledScalingSuspended: true,
        },
      },
    ],
    look: ["DescribeScalableTargets", { ServiceNamespace: "ecs" }, "ScalableTargets", 0],
    end: [
      "DeregisterScalableTarget",
      { ServiceNamespace: "ecs", ResourceId: "service/used/made", ScalableDimension: "ecs:service:DesiredCount" },
    ],
    tagged: ({ ScalableTargetARN }: { ScalableTargetARN: string }) => ScalableTargetARN,
  },
  "a scaling policy": {
    service: "application-autoscaling",
    make: [
      "PutScalingPolicy",
      {
        PolicyName: "made",
        ServiceNamespace: "ecs",
        ResourceId: "service/used/made",
        ScalableDimension: "ecs:service:DesiredCount",
        PolicyType: "TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration: {
          PredefinedMetricSpecification: { PredefinedMetricType: "ECSServiceAverageCPUUtilization" },
          TargetValue: 40,
          ScaleInCooldown: 30,
          ScaleOutCooldown: 60,
          DisableScaleIn: true,
        },
      },
    ],
    look: ["DescribeScalingPolicies", { ServiceNamespace: "ecs" }, "ScalingPolicies", 0],
    end: [
      "DeleteScalingPolicy",
      {
        PolicyName: "made",
        ServiceNamespace: "ecs",
        ResourceId: "service/used/made",
        ScalableDimension: "ecs:service:DesiredCount",
      },
    ],
  },
};
