import assert from "node:assert/strict";
import { ApplicationAutoScalingClient, RegisterScalableTargetCommand } from "@aws-sdk/client-application-auto-scaling";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeTrainingJobCommand,
  ListEndpointsCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
  StopTrainingJobCommand,
  UpdateEndpointCommand,
} from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { hearExits } from "../../support/exits.ts";
import { startFaults, stopFaults } from "../../support/faults.ts";
import { image, rights, sagemaker, settled } from "./containers.ts";

describe("SageMaker", function () {
  this.timeout(30_000);
  let test: TestCloud;
  let client: SageMakerClient;
  let RoleArn: string;
  const exits = hearExits();

  const connect = () => {
    client = test.client(SageMakerClient);
  };
  const upload = (Key: string, Body: string) =>
    test.client(S3Client).send(new PutObjectCommand({ Bucket: "work", Key, Body }));
  const train = (TrainingJobName: string, mode: string, more: object = {}) =>
    client.send(
      new CreateTrainingJobCommand({
        TrainingJobName,
        RoleArn,
        AlgorithmSpecification: {
          TrainingImage: image,
          TrainingInputMode: "File",
          MetricDefinitions: [{ Name: "accuracy", Regex: "accuracy=([0-9.]+);" }],
        },
        HyperParameters: { mode },
        InputDataConfig: [
          { ChannelName: "training", DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://work/in/" } } },
        ],
        OutputDataConfig: { S3OutputPath: "s3://work/models" },
        ResourceConfig: { InstanceType: "ml.m5.xlarge", InstanceCount: 1, VolumeSizeInGB: 1 },
        StoppingCondition: { MaxRuntimeInSeconds: 600 },
        ...more,
      }),
    );
  const job = (TrainingJobName: string) =>
    settled(
      () => client.send(new DescribeTrainingJobCommand({ TrainingJobName })),
      ({ TrainingJobStatus }) => /^(InProgress|Stopping)$/.test(TrainingJobStatus!),
    );
  const endpoint = (EndpointName: string) =>
    settled(
      () => client.send(new DescribeEndpointCommand({ EndpointName })),
      ({ EndpointStatus }) => /^(Creating|Updating)$/.test(EndpointStatus!),
    );
  const configure = async (name: string, ModelDataUrl: string, Image = image) => {
    const PrimaryContainer = { Image, ModelDataUrl };
    await client.send(new CreateModelCommand({ ModelName: name, ExecutionRoleArn: RoleArn, PrimaryContainer }));
    await client.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: name,
        ProductionVariants: [
          { VariantName: "variant-1", ModelName: name, InstanceType: "ml.t2.medium", InitialInstanceCount: 1 },
        ],
      }),
    );
  };
  const invoke = async (EndpointName: string, Body: string) => {
    const runtime = test.client(SageMakerRuntimeClient);
    const answer = await runtime.send(new InvokeEndpointCommand({ EndpointName, Body, ContentType: "text/csv" }));
    return Buffer.from(answer.Body!).toString();
  };

  /** `name status`, as EventBridge was told, of jobs and endpoints. */
  const told: string[] = [];
  const listen = () => {
    const { operations } = test.services.get("events")!;
    const put = operations.PutEvents!;
    operations.PutEvents = {
      ...put,
      run(input: { Entries: { Source: string; Detail: string }[] }, call) {
        for (const { Source, Detail } of input.Entries) {
          assert.equal(Source, "aws.sagemaker");
          const { TrainingJobName, TrainingJobStatus, EndpointName, EndpointStatus } = JSON.parse(Detail);
          told.push(`${TrainingJobName ?? EndpointName} ${TrainingJobStatus ?? EndpointStatus}`);
        }
        return put.run(input, call);
      },
    };
  };
  const toldOf = (name: string) => told.filter((line) => line.startsWith(`${name} `)).map((line) => line.split(" ")[1]);

  before(async () => {
    test = await startCloud({ sagemaker });
    connect();
    listen();
    const source = "arn:aws:sagemaker:us-east-1:000000000000:*";
    ({ roleArn: RoleArn } = await test.mintRole(rights, { trust: "sagemaker.amazonaws.com", source }));
    await test.client(S3Client).send(new CreateBucketCommand({ Bucket: "work" }));
    for (const model of ["good", "better", "broken"]) await upload(`in/${model}.txt`, model);
    await Promise.all(["good", "better", "broken"].map((model) => train(`train-${model}`, model)));
    await Promise.all(["good", "better", "broken"].map((model) => job(`train-${model}`)));
  });
  after(async () => {
    exits.stop();
    await test.stop();
  });

  const model = (name: string) => `s3://work/models/train-${name}/output/model.tar.gz`;

  it("trains: its steps, metrics and model as AWS describes them", async () => {
    const found = await job("train-good");
    assert.equal(found.TrainingJobStatus, "Completed");
    assert.deepEqual(
      found.SecondaryStatusTransitions?.map(({ Status }) => Status),
      ["Starting", "Downloading", "Training", "Uploading", "Completed"],
    );
    assert.deepEqual(
      found.FinalMetricDataList?.map(({ MetricName, Value }) => [MetricName, Value]),
      [["accuracy", 0.75]],
    );
    assert.equal(found.ModelArtifacts?.S3ModelArtifacts, model("good"));
    const resource = "arn:aws:sagemaker:us-east-1:000000000000:training-job/train-good";
    assert.deepEqual(exits.of("/train-good"), [{ kind: "exit", resource, code: 0 }]);
  });

  it("keeps what the container says in SageMaker's log group", async () => {
    const { events = [] } = await test
      .client(CloudWatchLogsClient)
      .send(new FilterLogEventsCommand({ logGroupName: "/aws/sagemaker/TrainingJobs" }));
    assert.ok(
      events.some(({ logStreamName, message }) => /^train-good/.test(logStreamName!) && /0\.75/.test(message!)),
    );
  });

  it("tells why a training failed: the container's own reason", async () => {
    await train("train-bad", "bad");
    const { TrainingJobStatus, FailureReason } = await job("train-bad");
    assert.deepEqual(toldOf("train-bad"), ["InProgress", "Failed"]);
    assert.equal(TrainingJobStatus, "Failed");
    assert.equal(FailureReason, "AlgorithmError: row 3 is no rating, exit code: 1");
    const [{ code, message } = {}] = exits.of("/train-bad");
    assert.deepEqual([code, message], [1, "row 3 is no rating"]);
  });

  it("fails for an image that is nothing on this machine, naming the configuration", async () => {
    await train("train-unknown", "good", {
      AlgorithmSpecification: { TrainingImage: "x/other:1", TrainingInputMode: "File" },
    });
    assert.match((await job("train-unknown")).FailureReason!, /no command is configured/);
    const [{ code, message } = {}] = exits.of("/train-unknown");
    assert.equal(code, undefined);
    assert.match(message ?? "", /^ClientError: .*no command is configured/);
  });

  it("fails without data, and without the right to it", async () => {
    const input = (S3Uri: string) => ({
      InputDataConfig: [{ ChannelName: "training", DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri } } }],
    });
    await train("train-nothing", "good", input("s3://work/nothing/"));
    assert.match(
      (await job("train-nothing")).FailureReason!,
      /No S3 objects found under S3 URL "s3:\/\/work\/nothing\/"/,
    );
    const { roleArn } = await test.mintRole(undefined, { trust: "sagemaker.amazonaws.com" });
    await train("train-forbidden", "good", { RoleArn: roleArn });
    assert.match((await job("train-forbidden")).FailureReason!, /Data download failed/);
  });

  it("stops a job, and one that takes too long", async () => {
    await train("train-slow", "slow");
    await train("train-late", "slow", { StoppingCondition: { MaxRuntimeInSeconds: 1 } });
    await settled(
      () => client.send(new DescribeTrainingJobCommand({ TrainingJobName: "train-slow" })),
      ({ SecondaryStatus }) => SecondaryStatus !== "Training",
    );
    await client.send(new StopTrainingJobCommand({ TrainingJobName: "train-slow" }));
    const [slow, late] = await Promise.all([job("train-slow"), job("train-late")]);
    assert.deepEqual([slow.TrainingJobStatus, slow.SecondaryStatus], ["Stopped", "Stopped"]);
    assert.deepEqual([late.TrainingJobStatus, late.SecondaryStatus], ["Stopped", "MaxRuntimeExceeded"]);
    const messages = ["slow", "late"].map((name) => exits.of(`/train-${name}`).map(({ message }) => message));
    assert.deepEqual(messages, [[], ["it took longer than MaxRuntimeInSeconds"]]);
  });

  it("refuses a name that is taken, and a role that is not the caller's to pass", async () => {
    await assert.rejects(train("train-good", "good"), { name: "ResourceInUse" });
    const { credentials } = await test.mintRole({ Effect: "Allow", Action: "sagemaker:*", Resource: "*" });
    client = test.client(SageMakerClient, { credentials });
    await assert.rejects(train("train-mine", "good"), /iam:PassRole/);
    connect();
  });

  it("serves a model, updates without a gap, keeps serving when an update fails", async () => {
    await configure("one", model("good"));
    await client.send(new CreateEndpointCommand({ EndpointName: "ratings", EndpointConfigName: "one" }));
    assert.equal((await endpoint("ratings")).EndpointStatus, "InService");
    assert.equal(await invoke("ratings", "1,2"), "good:1,2");

    await configure("two", model("better"));
    await client.send(new UpdateEndpointCommand({ EndpointName: "ratings", EndpointConfigName: "two" }));
    assert.match(await invoke("ratings", "1,2"), /^(good|better):1,2$/);
    await endpoint("ratings");
    assert.equal(await invoke("ratings", "1,2"), "better:1,2");

    await configure("three", model("broken"));
    await client.send(new UpdateEndpointCommand({ EndpointName: "ratings", EndpointConfigName: "three" }));
    const after = await endpoint("ratings");
    assert.deepEqual([after.EndpointStatus, after.EndpointConfigName], ["InService", "two"]);
    assert.match(after.FailureReason!, /ended with exit code 3/);
    assert.equal(await invoke("ratings", "1,2"), "better:1,2");
    const updated = ["UPDATING", "IN_SERVICE"];
    assert.deepEqual(toldOf("ratings"), ["CREATING", "IN_SERVICE", ...updated, ...updated]);
  });

  it("is scaled by Application Auto Scaling, and keeps its machines over an update that says so", async () => {
    const scaling = test.client(ApplicationAutoScalingClient);
    const target = {
      ServiceNamespace: "sagemaker",
      ResourceId: "endpoint/ratings/variant/variant-1",
      ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
    } as const;
    const machines = async () => (await endpoint("ratings")).ProductionVariants?.[0]?.CurrentInstanceCount;
    assert.equal(await machines(), 1);
    await scaling.send(new RegisterScalableTargetCommand({ ...target, MinCapacity: 2, MaxCapacity: 4 }));
    assert.equal(await machines(), 2);
    const update = { EndpointName: "ratings", EndpointConfigName: "two" };
    await client.send(new UpdateEndpointCommand({ ...update, RetainAllVariantProperties: true }));
    assert.equal(await machines(), 2);
    await client.send(new UpdateEndpointCommand(update));
    assert.equal(await machines(), 1);
    const nowhere = { ...target, ResourceId: "endpoint/none/variant/variant-1", MinCapacity: 1, MaxCapacity: 2 };
    await assert.rejects(scaling.send(new RegisterScalableTargetCommand(nowhere)), /Could not find SageMaker variant/);
  });

  it("passes on what the container refuses, and is back after it died", async () => {
    await assert.rejects(invoke("ratings", "bad"), { name: "ModelError", OriginalStatusCode: 400 });
    await assert.rejects(invoke("ratings", "die"), { name: "ModelError", OriginalStatusCode: 500 });
    await settled(
      () =>
        invoke("ratings", "1,2")
          .then((text) => ({ text }))
          .catch(() => ({ text: "" })),
      ({ text }) => text === "",
    );
    const died = exits.of("endpoint/ratings").filter(({ code }) => code === 1);
    assert.deepEqual(
      died.map(({ message }) => message),
      ["it served, and ended"],
    );
  });

  it("is back after a fault has killed its container", async () => {
    await startFaults(test, { kind: "kill", probability: 1, service: "sagemaker" });
    await invoke("ratings", "1,2").catch(() => {});
    await stopFaults(test);
    const answers = () =>
      invoke("ratings", "1,2").then(
        () => ({ serves: true }),
        () => ({ serves: false }),
      );
    await settled(answers, ({ serves }) => serves);
    await settled(answers, ({ serves }) => !serves);
  });

  it("serves again after a restart, with model and configuration long deleted", async () => {
    await client.send(new DeleteEndpointConfigCommand({ EndpointConfigName: "two" }));
    await client.send(new DeleteModelCommand({ ModelName: "two" }));
    await test.stop({ keep: true });
    test = await startCloud({ sagemaker, directory: test.directory });
    connect();
    const { text } = await settled(
      () =>
        invoke("ratings", "3,4")
          .then((answer) => ({ text: answer }))
          .catch(() => ({ text: "" })),
      (found) => found.text === "",
    );
    assert.equal(text, "better:3,4");
  });

  it("fails an endpoint whose container does not come up, and deletes it", async () => {
    await client.send(new CreateEndpointCommand({ EndpointName: "broken", EndpointConfigName: "three" }));
    assert.equal((await endpoint("broken")).EndpointStatus, "Failed");
    const [{ code, message } = {}] = exits.of("endpoint/broken");
    assert.equal(code, 3);
    assert.match(message ?? "", /^The primary container .* ended with exit code 3/);
    await client.send(new DeleteEndpointCommand({ EndpointName: "broken" }));
    await client.send(new DeleteEndpointCommand({ EndpointName: "ratings" }));
    await settled(
      () => client.send(new ListEndpointsCommand({})),
      ({ Endpoints }) => Endpoints!.length > 0,
    );
    await assert.rejects(endpoint("ratings"), { name: "ValidationException", message: /Could not find endpoint/ });
    await assert.rejects(invoke("ratings", "1,2"), { name: "ValidationError" });
  });

  it("lists in pages, by name and status", async () => {
    const first = await client.send(new ListTrainingJobsCommand({ MaxResults: 2 }));
    assert.equal(first.TrainingJobSummaries?.length, 2);
    assert.ok(first.NextToken);
    const failed = await client.send(new ListTrainingJobsCommand({ StatusEquals: "Failed", NameContains: "BAD" }));
    assert.deepEqual(
      failed.TrainingJobSummaries?.map(({ TrainingJobName }) => TrainingJobName),
      ["train-bad"],
    );
  });
});
