import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { DescribeServicesCommand, ECSClient, ListClustersCommand, ListServicesCommand } from "@aws-sdk/client-ecs";
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { RunningProgram } from "pulumi-local/testing";

const entry = "containers/predictor/main.ts";
export const images = { "*/seeds-predictor*": ["node", entry] };
const setosa = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };

/**
 * A pipeline with compute `fargate`, as a program makes it: network, image, service, scaling, on a local cloud whose alarms'
 * and cooldowns' minute lasts a second.
 */
export function containerSuite(platform: () => { running: RunningProgram; outputs: Record<string, string> }): void {
  let running: RunningProgram;
  let outputs: Record<string, string>;
  before(() => {
    ({ running, outputs } = platform());
  });

  async function inTime<Value>(what: string, look: () => Promise<Value | undefined | false>): Promise<Value> {
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) {
      const found = await look();
      if (found) return found;
    }
    throw new Error(`${what}: not within its time`);
  }

  let made = 0;
  const post = async () => {
    const body = JSON.stringify({ ...setosa, sepal_length: setosa.sepal_length + ++made / 10_000 });
    const response = await fetch(outputs.seedsUrl!, { method: "POST", body });
    assert.equal(response.status, 201);
    return ((await response.json()) as { id: string }).id;
  };
  const items = async () => {
    const { Items = [] } = await running.test
      .client(DynamoDBClient)
      .send(new ScanCommand({ TableName: outputs.seedsTableName }));
    return new Map(Items.map((item) => [item.id?.S, item.pred_target?.S]));
  };
  const allPredicted = (ids: string[]) =>
    inTime("all predicted", async () => {
      const found = await items();
      return ids.every((id) => found.get(id) === "setosa") && found;
    });
  const waiting = async (QueueUrl: string) => {
    const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
    const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] });
    const { Attributes = {} } = await running.test.client(SQSClient).send(asked);
    return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
  };
  const service = async () => {
    const ecs = running.test.client(ECSClient);
    const { clusterArns: [cluster] = [] } = await ecs.send(new ListClustersCommand({}));
    const { serviceArns: services } = await ecs.send(new ListServicesCommand({ cluster }));
    return (await ecs.send(new DescribeServicesCommand({ cluster, services }))).services![0]!;
  };
  /** Processes of the containers, which are children of this one. */
  const containers = (): number[] =>
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        try {
          const [, fields = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(/\) (?!.*\) )/);
          const [state, parent] = fields.split(" ");
          const isOurs = Number(parent) === process.pid && state !== "Z";
          return isOurs && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(entry);
        } catch {
          return false;
        }
      });

  it("runs none as long as there is nothing to predict", async () => {
    const { desiredCount, runningCount } = await service();
    assert.deepEqual([desiredCount, runningCount, containers().length], [0, 0, 0]);
  });

  it("starts one for what is posted, which writes each record once, with its prediction", async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, post));
    const malformed = new SendMessageCommand({ QueueUrl: outputs.seedsRecordQueueUrl, MessageBody: "{}" });
    await running.test.client(SQSClient).send(malformed);
    await allPredicted(ids);
    await inTime("poison in the failure queue", async () => (await waiting(outputs.seedsFailureQueueUrl!)) === 1);
    const { Messages = [] } = await running.test
      .client(SQSClient)
      .send(new ReceiveMessageCommand({ QueueUrl: outputs.seedsFailureQueueUrl, VisibilityTimeout: 0 }));
    assert.match(JSON.parse(Messages[0]!.Body!).reason, /The message is not a record/);
    await inTime("its log", async () => {
      const asked = new FilterLogEventsCommand({
        logGroupName: outputs.seedsLogGroup,
        filterPattern: '"model loaded"',
      });
      const { events = [] } = await running.test.client(CloudWatchLogsClient).send(asked);
      return events.some(({ logStreamName }) => logStreamName?.startsWith("predict/predictor/"));
    });
  });

  it("loses nothing, and predicts nothing twice, when its process is killed in the middle of its work", async () => {
    const [victim] = await inTime("a container", async () => containers().length > 0 && containers());
    const before = (await items()).size;
    const posts = Promise.all(Array.from({ length: 150 }, post));
    await inTime("the first of them", async () => (await items()).size > before);
    process.kill(victim!, "SIGKILL");
    const found = await allPredicted(await posts);
    assert.equal(found.size, before + 150);
    assert.ok(!containers().includes(victim!));
    await inTime("an empty queue", async () => (await waiting(outputs.seedsRecordQueueUrl!)) === 0);
    assert.equal(await waiting(outputs.seedsFailureQueueUrl!), 1);
  });

  it("ends the last one gracefully when there has been nothing to do for a while", async () => {
    await inTime("no container", async () => containers().length === 0 && (await service()).desiredCount === 0);
    const { events = [] } = await service();
    assert.match(events.map(({ message }) => message).join("\n"), /has stopped 1 running tasks/);
    await inTime("its last word", async () => {
      const asked = new FilterLogEventsCommand({ logGroupName: outputs.seedsLogGroup, filterPattern: '"stopped"' });
      const { events: said = [] } = await running.test.client(CloudWatchLogsClient).send(asked);
      return said.length > 0;
    });
  });
}
