/** UpdateTable: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html */
import type { Engine } from "../engine.ts";
import { AwsError, invalid, invalidParameter } from "../errors.ts";
import { namesOf } from "../items/keys.ts";
import { checkStream, checkThroughput, encryptionOf, newStream, type SettingsInput } from "./create.ts";
import type { IndexDefinition, TableDefinition, Throughput, ViewType, WarmThroughput } from "./definition.ts";
import { describeTable } from "./describe.ts";
import {
  type AttributeElement,
  checkDefinitions,
  checkIndexes,
  checkIndexThroughput,
  type IndexInput,
  indexDefinition,
  keyTypes,
  unwantedThroughput,
} from "./schema.ts";

type Json = Record<string, unknown>;

interface IndexUpdate {
  Create?: IndexInput;
  Update?: {
    IndexName: string;
    ProvisionedThroughput?: Throughput;
    OnDemandThroughput?: object;
    WarmThroughput?: WarmThroughput;
  };
  Delete?: { IndexName: string };
}

interface UpdateInput extends SettingsInput {
  AttributeDefinitions?: AttributeElement[];
  GlobalSecondaryIndexUpdates?: IndexUpdate[];
}

export async function updateTable(engine: Engine, input: UpdateInput): Promise<Json> {
  const asked = Object.keys(input).filter((member) => member !== "TableName" && member !== "AttributeDefinitions");
  if (asked.length === 0) {
    throw invalid(
      "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required",
    );
  }
  checkStream(input.StreamSpecification);
  const { SSESpecification: encryption } = input;
  const encrypted = encryption?.Enabled ? await encryptionOf(engine, encryption) : undefined;
  const table = engine.tables.existing(input.TableName);
  const { encryption: before } = table.definition;
  engine.db.transaction(() => {
    let definition = withCapacity(table.definition, input);
    definition = withIndexes(engine, definition, input);
    // What was paid by the request has no capacity yet.
    const isNew = definition.billing === "PROVISIONED" && table.definition.billing !== "PROVISIONED";
    if (isNew) checkIndexThroughput(definition.global, definition.billing);
    definition = withStream(engine, definition, input);
    if (encryption) {
      const { encryption: _, ...rest } = definition;
      definition = { ...rest, ...(encrypted && { encryption: encrypted }) };
    }
    if (input.TableClass) definition = { ...definition, tableClass: input.TableClass };
    if (input.DeletionProtectionEnabled !== undefined) {
      definition = { ...definition, protected: input.DeletionProtectionEnabled };
    }
    engine.tables.save(table, definition);
  });
  engine.background.fill(table);
  engine.background.clear();
  const TableDescription = describeTable(table, engine.around.names, "UPDATING");
  // The key is still told that a table is about to give up.
  const givenUp = encryption && !encrypted && before;
  return {
    TableDescription: { ...TableDescription, ...(givenUp && { SSEDescription: { Status: "UPDATING", ...before } }) },
  };
}

function withCapacity(definition: TableDefinition, input: UpdateInput): TableDefinition {
  const { BillingMode: billing = definition.billing, ProvisionedThroughput: given } = input;
  const changed = { ...definition, billing };
  if (input.OnDemandThroughput) changed.onDemand = input.OnDemandThroughput;
  if (input.WarmThroughput) changed.warm = { ...definition.warm, ...input.WarmThroughput };
  const now = Date.now() / 1000;
  if (billing === "PAY_PER_REQUEST") {
    if (given) checkThroughput(billing, given);
    if (definition.billing !== billing) changed.onDemandSince = now;
    return changed;
  }
  if (definition.billing !== billing) checkThroughput(billing, given);
  if (!given) return changed;
  const { ReadCapacityUnits: read, WriteCapacityUnits: write } = definition.throughput;
  if (definition.billing === billing && given.ReadCapacityUnits === read && given.WriteCapacityUnits === write) {
    throw invalid(
      `The provisioned throughput for the table will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the table: ${read}. Requested ReadCapacityUnits: ${read}. Current WriteCapacityUnits provisioned for the table: ${write}. Requested WriteCapacityUnits: ${write}. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.`,
    );
  }
  changed.throughput = changedThroughput(definition.throughput, given, now);
  return changed;
}

