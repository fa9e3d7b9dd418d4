import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { refusal, TestEngine } from "../engine.ts";

describe("backups of tables", () => {
  let test: TestEngine;
  beforeEach(async () => {
    test = await TestEngine.open();
    await test.table("recoverable", "N", {
      AttributeDefinitions: [
        { AttributeName: "p", AttributeType: "S" },
        { AttributeName: "s", AttributeType: "N" },
        { AttributeName: "g", AttributeType: "S" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: "index",
          KeySchema: [{ AttributeName: "g", KeyType: "HASH" }],
          Projection: { ProjectionType: "ALL" },
        },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" },
      Tags: [{ Key: "a", Value: "1" }],
    });
    for (let page = 0; page < 20; page++) {
      const puts = Array.from({ length: 25 }, (_, i) => ({
        PutRequest: { Item: { p: { S: `${page}` }, s: { N: `${i}` }, g: { S: `${i % 2}` } } },
      }));
      await test.send("BatchWriteItem", { RequestItems: { recoverable: puts } });
    }
  });
  afterEach(() => test.close());

  async function backUp(BackupName: string): Promise<string> {
    const { BackupDetails } = await test.send("CreateBackup", { TableName: "recoverable", BackupName });
    const BackupArn = BackupDetails.BackupArn;
    const status = async () =>
      (await test.send("DescribeBackup", { BackupArn })).BackupDescription.BackupDetails.BackupStatus;
    while ((await status()) !== "AVAILABLE") await setTimeout(5);
    return BackupArn;
  }
  async function restored(TableName: string) {
    const table = async () => (await test.send("DescribeTable", { TableName })).Table;
    while ((await table()).TableStatus !== "ACTIVE") await setTimeout(5);
    return table();
  }

  it("have the table's items and indexes as they were, when it is gone, too", async () => {
    const BackupArn = await backUp("before");
    assert.match(BackupArn, /table\/recoverable\/backup\/\d{14}-[0-9a-f]{8}$/);
    await test.send("DeleteTable", { TableName: "recoverable" });
    const { BackupDescription } = await test.send("DescribeBackup", { BackupArn });
    assert.equal(BackupDescription.SourceTableDetails.ItemCount, 500);
    assert.equal(BackupDescription.SourceTableFeatureDetails.StreamDescription.StreamViewType, "KEYS_ONLY");

    const { TableDescription } = await test.send("RestoreTableFromBackup", { BackupArn, TargetTableName: "restored" });
    assert.equal(TableDescription.TableStatus, "CREATING");
    const table = await restored("restored");
    assert.deepEqual([table.ItemCount, table.GlobalSecondaryIndexes[0].ItemCount], [500, 500]);
    assert.equal(table.RestoreSummary.SourceBackupArn, BackupArn);
    assert.equal(table.RestoreSummary.RestoreInProgress, false);
    assert.equal(table.LatestStreamArn, undefined);
    assert.deepEqual(await test.send("ListTagsOfResource", { ResourceArn: table.TableArn }), { Tags: [] });
    const { Count } = await test.send("Query", {
      TableName: "restored",
      IndexName: "index",
      KeyConditionExpression: "g = :g",
      ExpressionAttributeValues: { ":g": { S: "0" } },
    });
    assert.equal(Count, 20 * 13);
  });

  it("are listed and deleted", async () => {
    const arns = [await backUp("first"), await backUp("second")].sort();
    const { BackupSummaries } = await test.send("ListBackups", { TableName: "recoverable" });
    assert.deepEqual(BackupSummaries.map(({ BackupArn }: { BackupArn: string }) => BackupArn).sort(), arns);
    const { LastEvaluatedBackupArn } = await test.send("ListBackups", { Limit: 1 });
    assert.ok(arns.includes(LastEvaluatedBackupArn));
    const [BackupArn] = arns;
    const deleted = await test.send("DeleteBackup", { BackupArn });
    assert.equal(deleted.BackupDescription.BackupDetails.BackupStatus, "DELETED");
    await assert.rejects(
      test.send("DescribeBackup", { BackupArn }),
      refusal(`Backup not found: ${BackupArn}`, "BackupNotFoundException"),
    );
    while (test.engine.tables.leftovers().length > 0) await setTimeout(5);
  });

  it("are not needed where there is point-in-time recovery, for what a table has now", async () => {
    const restore = (
      SourceTableName: string,
      TargetTableName: string,
      more: object = { UseLatestRestorableTime: true },
    ) => test.send("RestoreTableToPointInTime", { SourceTableName, TargetTableName, ...more });
    await restore("recoverable", "copy");
    assert.equal((await restored("copy")).ItemCount, 500);
    await assert.rejects(
      restore("recoverable", "copy"),
      refusal("Table already exists: copy", "TableAlreadyExistsException"),
    );
    await assert.rejects(restore("recoverable", "other", { RestoreDateTime: 1 }), refusal(/UseLatestRestorableTime/));
    await assert.rejects(restore("copy", "other"), { name: "PointInTimeRecoveryUnavailableException" });
    await assert.rejects(restore("none", "other"), refusal("Table not found: none", "TableNotFoundException"));
  });
});

describe("contributor insights", () => {
  it("are off, and on once somebody turns them on", async () => {
    const test = await TestEngine.open();
    try {
      await test.table("items");
      const status = async () =>
        (await test.send("DescribeContributorInsights", { TableName: "items" })).ContributorInsightsStatus;
      assert.equal(await status(), "DISABLED");
      const { ContributorInsightsStatus } = await test.send("UpdateContributorInsights", {
        TableName: "items",
        ContributorInsightsAction: "ENABLE",
      });
      assert.equal(ContributorInsightsStatus, "ENABLING");
      assert.equal(await status(), "ENABLED");
    } finally {
      await test.close();
    }
  });
});
