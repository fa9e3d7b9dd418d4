import assert from "node:assert/strict";
import { RunError } from "@pulumi/pulumi";
import { Observability } from "../../components/observability.ts";
import {
  type ContainerArgs,
  PredictionPipeline,
  type PredictionPipelineArgs,
} from "../../components/predictionPipeline.ts";
import { check } from "../../policy/check.ts";
import { defaultTags, resourcesOf } from "../policy/support/resources.ts";
import { type Recording, record } from "./support/record.ts";

const wine: PredictionPipelineArgs = {
  model: { bucket: "cellar", key: "quality/model.json" },
  features: ["acidity", "alcohol"],
  compute: "fargate",
};
const made = (args: Partial<PredictionPipelineArgs> = {}, stack = "test") =>
  record(() => new PredictionPipeline("wine", { ...wine, ...args }), { stack });
const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:123456789012:${resource}`;
const table = arn("dynamodb", "table/wine-records");
const logs = [
  ["logs:CreateLogStream", "logs:PutLogEvents"],
  [arn("logs", "log-group:/aws/ecs/platform-test-wine-predict:*")],
];

const grants = (recording: Recording, name: string) =>
  (recording.statements(`${name}-policy`) as { Action: string[]; Resource: string[] }[]).map(({ Action, Resource }) => [
    Action,
    Resource,
  ]);
const one = (recording: Recording, type: string) => {
  const found = recording.all.filter((resource) => resource.type === type);
  assert.equal(found.length, 1, type);
  return found[0]!;
};
const container = (recording: Recording) =>
  JSON.parse(one(recording, "aws:ecs/taskDefinition:TaskDefinition").inputs.containerDefinitions)[0];

describe('PredictionPipeline with compute "fargate"', () => {
  let recording: Recording;
  before(async () => {
    recording = await made();
  });

  it("makes a network, an image, a cluster, a service and its scaling in place of the predicting function", () => {
    const own = (prefix: RegExp) => recording.names().filter((name) => prefix.test(name));
    assert.deepEqual(own(/^(awsx|aws:(ecs|ec2|appautoscaling|iam|lambda\/(function|eventSource)))/), [
      "aws:appautoscaling/policy:Policy wine-backlog",
      "aws:appautoscaling/policy:Policy wine-idle",
      "aws:appautoscaling/target:Target wine-tasks",
      "aws:ec2/securityGroup:SecurityGroup wine-predict",
      "aws:ecs/cluster:Cluster wine-cluster",
      "aws:ecs/service:Service wine-predict",
      "aws:ecs/taskDefinition:TaskDefinition wine-predict",
      ...["ingest", "list"].flatMap((name) => [`aws:iam/role:Role wine-${name}-role`]),
      "aws:iam/role:Role wine-predict-launch-role",
      "aws:iam/role:Role wine-predict-role",
      "aws:iam/role:Role wine-read-role",
      ...["ingest", "list", "predict-launch", "predict", "read"].map(
        (name) => `aws:iam/rolePolicy:RolePolicy wine-${name}-policy`,
      ),
      ...["ingest", "list", "read"].map((name) => `aws:lambda/function:Function wine-${name}`),
      "awsx:ec2:Vpc wine-network",
      "awsx:ecr:Image wine-predictor-image",
      "awsx:ecr:Repository wine-predictor",
    ]);
  });

  it("owns the group that Container Insights would make by itself, before anything runs", () => {
    assert.deepEqual(recording.get("aws:cloudwatch/logGroup:LogGroup", "wine-insights-logs").inputs, {
      name: "/aws/ecs/containerinsights/wine-cluster/performance",
      retentionInDays: 30,
    });
    const { dependencies } = recording.get("aws:ecs/service:Service", "wine-predict");
    assert.ok(dependencies.includes("aws:cloudwatch/logGroup:LogGroup wine-insights-logs"));
  });

  it("puts records into a queue", () => {
    assert.deepEqual(
      recording.all
        .filter(({ type }) => type === "aws:sqs/queue:Queue")
        .map(({ name }) => name)
        .sort(),
      ["wine-failures", "wine-queue"],
    );
  });

  it("grants the container what it does, and Fargate what it does for the container", () => {
    assert.deepEqual(grants(recording, "wine-predict"), [
      [["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], [table]],
      [["sqs:SendMessage"], [arn("sqs", "wine-failures")]],
      [["s3:GetObject"], ["arn:aws:s3:::cellar/quality/model.json"]],
      [["s3:ListBucket"], ["arn:aws:s3:::cellar"]],
      [["sqs:DeleteMessage", "sqs:ReceiveMessage"], [arn("sqs", "wine-queue")]],
    ]);
    assert.deepEqual(grants(recording, "wine-predict-launch"), [
      [["ecr:GetAuthorizationToken"], ["*"]],
      [
        ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        [arn("ecr", "repository/wine-predictor")],
      ],
      logs,
    ]);
    for (const name of ["wine-predict-role", "wine-predict-launch-role"]) {
      const { assumeRolePolicy } = recording.get("aws:iam/role:Role", name).inputs;
      assert.deepEqual(JSON.parse(assumeRolePolicy).Statement[0].Principal, { Service: "ecs-tasks.amazonaws.com" });
    }
  });

  it("builds the image from the repository", () => {
    const { context, dockerfile, platform } = one(recording, "awsx:ecr:Image").inputs;
    assert.deepEqual([context, dockerfile, platform], [".", "containers/predictor/Dockerfile", "linux/amd64"]);
  });

  it("defines a task that has what a predicting function has, and logs to a group of the stack", () => {
    const { containerDefinitions, ...task } = one(recording, "aws:ecs/taskDefinition:TaskDefinition").inputs;
    assert.deepEqual(task, {
      cpu: "256",
      memory: "512",
      executionRoleArn: "arn:aws:iam::123456789012:role/wine-predict-launch-role",
      family: "platform-test-wine-predict",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      runtimePlatform: { cpuArchitecture: "X86_64", operatingSystemFamily: "LINUX" },
      taskRoleArn: "arn:aws:iam::123456789012:role/wine-predict-role",
    });
    const { environment, ...predictor } = JSON.parse(containerDefinitions)[0];
    assert.deepEqual(predictor, {
      name: "predictor",
      image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/wine-predictor@sha256:0123",
      essential: true,
      readonlyRootFilesystem: true,
      stopTimeout: 60,
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": "/aws/ecs/platform-test-wine-predict",
          "awslogs-region": "eu-west-1",
          "awslogs-stream-prefix": "predict",
        },
      },
    });
    const url = (name: string) => `https://sqs.eu-west-1.amazonaws.com/123456789012/${name}`;
    assert.deepEqual(Object.fromEntries(environment.map((one: Record<string, string>) => [one.name, one.value])), {
      CONCURRENCY: "4",
      FAILURE_QUEUE_URL: url("wine-failures"),
      FEATURES: "acidity,alcohol",
      MODEL_CHECK_SECONDS: "60",
      MODEL_URI: "s3://cellar/quality/model.json",
      POWERTOOLS_METRICS_NAMESPACE: "platform/test",
      POWERTOOLS_SERVICE_NAME: "wine-predict",
      PREDICTION_TABLE: "wine-records",
      RECORD_QUEUE_URL: url("wine-queue"),
      WRITE_SHARDS: "8",
    });
  });

  it("runs containers in private subnets, reached by nobody", () => {
    const { networkConfiguration, launchType, desiredCount } = one(recording, "aws:ecs/service:Service").inputs;
    assert.deepEqual(networkConfiguration, {
      assignPublicIp: false,
      securityGroups: ["wine-predict-id"],
      subnets: ["subnet-1", "subnet-2"],
    });
    assert.deepEqual([launchType, desiredCount], ["FARGATE", 0]);
    const { ingress, egress, vpcId } = one(recording, "aws:ec2/securityGroup:SecurityGroup").inputs;
    assert.deepEqual(ingress, []);
    assert.deepEqual(
      egress.map((rule: Record<string, unknown>) => [rule.protocol, rule.fromPort, rule.toPort]),
      [["tcp", 443, 443]],
    );
    assert.equal(vpcId, "vpc-1");
    const { natGateways, vpcEndpointSpecs } = one(recording, "awsx:ec2:Vpc").inputs;
    assert.deepEqual(natGateways, { strategy: "Single" });
    assert.deepEqual(
      vpcEndpointSpecs.map(({ serviceName }: { serviceName: string }) => serviceName),
      ["com.amazonaws.eu-west-1.s3", "com.amazonaws.eu-west-1.dynamodb"],
    );
  });

  it("leaves the number of containers to scaling: by the queue's depth, to none", () => {
    assert.deepEqual(one(recording, "aws:ecs/service:Service").ignoreChanges, ["desiredCount"]);
    assert.deepEqual(one(recording, "aws:appautoscaling/target:Target").inputs, {
      maxCapacity: 4,
      minCapacity: 0,
      resourceId: "service/wine-cluster/wine-predict",
      scalableDimension: "ecs:service:DesiredCount",
      serviceNamespace: "ecs",
    });
    const policy = (name: string) =>
      recording.get("aws:appautoscaling/policy:Policy", name).inputs.stepScalingPolicyConfiguration;
    assert.equal(policy("wine-backlog").adjustmentType, "ExactCapacity");
    assert.deepEqual(policy("wine-backlog").stepAdjustments, [
      { scalingAdjustment: 1, metricIntervalLowerBound: "0", metricIntervalUpperBound: "5000" },
      { scalingAdjustment: 2, metricIntervalLowerBound: "5000", metricIntervalUpperBound: "10000" },
      { scalingAdjustment: 3, metricIntervalLowerBound: "10000", metricIntervalUpperBound: "15000" },
      { scalingAdjustment: 4, metricIntervalLowerBound: "15000" },
    ]);
    assert.deepEqual(policy("wine-idle").stepAdjustments, [{ scalingAdjustment: 0, metricIntervalUpperBound: "0" }]);
    const alarm = (name: string) => recording.get("aws:cloudwatch/metricAlarm:MetricAlarm", name).inputs;
    for (const [name, policyName, comparison, missing, periods] of [
      ["wine-backlog-alarm", "wine-backlog", "GreaterThanThreshold", "notBreaching", 1],
      ["wine-idle-alarm", "wine-idle", "LessThanOrEqualToThreshold", "breaching", 3],
    ] as const) {
      const { metricQueries, ...inputs } = alarm(name);
      assert.deepEqual(inputs.alarmActions, [arn("autoscaling", `scalingPolicy:${policyName}`)]);
      assert.deepEqual(
        [inputs.comparisonOperator, inputs.threshold, inputs.treatMissingData, inputs.evaluationPeriods],
        [comparison, 0, missing, periods],
      );
      assert.deepEqual(metricQueries[0], {
        id: "backlog",
        expression: "visible + taken",
        label: "Messages",
        returnData: true,
      });
      assert.deepEqual(
        metricQueries
          .slice(1)
          .map(({ metric }: { metric: Record<string, unknown> }) => [metric.metricName, metric.dimensions]),
        [
          ["ApproximateNumberOfMessagesVisible", { QueueName: "wine-queue" }],
          ["ApproximateNumberOfMessagesNotVisible", { QueueName: "wine-queue" }],
        ],
      );
    }
  });

  it("watches what waits in the queue, and no function that is not there", async () => {
    const watched = await record(() => new Observability("wine", { of: [new PredictionPipeline("wine", wine)] }));
    const names = watched.names().filter((name) => name.startsWith("aws:cloudwatch/metricAlarm"));
    const scaling = ["wine-backlog-alarm", "wine-idle-alarm"];
    assert.deepEqual(
      new Set(names.map((name) => name.split(" ")[1])),
      new Set([
        ...["wine-api-errors-alarm", "wine-api-latency-alarm", "wine-dead-letters-alarm", "wine-delay-alarm"],
        ...["wine-model-alarm", ...scaling],
      ]),
    );
  });

  it("takes an image, subnets and sizes of one's own", async () => {
    const own = await made({
      memory: 2_048,
      container: {
        image: "public.ecr.aws/wine/predictor:1",
        network: { vpcId: "vpc-9", subnetIds: ["subnet-9"] },
        cpu: 512,
        concurrency: 8,
        minimumTasks: 1,
        maximumTasks: 2,
        messagesPerTask: 100,
      },
    });
    assert.deepEqual(
      own.names().filter((name) => name.startsWith("awsx:")),
      [],
    );
    assert.equal(container(own).image, "public.ecr.aws/wine/predictor:1");
    // A public registry needs no grant.
    assert.deepEqual(grants(own, "wine-predict-launch"), [logs]);
    const task = one(own, "aws:ecs/taskDefinition:TaskDefinition").inputs;
    assert.deepEqual([task.cpu, task.memory], ["512", "2048"]);
    assert.equal(one(own, "aws:ec2/securityGroup:SecurityGroup").inputs.vpcId, "vpc-9");
    assert.deepEqual(one(own, "aws:ecs/service:Service").inputs.networkConfiguration.subnets, ["subnet-9"]);
    const { minCapacity, maxCapacity } = one(own, "aws:appautoscaling/target:Target").inputs;
    assert.deepEqual([minCapacity, maxCapacity], [1, 2]);
  });

  it("keeps every rule of the policy pack", async () => {
    const prod = await made({}, "prod");
    assert.deepEqual(check(resourcesOf(prod), { stack: "prod", publicRoutes: [], defaultTags }), []);
  });

  describe("refuses, before anything is made,", () => {
    const bad: [string, Partial<PredictionPipelineArgs> & { container?: ContainerArgs }, RegExp][] = [
      ["a table's stream", { ingest: "table" }, /ingest is "table"; allowed is "queue" with compute "fargate"/],
      ["another compute", { compute: "mainframe" as "lambda" }, /compute is "mainframe"; allowed is one of lambda, f/],
      ["a container of a function", { compute: "lambda", container: {} }, /container is {}; allowed is nothing with/],
      ["odd CPU units", { container: { cpu: 300 } }, /container.cpu is 300; allowed is one of 256, 512, 1024, 2048/],
      ["memory that does not go with them", { memory: 4_096 }, /memory is 4096; allowed is 512 to 2048 MB in steps/],
      ["a size that Fargate lacks", { memory: 1_536 }, /memory is 1536; allowed is .* without 1536/],
      ["no container at all", { container: { maximumTasks: 0 } }, /container.maximumTasks is 0/],
      ["more at least than at most", { container: { minimumTasks: 5 } }, /container.minimumTasks is 5; .* 0 to 4/],
      ["a function's batches", { batch: { size: 5 } }, /batch.size is 5; allowed is nothing with compute "fargate"/],
      ["a function's handler", { handlers: { predict: "a.ts" } }, /handlers.predict is "a.ts"; .* container.image/],
    ];
    for (const [what, change, message] of bad) {
      it(what, async () => {
        const none = await record(() => {
          assert.throws(
            () => new PredictionPipeline("wine", { ...wine, ...change }),
            (error: Error) => error instanceof RunError && message.test(error.message),
          );
        });
        assert.deepEqual(none.all, []);
      });
    }
  });
});
