/** CreateTable, DeleteTable, DescribeTable and ListTables. */

import { tagMap } from "../../../kit/tags.ts";
import type { Engine } from "../engine.ts";
import { invalid, invalidParameter } from "../errors.ts";
import { tableOf } from "../names.ts";
import type {
  OnDemandThroughput,
  StreamDefinition,
  TableDefinition,
  Throughput,
  ViewType,
  WarmThroughput,
} from "./definition.ts";
import { describeTable } from "./describe.ts";
import {
  type AttributeElement,
  checkDefinitions,
  checkIndexes,
  checkIndexThroughput,
  type IndexInput,
  indexDefinition,
  type KeyElement,
  keyNames,
  keyTypes,
} from "./schema.ts";
import { checkTags, type Tag } from "./tags.ts";

type Json = Record<string, unknown>;

export interface StreamInput {
  StreamEnabled: boolean;
  StreamViewType?: ViewType;
}

export interface EncryptionInput {
  Enabled?: boolean;
  KMSMasterKeyId?: string;
}

/** Settings that CreateTable and UpdateTable take. */
export interface SettingsInput {
  TableName: string;
  BillingMode?: TableDefinition["billing"];
  ProvisionedThroughput?: Throughput;
  OnDemandThroughput?: OnDemandThroughput;
  WarmThroughput?: WarmThroughput;
  StreamSpecification?: StreamInput;
  SSESpecification?: EncryptionInput;
  TableClass?: string;
  DeletionProtectionEnabled?: boolean;
}

interface CreateInput extends SettingsInput {
  AttributeDefinitions: AttributeElement[];
  KeySchema: KeyElement[];
  LocalSecondaryIndexes?: IndexInput[];
  GlobalSecondaryIndexes?: IndexInput[];
  Tags?: Tag[];
}

export async function createTable(engine: Engine, input: CreateInput): Promise<Json> {
  const name = tableOf(input.TableName);
  const billing = input.BillingMode ?? "PROVISIONED";
  checkThroughput(billing, input.ProvisionedThroughput);
  const keys = keyNames(input.KeySchema);
  const attributes = keyTypes(input.AttributeDefinitions);
  for (const member of ["LocalSecondaryIndexes", "GlobalSecondaryIndexes"] as const) {
    if (input[member]?.length === 0) throw invalidParameter(`List of ${member} is empty`);
  }
  const made = (given: IndexInput[] = []) => given.map((one) => indexDefinition(one, engine.db.nextId()));
  const local = made(input.LocalSecondaryIndexes);
  const global = made(input.GlobalSecondaryIndexes);
  checkIndexes({ keys, local, global });
  checkIndexThroughput(global, billing);
  checkDefinitions(attributes, keys, [...local, ...global]);
  checkTags(input.Tags ?? []);
  const now = Date.now();
  const { StreamSpecification: stream, SSESpecification: encryption } = input;
  checkStream(stream);
  const encrypted = encryption?.Enabled ? await encryptionOf(engine, encryption) : undefined;
  engine.tables.checkFree(name);
  const table = engine.db.transaction(() =>
    engine.tables.create({
      name,
      created: now / 1000,
      attributes,
      keys,
      billing,
      ...(billing === "PAY_PER_REQUEST" && { onDemandSince: now / 1000 }),
      throughput: input.ProvisionedThroughput ?? { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
      ...(input.OnDemandThroughput && { onDemand: input.OnDemandThroughput }),
      ...(input.WarmThroughput && { warm: input.WarmThroughput }),
      local,
      global,
      ...(stream?.StreamEnabled && { stream: newStream(engine, name, keys, stream.StreamViewType as ViewType) }),
      ...(encrypted && { encryption: encrypted }),
      ...(input.TableClass && { tableClass: input.TableClass }),
      protected: input.DeletionProtectionEnabled ?? false,
      tags: tagMap(input.Tags),
    }),
  );
  return { TableDescription: describeTable(table, engine.around.names, "CREATING") };
}

export function deleteTable(engine: Engine, { TableName }: { TableName: string }): Json {
  const table = engine.tables.existing(TableName);
  if (table.definition.protected) {
    throw invalid(
      "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
    );
  }
  const { stream } = table.definition;
  const description = describeTable(table, engine.around.names, "DELETING");
  engine.db.transaction(() => {
    if (stream && stream.ended === undefined) engine.streams.end(stream);
    engine.tables.delete(table);
    // Tokens of transactions are of no use any more.
    if (engine.tables.all().length === 0) engine.db.prepare("DELETE FROM tokens").run();
  });
  engine.background.clear();
  return { TableDescription: description };
}

export function describe(engine: Engine, { TableName }: { TableName: string }): Json {
  return { Table: describeTable(engine.tables.existing(TableName), engine.around.names) };
}

export function listTables(engine: Engine, input: { ExclusiveStartTableName?: string; Limit?: number }): Json {
  const { ExclusiveStartTableName: start = "", Limit = 100 } = input;
  const names = engine.tables
    .all()
    .map(({ name }) => name)
    .filter((name) => name > start);
  const TableNames = names.slice(0, Limit);
  return {
    TableNames,
    ...(names.length > Limit && { LastEvaluatedTableName: TableNames.at(-1) }),
  };
}

/** The capacity must be given where it is provisioned, and only there. */
export function checkThroughput(billing: string, throughput: Throughput | undefined): void {
  if (billing === "PROVISIONED" && !throughput) {
    throw invalidParameter(
      "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
    );
  }
  if (billing === "PAY_PER_REQUEST" && throughput) {
    throw invalidParameter(
      "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
    );
  }
}

export function checkStream(stream: StreamInput | undefined): void {
  if (stream?.StreamEnabled && !stream.StreamViewType) {
    throw invalidParameter("StreamViewType must be specified when StreamEnabled is true");
  }
  if (stream && !stream.StreamEnabled && stream.StreamViewType) {
    throw invalidParameter("StreamViewType cannot be specified when StreamEnabled is false");
  }
}

/** A stream that begins now. */
export function newStream(
  { db, streams }: Engine,
  table: string,
  keys: TableDefinition["keys"],
  view: ViewType,
): StreamDefinition {
  const label = () => new Date(created).toISOString().slice(0, -1);
  let created = Date.now();
  // Two streams of one table have two names.
  while (streams.find(table, label())) created++;
  const stream = { id: db.nextId(), table, keys, label: label(), view, created };
  streams.save(stream);
  return stream;
}

/** @returns what descriptions say of it. Without a key it is DynamoDB's own of the account. */
export async function encryptionOf(
  { around }: Engine,
  { KMSMasterKeyId: id = "alias/aws/dynamodb" }: EncryptionInput,
): Promise<{ SSEType: string; KMSMasterKeyArn: string }> {
  return { SSEType: "KMS", KMSMasterKeyArn: await around.keyArn(id) };
}
