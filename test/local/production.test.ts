import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { KMS } from "@aws-sdk/client-kms";
import { copyProgram, Started } from "./support/started.ts";

/** The stack for production, as `Pulumi.prod.yaml` has it: only the account is another. */
describe("production on this machine", function () {
  this.timeout(300_000);
  let folder: string;
  let started: Started;
  let settings: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
  const output = (name: string) => new RegExp(`^  ${name} +(\\S+)`, "m").exec(started.printed)?.[1] as string;

  before(async () => {
    folder = copyProgram();
    const account = 'aws:allowedAccountIds=["000000000000"]';
    started = new Started(folder, ["--stack", "prod", "--config", account, "--watch", "off"]);
    await started.until(/^ready in/m);
    const [, endpoint] = /AWS_ENDPOINT_URL=(\S+)/.exec(started.printed) ?? [];
    settings = {
      endpoint: endpoint!,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    };
  });
  after(async () => {
    await started?.end("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });

  async function customerKey(): Promise<string> {
    const kms = new KMS(settings);
    const { Keys = [] } = await kms.listKeys({});
    const described = await Promise.all(Keys.map(({ KeyId }) => kms.describeKey({ KeyId })));
    return described.find(({ KeyMetadata }) => KeyMetadata?.Description === "Data and logs of the stack")!.KeyMetadata!
      .Arn!;
  }

  it("keeps its tables from deletion, encrypts them and all logs by the stack's key, and keeps logs for a year", async () => {
    const key = await customerKey();
    const { Table } = await new DynamoDB(settings).describeTable({ TableName: output("irisTableName") });
    assert.deepEqual([Table?.DeletionProtectionEnabled, Table?.SSEDescription?.KMSMasterKeyArn], [true, key]);
    const { logGroups = [] } = await new CloudWatchLogs(settings).describeLogGroups({
      logGroupNamePrefix: "/aws/lambda/",
    });
    assert.ok(logGroups.length > 20);
    const kept = new Set(logGroups.map(({ kmsKeyId, retentionInDays }) => `${kmsKeyId} ${retentionInDays}`));
    assert.deepEqual([...kept], [`${key} 365`]);
  });

  it("predicts: each role on the way has its right to the key, and none is refused", async () => {
    const measured = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };
    const answer = await fetch(output("irisUrl"), { method: "POST", body: JSON.stringify(measured) });
    assert.equal(answer.status, 201);
    const { id } = (await answer.json()) as { id: string };
    for (let tries = 0; ; tries++) {
      const record = (await (await fetch(`${output("irisUrl")}/${id}`)).json()) as { pred_target?: string };
      if (record.pred_target === "setosa") break;
      assert.ok(tries < 60, JSON.stringify(record));
      await sleep(1_000);
    }
    assert.doesNotMatch(started.printed, /may not kms:/);
  });

  it("asks those whom alarms tell", async () => {
    assert.match(started.printed, /mail to operators@example\.org: AWS Notification - Subscription Confirmation/);
  });
});