function changedThroughput(before: Throughput, given: Throughput, now: number): Throughput {
  const { ReadCapacityUnits, WriteCapacityUnits } = given;
  const up = ReadCapacityUnits > before.ReadCapacityUnits || WriteCapacityUnits > before.WriteCapacityUnits;
  const down = ReadCapacityUnits < before.ReadCapacityUnits || WriteCapacityUnits < before.WriteCapacityUnits;
  return {
    ...before,
    ReadCapacityUnits,
    WriteCapacityUnits,
    ...(up && { LastIncreaseDateTime: now }),
    ...(down && { LastDecreaseDateTime: now }),
  };
}

function withIndexes(engine: Engine, definition: TableDefinition, input: UpdateInput): TableDefinition {
  const { GlobalSecondaryIndexUpdates: updates = [], AttributeDefinitions } = input;
  if (updates.length === 0 && !AttributeDefinitions) return definition;
  if (updates.filter(({ Update }) => !Update).length > 1) {
    throw new AwsError(
      "LimitExceededException",
      "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
      400,
    );
  }
  let global = [...definition.global];
  for (const { Create, Update, Delete } of updates) {
    if ([Create, Update, Delete].filter(Boolean).length !== 1) {
      throw invalidParameter(
        "One of GlobalSecondaryIndexUpdate's members Create, Update or Delete is required, and only one",
      );
    }
    if (Create) {
      if (global.some(({ name }) => name === Create.IndexName)) {
        throw invalidParameter("Attempting to create an index which already exists");
      }
      global.push({ ...indexDefinition(Create, engine.db.nextId()), filling: true });
    } else {
      const { IndexName } = (Update ?? Delete) as { IndexName: string };
      if (!global.some(({ name }) => name === IndexName)) {
        throw new AwsError("ResourceNotFoundException", "Requested resource not found", 400);
      }
      if (Update?.ProvisionedThroughput && definition.billing === "PAY_PER_REQUEST") {
        throw invalidParameter(unwantedThroughput(IndexName));
      }
      if (Delete) global = global.filter(({ name }) => name !== IndexName);
      else global = global.map((one) => (one.name === IndexName ? changedIndex(one, Update ?? {}) : one));
    }
  }
  const attributes = { ...definition.attributes, ...keyTypes(AttributeDefinitions ?? []) };
  const keys = [definition.keys, ...[...global, ...definition.local].map((one) => one.keys)];
  const used = new Set(keys.flatMap(namesOf));
  const kept = Object.fromEntries(Object.entries(attributes).filter(([name]) => used.has(name)));
  checkIndexes({ ...definition, global });
  // What the others have was checked when they were made.
  const made = global.filter((one) => !definition.global.some(({ id }) => id === one.id));
  checkIndexThroughput(made, definition.billing);
  checkDefinitions(kept, definition.keys, [...definition.local, ...global]);
  return { ...definition, global, attributes: kept };
}

function changedIndex(
  index: IndexDefinition,
  update: Omit<NonNullable<IndexUpdate["Update"]>, "IndexName">,
): IndexDefinition {
  const { ProvisionedThroughput: given, OnDemandThroughput, WarmThroughput } = update;
  const none = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };
  return {
    ...index,
    ...(given && { throughput: changedThroughput(index.throughput ?? none, given, Date.now() / 1000) }),
    ...(OnDemandThroughput && { onDemand: OnDemandThroughput }),
    ...(WarmThroughput && { warm: { ...index.warm, ...WarmThroughput } }),
  };
}

function withStream(engine: Engine, definition: TableDefinition, input: UpdateInput): TableDefinition {
  const { StreamSpecification: asked } = input;
  if (!asked) return definition;
  const { stream, name, keys } = definition;
  const enabled = stream !== undefined && stream.ended === undefined;
  if (asked.StreamEnabled) {
    if (enabled) throw invalid(`Table already has an enabled stream: TableName: ${name}`);
    return { ...definition, stream: newStream(engine, name, keys, asked.StreamViewType as ViewType) };
  }
  if (!enabled) throw invalid(`Table has no stream to disable: TableName: ${name}`);
  return { ...definition, stream: engine.streams.end(stream) };
}
