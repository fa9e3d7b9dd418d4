import assert from "node:assert/strict";
import { DynamoDB, type ScalarAttributeType } from "@aws-sdk/client-dynamodb";
import { KMS } from "@aws-sdk/client-kms";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: "S" as ScalarAttributeType });
const keys = (AttributeName: string) => [{ AttributeName, KeyType: "HASH" as const }];
const units = (ReadCapacityUnits: number, WriteCapacityUnits: number) => ({ ReadCapacityUnits, WriteCapacityUnits });

describe("settings of DynamoDB tables", () => {
  let test: TestCloud;
  let dynamodb: DynamoDB;
  before(async () => {
    test = await startCloud();
    dynamodb = test.client(DynamoDB);
  });
  after(() => test.stop());

  const table = async (TableName: string) => (await dynamodb.describeTable({ TableName })).Table;
  const capacities = async (TableName: string) =>
    (await table(TableName))?.GlobalSecondaryIndexes?.map(({ IndexName, ProvisionedThroughput: one }) => [
      IndexName,
      one?.ReadCapacityUnits,
      one?.WriteCapacityUnits,
    ]);

  it("are the capacity of its indexes: made with it, changed, made later", async () => {
    const TableName = "provisioned";
    await dynamodb.createTable({
      TableName,
      AttributeDefinitions: [attribute("id"), attribute("kind")],
      KeySchema: keys("id"),
      ProvisionedThroughput: units(2, 1),
      GlobalSecondaryIndexes: [
        {
          IndexName: "kinds",
          KeySchema: keys("kind"),
          Projection: { ProjectionType: "ALL" },
          ProvisionedThroughput: units(1, 1),
        },
      ],
    });
    assert.deepEqual(await capacities(TableName), [["kinds", 1, 1]]);
    const { TableDescription } = await dynamodb.updateTable({
      TableName,
      GlobalSecondaryIndexUpdates: [{ Update: { IndexName: "kinds", ProvisionedThroughput: units(2, 3) } }],
    });
    assert.equal(TableDescription?.GlobalSecondaryIndexes?.[0]?.ProvisionedThroughput?.WriteCapacityUnits, 3);
    await dynamodb.updateTable({
      TableName,
      AttributeDefinitions: [attribute("id"), attribute("kind"), attribute("owner")],
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: "owners",
            KeySchema: keys("owner"),
            Projection: { ProjectionType: "KEYS_ONLY" },
            ProvisionedThroughput: units(5, 4),
          },
        },
      ],
    });
    assert.deepEqual(await capacities(TableName), [
      ["kinds", 2, 3],
      ["owners", 5, 4],
    ]);
    await dynamodb.updateTable({ TableName, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: "owners" } }] });
    assert.deepEqual(await capacities(TableName), [["kinds", 2, 3]]);
    await dynamodb.updateTable({ TableName, BillingMode: "PAY_PER_REQUEST" });
    assert.deepEqual(await capacities(TableName), [["kinds", 0, 0]]);
  });

  it("are its encryption, which is turned on and off, with a key by any of its names", async () => {
    const TableName = "encrypted";
    await dynamodb.createTable({
      TableName,
      AttributeDefinitions: [attribute("id")],
      KeySchema: keys("id"),
      BillingMode: "PAY_PER_REQUEST",
    });
    assert.equal((await table(TableName))?.SSEDescription, undefined);
    await dynamodb.updateTable({ TableName, SSESpecification: { Enabled: true } });
    const kms = test.client(KMS);
    const own = (await kms.describeKey({ KeyId: "alias/aws/dynamodb" })).KeyMetadata;
    const encrypted = { SSEType: "KMS", KMSMasterKeyArn: own?.Arn };
    assert.deepEqual((await table(TableName))?.SSEDescription, { Status: "ENABLED", ...encrypted });
    assert.deepEqual(
      [own?.KeyManager, own?.Description],
      ["AWS", "Default key that protects my DynamoDB data when no other key is defined"],
    );
    const givenUp = await dynamodb.updateTable({ TableName, SSESpecification: { Enabled: false } });
    assert.deepEqual(givenUp.TableDescription?.SSEDescription, { Status: "UPDATING", ...encrypted });
    assert.equal((await table(TableName))?.SSEDescription, undefined);
    const { KeyMetadata } = await kms.createKey({});
    await kms.createAlias({ AliasName: "alias/mine", TargetKeyId: KeyMetadata?.KeyId });
    for (const KMSMasterKeyId of ["alias/mine", KeyMetadata?.KeyId, KeyMetadata?.Arn]) {
      await dynamodb.updateTable({ TableName, SSESpecification: { Enabled: true, SSEType: "KMS", KMSMasterKeyId } });
      assert.equal((await table(TableName))?.SSEDescription?.KMSMasterKeyArn, KeyMetadata?.Arn);
    }
    await dynamodb.updateTable({ TableName, SSESpecification: { Enabled: false }, DeletionProtectionEnabled: true });
    const changed = await table(TableName);
    assert.deepEqual([changed?.SSEDescription, changed?.DeletionProtectionEnabled], [undefined, true]);
    await assert.rejects(dynamodb.updateTable({ TableName }), { name: "ValidationException" });
  });

  it("are a key that each read needs from its change on, over a restart, and no longer than the table has it", async () => {
    const TableName = "sealed";
    const kms = test.client(KMS);
    const KeyId = (await kms.createKey({})).KeyMetadata?.KeyId as string;
    const get = () => dynamodb.getItem({ TableName, Key: { id: { S: "1" } } });
    const refused = { name: "DisabledException" };
    await dynamodb.createTable({
      TableName,
      AttributeDefinitions: [attribute("id")],
      KeySchema: keys("id"),
      BillingMode: "PAY_PER_REQUEST",
    });
    const encrypted = { Enabled: true, SSEType: "KMS", KMSMasterKeyId: KeyId } as const;
    await dynamodb.updateTable({ TableName, SSESpecification: encrypted });
    await kms.disableKey({ KeyId });
    await assert.rejects(get(), refused);
    await test.stop({ keep: true });
    test = await startCloud({ directory: test.directory });
    dynamodb = test.client(DynamoDB);
    await assert.rejects(get(), refused);
    await dynamodb.updateTable({ TableName, SSESpecification: { Enabled: false } });
    assert.equal((await get()).Item, undefined);
  });

  it("are forgotten with the table", async () => {
    const TableName = "again";
    const input = {
      TableName,
      AttributeDefinitions: [attribute("id")],
      KeySchema: keys("id"),
      BillingMode: "PAY_PER_REQUEST" as const,
    };
    await dynamodb.createTable({ ...input, SSESpecification: { Enabled: true } });
    await dynamodb.deleteTable({ TableName });
    await dynamodb.createTable(input);
    assert.equal((await table(TableName))?.SSEDescription, undefined);
  });
});
