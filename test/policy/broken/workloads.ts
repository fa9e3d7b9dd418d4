import * as aws from "@pulumi/aws";
import { Declared } from "./declared.ts";

const task = (name: string, container: object) =>
  new aws.ecs.TaskDefinition(name, {
    family: name,
    containerDefinitions: JSON.stringify([
      {
        name: "predictor",
        image: "predictor:1",
        readonlyRootFilesystem: true,
        logConfiguration: { logDriver: "awslogs" },
        ...container,
      },
    ]),
  });
task("containers-are-confined", { readonlyRootFilesystem: false });
task("no-secrets-in-container-environment", { environment: [{ name: "DB_PASSWORD", value: "a1b2c3" }] });
new aws.ecs.Service("tasks-are-private", { networkConfiguration: { subnets: ["subnet-1"], assignPublicIp: true } });
new aws.ecs.Cluster("cluster-is-observed");
new aws.ec2.SecurityGroup("security-group-admits-nobody-at-large", {
  description: "predictors",
  ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }],
});
new aws.codedeploy.DeploymentGroup("deployment-rolls-back", {
  appName: "functions",
  deploymentGroupName: "whodis",
  serviceRoleArn: "arn:aws:iam::123456789012:role/deployer",
});

const machine = (name: string, loggingLevel: string, state: object) =>
  new aws.sfn.StateMachine(name, {
    roleArn: "arn:aws:iam::123456789012:role/machine",
    definition: JSON.stringify({ StartAt: "Ask", States: { Ask: { End: true, ...state } } }),
    loggingConfiguration: {
      level: loggingLevel,
      logDestination: "arn:aws:logs:eu-west-1:123456789012:log-group:machine:*",
    },
    tracingConfiguration: { enabled: true },
  });
machine("state-machine-is-logged-and-traced", "ERROR", { Type: "Pass" });
machine("token-task-times-out", "ALL", {
  Type: "Task",
  Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
  Parameters: {
    QueueUrl: "https://sqs.eu-west-1.amazonaws.com/123456789012/questions",
    "MessageBody.$": "$$.Task.Token",
  },
});

const notebook = (name: string, changed: object) =>
  new Declared("sagemaker/notebookInstance:NotebookInstance", name, {
    instanceType: "ml.t3.medium",
    roleArn: "arn:aws:iam::123456789012:role/notebook",
    directInternetAccess: "Disabled",
    subnetId: "subnet-1",
    securityGroups: ["sg-1"],
    rootAccess: "Disabled",
    kmsKeyId: "arn:aws:kms:eu-west-1:123456789012:key/sagemaker",
    ...changed,
  });
notebook("sagemaker-has-its-own-role", {});
notebook("sagemaker-keeps-to-its-network", { directInternetAccess: "Enabled" });
notebook("sagemaker-is-encrypted", { kmsKeyId: undefined });
notebook("notebook-root-access-is-said", { rootAccess: undefined });

new Declared("emrserverless/application:Application", "spark-application-is-bounded", {
  type: "spark",
  releaseLabel: "emr-7.5.0",
  maximumCapacity: { cpu: "8 vCPU", memory: "32 GB" },
  autoStopConfiguration: { enabled: false },
});
