import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { XRay } from "@aws-sdk/client-xray";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { zip } from "../../../testing/lambda.ts";

interface Found {
  id: string;
  parent_id?: string;
  name: string;
  origin: string;
  fault?: boolean;
}

describe("a request on its way through services, traced", () => {
  let test: TestCloud;
  let xray: XRay;
  const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:000000000000:${name}`;
  const caller = "c".repeat(16);
  let count = 0;
  const newTrace = () => `1-${Math.floor(Date.now() / 1000).toString(16)}-${String(++count).padStart(24, "0")}`;

  before(async () => {
    test = await startCloud();
    xray = test.client(XRay);
    const { cloud } = test;
    const { roleArn } = await test.mintRole({ Effect: "Allow", Action: "*", Resource: "*" });
    for (const FunctionName of ["back", "direct", "step"]) {
      await cloud.call("lambda", "CreateFunction", {
        ...{ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: roleArn },
        Code: { ZipFile: zip({ "index.mjs": "export const handler = async () => ({ done: true });" }) },
      });
    }
    const Policy = JSON.stringify({
      Statement: { Effect: "Allow", Principal: { Service: "sns.amazonaws.com" }, Action: "sqs:*", Resource: "*" },
    });
    await cloud.call("sqs", "CreateQueue", { QueueName: "orders", Attributes: { Policy } });
    await cloud.call("lambda", "CreateEventSourceMapping", {
      ...{ FunctionName: "back", EventSourceArn: arn("sqs", "orders"), BatchSize: 1 },
    });
    await cloud.call("lambda", "AddPermission", {
      ...{ FunctionName: "direct", StatementId: "sns", Action: "lambda:InvokeFunction" },
      Principal: "sns.amazonaws.com",
    });
    await cloud.call("sns", "CreateTopic", { Name: "news" });
    for (const [Protocol, Endpoint] of [
      ["sqs", arn("sqs", "orders")],
      ["lambda", arn("lambda", "function:direct")],
    ]) {
      await cloud.call("sns", "Subscribe", { TopicArn: arn("sns", "news"), Protocol, Endpoint });
    }
    const machine = await test.mintRole(
      { Effect: "Allow", Action: "*", Resource: "*" },
      { trust: "states.amazonaws.com" },
    );
    for (const [name, enabled] of [
      ["traced", true],
      ["untraced", false],
    ] as const) {
      const Resource = arn("lambda", "function:step");
      await cloud.call("states", "CreateStateMachine", {
        ...{ name, roleArn: machine.roleArn, tracingConfiguration: { enabled } },
        definition: JSON.stringify({ StartAt: "Call", States: { Call: { Type: "Task", Resource, End: true } } }),
      });
    }
  });
  after(() => test.stop());

  /** A client that sends the trace on, as SDKs do in functions. */
  function within<Client extends { middlewareStack: { add(middleware: never, options: object): void } }>(
    type: new (config: never) => Client,
    trace: string,
    sampled = 1,
  ): Client {
    const client = test.client(type);
    const middleware =
      (next: (args: unknown) => unknown) => (args: { request: { headers: Record<string, string> } }) => {
        args.request.headers["x-amzn-trace-id"] = `Root=${trace};Parent=${caller};Sampled=${sampled}`;
        return next(args);
      };
    client.middlewareStack.add(middleware as never, { step: "build" });
    return client;
  }
  async function segments(trace: string, least: number): Promise<Found[]> {
    for (let tries = 0; ; tries++) {
      const { Traces = [] } = await xray.batchGetTraces({ TraceIds: [trace] });
      const found = (Traces[0]?.Segments ?? []).map(({ Document = "" }): Found => JSON.parse(Document));
      if (found.length >= least || tries === 200) return found;
      await sleep(50);
    }
  }
  const path = (found: Found[], name: string, origin: string): string[] => {
    const names: string[] = [];
    let at = found.find((one) => one.name === name && one.origin === origin);
    while (at) {
      names.unshift(`${at.name} ${at.origin.replace("AWS::", "")}`);
      const { parent_id } = at;
      at = found.find(({ id }) => id === parent_id);
    }
    return names;
  };

  it("goes from a topic to a function, and by a queue to another", async () => {
    const trace = newTrace();
    await within(SNSClient, trace).send(new PublishCommand({ TopicArn: arn("sns", "news"), Message: "hi" }));
    const found = await segments(trace, 6);
    assert.deepEqual(path(found, "direct", "AWS::Lambda::Function"), [
      "news SNS",
      "direct Lambda",
      "direct Lambda::Function",
    ]);
    assert.deepEqual(path(found, "back", "AWS::Lambda::Function"), [
      "news SNS",
      "orders SQS::Queue",
      "back Lambda",
      "back Lambda::Function",
    ]);
    assert.equal(found.length, 6);
    const { Services = [] } = await xray.getTraceGraph({ TraceIds: [trace] });
    const nodeOf = (id: number | undefined) => Services.find(({ ReferenceId }) => ReferenceId === id);
    const edges = Services.flatMap(({ Name, Edges = [] }) =>
      Edges.map((edge) => `${Name} → ${nodeOf(edge.ReferenceId)?.Name} ${nodeOf(edge.ReferenceId)?.Type}`),
    );
    assert.deepEqual(edges.sort(), [
      "back → back AWS::Lambda::Function",
      "direct → direct AWS::Lambda::Function",
      "news → direct AWS::Lambda",
      "news → news AWS::SNS",
      "news → orders AWS::SQS::Queue",
      "orders → back AWS::Lambda",
    ]);
    const { TraceSummaries = [] } = await xray.getTraceSummaries({
      StartTime: new Date(Date.now() - 60_000),
      EndTime: new Date(Date.now() + 60_000),
      FilterExpression: 'service("back") AND service("direct")',
    });
    assert.deepEqual(
      TraceSummaries.map(({ Id, EntryPoint }) => [Id, EntryPoint?.Name]),
      [[trace, "news"]],
    );
  });

  it("goes from a bucket to a function, and by a bus to another", async () => {
    const { cloud } = test;
    for (const [FunctionName, service, source] of [
      ["direct", "s3", "arn:aws:s3:::drop"],
      ["step", "events", arn("events", "rule/made")],
    ]) {
      await cloud.call("lambda", "AddPermission", {
        ...{ FunctionName, StatementId: service, Action: "lambda:InvokeFunction" },
        ...{ Principal: `${service}.amazonaws.com`, SourceArn: source },
      });
    }
    const pattern = JSON.stringify({ source: ["aws.s3"] });
    await cloud.call("events", "PutRule", { Name: "made", EventPattern: pattern });
    const Targets = [{ Id: "step", Arn: arn("lambda", "function:step") }];
    await cloud.call("events", "PutTargets", { Rule: "made", Targets });
    await cloud.call("s3", "CreateBucket", { Bucket: "drop" });
    await cloud.call("s3", "PutBucketNotificationConfiguration", {
      Bucket: "drop",
      NotificationConfiguration: {
        LambdaFunctionConfigurations: [
          { LambdaFunctionArn: arn("lambda", "function:direct"), Events: ["s3:ObjectCreated:*"] },
        ],
        EventBridgeConfiguration: {},
      },
    });
    const trace = newTrace();
    await within(S3Client, trace).send(new PutObjectCommand({ Bucket: "drop", Key: "a", Body: "x" }));
    const found = await segments(trace, 6);
    const origin = "AWS::Lambda::Function";
    assert.deepEqual(path(found, "direct", origin), ["drop S3::Bucket", "direct Lambda", "direct Lambda::Function"]);
    assert.deepEqual(path(found, "step", origin), [
      ...["drop S3::Bucket", "Events Events", "step Lambda", "step Lambda::Function"],
    ]);
  });

  it("goes through a state machine that traces", async () => {
    const trace = newTrace();
    const input = { stateMachineArn: arn("states", "stateMachine:traced") };
    await within(SFNClient, trace).send(new StartExecutionCommand(input));
    assert.deepEqual(path(await segments(trace, 4), "step", "AWS::Lambda::Function"), [
      "STEPFUNCTIONS StepFunctions",
      "traced StepFunctions::StateMachine",
      "step Lambda",
      "step Lambda::Function",
    ]);
  });

  it("ends at a state machine that does not", async () => {
    const trace = newTrace();
    const input = { stateMachineArn: arn("states", "stateMachine:untraced") };
    const { executionArn } = await within(SFNClient, trace).send(new StartExecutionCommand(input));
    const states = test.client(SFNClient);
    assert.ok(executionArn && states);
    for (let tries = 0; tries < 100; tries++) {
      const { status } = await test.cloud.call<{ status: string }>("states", "DescribeExecution", { executionArn });
      if (status !== "RUNNING") break;
      await sleep(20);
    }
    assert.deepEqual(
      (await segments(trace, 1)).map(({ origin }) => origin),
      ["AWS::StepFunctions"],
    );
  });

  it("is told of nowhere when it is not sampled", async () => {
    const quiet = newTrace();
    await within(SNSClient, quiet, 0).send(new PublishCommand({ TopicArn: arn("sns", "news"), Message: "hush" }));
    const loud = newTrace();
    const QueueUrl = `${test.origin}/000000000000/orders`;
    await within(SQSClient, loud).send(new SendMessageCommand({ QueueUrl, MessageBody: "hi" }));
    assert.equal((await segments(loud, 3)).length, 3);
    const { UnprocessedTraceIds } = await xray.batchGetTraces({ TraceIds: [quiet] });
    assert.deepEqual(UnprocessedTraceIds, [quiet]);
  });
});
