import assert from "node:assert/strict";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as events from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import * as lambda from "@aws-sdk/client-lambda";
import * as s3 from "@aws-sdk/client-s3";
import * as scheduler from "@aws-sdk/client-scheduler";
import * as sns from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import type { Mail } from "../src/mail.ts";
import { startCloud, type TestCloud } from "../testing/cloud.ts";
import { zip } from "../testing/lambda.ts";

const [home, away] = ["us-east-1", "eu-west-1"] as const;
const account = "000000000000";

/** What AWS lets go from one region to another, what not, and that what runs in another region goes on after a restart. */
describe("between regions", function () {
  this.timeout(120_000);
  let test: TestCloud;
  const client = <Client>(type: new (config: never) => Client, region: string) =>
    test.client(type, { config: { region } });
  const queueArn = (region: string, name: string) => `arn:aws:sqs:${region}:${account}:${name}`;
  const QueueUrl = (name: string) => `${test.origin}/${account}/${name}`;

  before(async () => {
    test = await startCloud({ region: home });
  });
  after(() => test.stop());

  /** A queue into which that service may write. */
  async function makeQueue(region: string, QueueName: string, Service: string): Promise<void> {
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Principal: { Service }, Action: "sqs:SendMessage", Resource: "*" },
    });
    await client(sqs.SQSClient, region).send(new sqs.CreateQueueCommand({ QueueName, Attributes: { Policy } }));
  }

  /** The next message of that queue; waits for it. */
  async function received(region: string, name: string): Promise<string | undefined> {
    const answer = await client(sqs.SQSClient, region).send(
      new sqs.ReceiveMessageCommand({ QueueUrl: QueueUrl(name), WaitTimeSeconds: 20 }),
    );
    return answer.Messages?.[0]?.Body;
  }

  async function makeRole(RoleName: string, Service: string, Action: string | string[]): Promise<string> {
    const document = (Statement: object) => JSON.stringify({ Version: "2012-10-17", Statement });
    const iam = client(IAMClient, home);
    const trusted = document({ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trusted }));
    const PolicyDocument = document({ Effect: "Allow", Action, Resource: "*" });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "may", PolicyDocument }));
    return Role?.Arn as string;
  }

  describe("goes", () => {
    it("a topic's message, to a queue of another region", async () => {
      await makeQueue(away, "letters", "sns.amazonaws.com");
      const topics = client(sns.SNSClient, home);
      const { TopicArn } = await topics.send(new sns.CreateTopicCommand({ Name: "letters" }));
      await topics.send(
        new sns.SubscribeCommand({
          TopicArn,
          Protocol: "sqs",
          Endpoint: queueArn(away, "letters"),
          Attributes: { RawMessageDelivery: "true" },
        }),
      );
      await topics.send(new sns.PublishCommand({ TopicArn, Message: "from afar" }));
      assert.equal(await received(away, "letters"), "from afar");
    });

    it("an event, to a bus of another region, as an event of the region that it comes from", async () => {
      await makeQueue(away, "arrived", "events.amazonaws.com");
      const role = await makeRole("crossing", "events.amazonaws.com", "events:PutEvents");
      const [here, there] = [client(events.EventBridgeClient, home), client(events.EventBridgeClient, away)];
      const rule = { Name: "crossing", EventPattern: JSON.stringify({ source: ["crossing"] }) };
      await here.send(new events.PutRuleCommand(rule));
      const bus = `arn:aws:events:${away}:${account}:event-bus/default`;
      await here.send(
        new events.PutTargetsCommand({ Rule: rule.Name, Targets: [{ Id: "bus", Arn: bus, RoleArn: role }] }),
      );
      await there.send(new events.PutRuleCommand(rule));
      await there.send(
        new events.PutTargetsCommand({ Rule: rule.Name, Targets: [{ Id: "q", Arn: queueArn(away, "arrived") }] }),
      );
      const entry = { Source: "crossing", DetailType: "t", Detail: "{}" };
      await here.send(new events.PutEventsCommand({ Entries: [entry] }));
      assert.deepEqual(JSON.parse((await received(away, "arrived")) ?? "{}").source, "crossing");
    });

    it("a mail, to the one mailbox of the account", async () => {
      const from = "sender@twin.example";
      const there = test.cloud.in(away);
      await there.call("ses", "CreateEmailIdentity", { EmailIdentity: "twin.example" });
      await there.call("ses", "SendEmail", {
        FromEmailAddress: from,
        Destination: { ToAddresses: ["anna@example.org"] },
        Content: { Simple: { Subject: { Data: "from afar" }, Body: { Text: { Data: "b" } } } },
      });
      const mails = test.cloud.store.collection<Mail>("mail").values();
      assert.deepEqual(
        mails.map((mail) => [mail.from, mail.subject]),
        [[from, "from afar"]],
      );
    });

    it("an object's event, to its bucket's region", async () => {
      await makeQueue(away, "objects", "s3.amazonaws.com");
      const there = client(s3.S3Client, away);
      const CreateBucketConfiguration = { LocationConstraint: away };
      await there.send(new s3.CreateBucketCommand({ Bucket: "told", CreateBucketConfiguration }));
      const NotificationConfiguration = {
        QueueConfigurations: [{ QueueArn: queueArn(away, "objects"), Events: ["s3:ObjectCreated:*" as const] }],
      };
      await there.send(new s3.PutBucketNotificationConfigurationCommand({ Bucket: "told", NotificationConfiguration }));
      await received(away, "objects");
      await there.send(new s3.PutObjectCommand({ Bucket: "told", Key: "k", Body: "v" }));
      const { Records } = JSON.parse((await received(away, "objects")) ?? "{}");
      assert.deepEqual([Records[0].awsRegion, Records[0].s3.object.key], [away, "k"]);
    });
  });

  describe("does not go", () => {
    it("an event, to a queue of another region", async () => {
      const here = client(events.EventBridgeClient, home);
      await here.send(new events.PutRuleCommand({ Name: "stays", EventPattern: JSON.stringify({ source: ["s"] }) }));
      const Targets = [{ Id: "q", Arn: queueArn(away, "letters") }];
      await assert.rejects(here.send(new events.PutTargetsCommand({ Rule: "stays", Targets })), {
        name: "ValidationException",
        message: `Parameter ${queueArn(away, "letters")} is not valid. Reason: Provided Arn is not in correct format.`,
      });
    });

    it("a queue's message, to a function of another region", async () => {
      const mapping = { EventSourceArn: queueArn(away, "letters"), FunctionName: "any" };
      await assert.rejects(
        client(lambda.LambdaClient, home).send(new lambda.CreateEventSourceMappingCommand(mapping)),
        { name: "InvalidParameterValueException", message: `Event source region must match Lambda region ${home}.` },
      );
    });

    it("an alarm, to a topic of another region", async () => {
      const alarm = {
        AlarmName: "a",
        Namespace: "n",
        MetricName: "m",
        Statistic: "Sum" as const,
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: "GreaterThanThreshold" as const,
        AlarmActions: [`arn:aws:sns:${away}:${account}:t`],
      };
      await assert.rejects(
        client(cloudwatch.CloudWatchClient, home).send(new cloudwatch.PutMetricAlarmCommand(alarm)),
        {
          name: "ValidationError",
          message: `Invalid region ${away} specified. Only ${home} is supported.`,
        },
      );
    });

    it("an object's event, to a queue of another region than its bucket's", async () => {
      await client(s3.S3Client, home).send(new s3.CreateBucketCommand({ Bucket: "mute" }));
      const NotificationConfiguration = {
        QueueConfigurations: [{ QueueArn: queueArn(away, "objects"), Events: ["s3:ObjectCreated:*" as const] }],
      };
      const put = new s3.PutBucketNotificationConfigurationCommand({ Bucket: "mute", NotificationConfiguration });
      await assert.rejects(client(s3.S3Client, home).send(put), {
        name: "InvalidArgument",
        message: "The notification destination service region is not valid for the bucket location constraint",
      });
    });

    it("code, from a bucket of another region, or as a layer of one", async () => {
      const Role = await makeRole("coded", "lambda.amazonaws.com", "s3:*");
      const make = (Code: lambda.FunctionCode, Layers: string[] = []) =>
        client(lambda.LambdaClient, home).send(
          new lambda.CreateFunctionCommand({
            FunctionName: "coded",
            Runtime: "nodejs24.x",
            Handler: "index.handler",
            Role,
            Code,
            Layers,
          }),
        );
      const message = `Error occurred while GetObject. S3 Error Code: PermanentRedirect. S3 Error Message: The bucket is in this region: ${away}. Please use this region to retry the request`;
      await assert.rejects(make({ S3Bucket: "told", S3Key: "k" }), { name: "InvalidParameterValueException", message });
      const layer = `arn:aws:lambda:${away}:${account}:layer:l:1`;
      await assert.rejects(make({ ZipFile: zip({ "index.mjs": "" }) }, [layer]), {
        name: "InvalidParameterValueException",
        message: `Layers are not in the same region as the function. Layers are expected to be in region ${home}.`,
      });
    });
  });

  it("nothing is forgotten: schedules and mappings of another region go on after a restart", async () => {
    await makeQueue(away, "due", "scheduler.amazonaws.com");
    await makeQueue(away, "work", "nobody.amazonaws.com");
    const functions = client(lambda.LambdaClient, away);
    const reader = await makeRole("reader", "lambda.amazonaws.com", ["sqs:*", "logs:*"]);
    await functions.send(
      new lambda.CreateFunctionCommand({
        FunctionName: "worker",
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Role: reader,
        Code: { ZipFile: zip({ "index.mjs": "export const handler = async () => {};" }) },
      }),
    );
    await functions.send(
      new lambda.CreateEventSourceMappingCommand({ EventSourceArn: queueArn(away, "work"), FunctionName: "worker" }),
    );
    const RoleArn = await makeRole("scheduling", "scheduler.amazonaws.com", "sqs:SendMessage");
    await client(scheduler.SchedulerClient, away).send(
      new scheduler.CreateScheduleCommand({
        Name: "soon",
        ScheduleExpression: `at(${new Date(Date.now() + 4_000).toISOString().slice(0, 19)})`,
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: { Arn: queueArn(away, "due"), RoleArn, Input: '"it is time"' },
      }),
    );
    await test.stop({ keep: true });
    test = await startCloud({ region: home, directory: test.directory });

    assert.equal(await received(away, "due"), '"it is time"');
    const queues = client(sqs.SQSClient, away);
    await queues.send(new sqs.SendMessageCommand({ QueueUrl: QueueUrl("work"), MessageBody: "m" }));
    const AttributeNames: sqs.QueueAttributeName[] = [
      "ApproximateNumberOfMessages",
      "ApproximateNumberOfMessagesNotVisible",
    ];
    const left = async () => {
      const asked = new sqs.GetQueueAttributesCommand({ QueueUrl: QueueUrl("work"), AttributeNames });
      const { Attributes = {} } = await queues.send(asked);
      return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
    };
    const groups = async (region: string) => {
      const input = { logGroupNamePrefix: "/aws/lambda/worker" };
      const { logGroups } = await test.cloud
        .in(region)
        .call<{ logGroups: object[] }>("logs", "DescribeLogGroups", input);
      return logGroups.length;
    };
    // A function's log is written a moment after it has answered.
    while ((await left()) > 0 || (await groups(away)) === 0) await new Promise((done) => setTimeout(done, 50));
    assert.equal(await groups(home), 0);
  });
});
