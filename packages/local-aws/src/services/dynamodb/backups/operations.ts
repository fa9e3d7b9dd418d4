/** CreateBackup and what follows: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/BackupRestore.html */
import type { Engine } from "../engine.ts";
import { AwsError, invalid, noTableToBackUp } from "../errors.ts";
import { tableOf } from "../names.ts";
import { ItemRows } from "../storage/rows.ts";
import type { IndexDefinition, RestoreSource, TableDefinition, Throughput } from "../tables/definition.ts";
import { describeTable, keySchema } from "../tables/describe.ts";
import type { Table } from "../tables/table.ts";
import type { Backup } from "./backups.ts";
import { copyFrom, copyInto } from "./copying.ts";

type Json = Record<string, unknown>;

export function createBackup(engine: Engine, input: { TableName: string; BackupName: string }): Json {
  const table = engine.tables.find(input.TableName);
  if (!table) throw noTableToBackUp(tableOf(input.TableName));
  const backup = engine.backups.create(input.BackupName, table.definition, engine.around.names.table(table.name));
  engine.background.go(copyInto(engine, table, backup));
  return { BackupDetails: details(engine, backup) };
}

function details({ backups }: Engine, backup: Backup, status = backup.copying ? "CREATING" : "AVAILABLE"): Json {
  return {
    BackupArn: backup.arn,
    BackupName: backup.name,
    BackupSizeBytes: backups.rows(backup).counts.read().bytes,
    BackupStatus: status,
    BackupType: "USER",
    BackupCreationDateTime: backup.created,
  };
}

function description(engine: Engine, backup: Backup, status?: string): Json {
  const { table } = backup;
  const { items, bytes } = engine.backups.rows(backup).counts.read();
  const index = (one: IndexDefinition) => ({
    IndexName: one.name,
    KeySchema: keySchema(one),
    Projection: {
      ProjectionType: one.projection.type,
      ...(one.projection.attributes && { NonKeyAttributes: one.projection.attributes }),
    },
  });
  const capacity = ({ ReadCapacityUnits, WriteCapacityUnits }: Throughput) => ({
    ReadCapacityUnits,
    WriteCapacityUnits,
  });
  const none = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };
  return {
    BackupDetails: details(engine, backup, status),
    SourceTableDetails: {
      TableName: table.name,
      TableId: table.uuid,
      TableArn: backup.tableArn,
      TableSizeBytes: bytes,
      ItemCount: items,
      KeySchema: keySchema(table),
      TableCreationDateTime: table.created,
      ProvisionedThroughput: capacity(table.throughput),
      BillingMode: table.billing,
    },
    SourceTableFeatureDetails: {
      ...(table.local.length > 0 && { LocalSecondaryIndexes: table.local.map(index) }),
      ...(table.global.length > 0 && {
        GlobalSecondaryIndexes: table.global.map((one) => ({
          ...index(one),
          ProvisionedThroughput: capacity(one.throughput ?? none),
        })),
      }),
      ...(table.stream?.ended === undefined &&
        table.stream && { StreamDescription: { StreamEnabled: true, StreamViewType: table.stream.view } }),
      ...(table.ttl && {
        TimeToLiveDescription: { TimeToLiveStatus: "ENABLED", AttributeName: table.ttl.attribute },
      }),
      ...(table.encryption && { SSEDescription: { Status: "ENABLED", ...table.encryption } }),
    },
  };
}

export function describeBackup(engine: Engine, { BackupArn }: { BackupArn: string }): Json {
  return { BackupDescription: description(engine, engine.backups.get(BackupArn)) };
}

export function deleteBackup(engine: Engine, { BackupArn }: { BackupArn: string }): Json {
  const backup = engine.backups.get(BackupArn);
  if (isSource(engine, backup)) {
    throw new AwsError("BackupInUseException", `Backup is being used to restore a table: ${BackupArn}`, 400);
  }
  const BackupDescription = description(engine, backup, "DELETED");
  engine.backups.delete(backup);
  engine.background.clear();
  return { BackupDescription };
}

const isSource = ({ tables }: Engine, { id }: Backup) =>
  tables.all().some(({ definition }) => definition.restored?.rows === id);

interface ListInput {
  TableName?: string;
  Limit?: number;
  TimeRangeLowerBound?: number;
  TimeRangeUpperBound?: number;
  ExclusiveStartBackupArn?: string;
  BackupType?: string;
}

export function listBackups(engine: Engine, input: ListInput): Json {
  const { TableName, Limit = 100, ExclusiveStartBackupArn: start, BackupType = "ALL" } = input;
  const { TimeRangeLowerBound: from = 0, TimeRangeUpperBound: to = Number.POSITIVE_INFINITY } = input;
  const all = ["ALL", "USER"].includes(BackupType) ? engine.backups.all() : [];
  const wanted = all.filter(
    ({ table, created }) =>
      (TableName === undefined || table.name === tableOf(TableName)) && created >= from && created < to,
  );
  const first = start === undefined ? 0 : wanted.findIndex(({ arn }) => arn === start) + 1;
  const page = wanted.slice(first, first + Limit);
  return {
    BackupSummaries: page.map((backup) => ({
      ...details(engine, backup),
      TableName: backup.table.name,
      TableId: backup.table.uuid,
      TableArn: backup.tableArn,
    })),
    ...(first + Limit < wanted.length && { LastEvaluatedBackupArn: page.at(-1)?.arn }),
  };
}

interface RestoreInput {
  TargetTableName: string;
  BillingModeOverride?: TableDefinition["billing"];
  ProvisionedThroughputOverride?: Throughput;
}

export function restoreFromBackup(engine: Engine, input: RestoreInput & { BackupArn: string }): Json {
  const backup = engine.backups.get(input.BackupArn);
  if (backup.copying) {
    throw new AwsError("BackupInUseException", `Backup is being created: ${input.BackupArn}`, 400);
  }
  return restored(engine, input, backup.table, { rows: backup.id, table: backup.tableArn, backup: backup.arn });
}

interface PointInput extends RestoreInput {
  SourceTableName?: string;
  SourceTableArn?: string;
  UseLatestRestorableTime?: boolean;
}

export function restoreToPointInTime(engine: Engine, input: PointInput): Json {
  const { names, isRecoverable } = engine.around;
  const name = tableOf(input.SourceTableName ?? input.SourceTableArn ?? "");
  const table = engine.tables.find(name);
  if (!table) throw noTableToBackUp(name);
  if (!isRecoverable(name)) {
    throw new AwsError(
      "PointInTimeRecoveryUnavailableException",
      `Point in time recovery is not enabled for table '${name}'`,
      400,
    );
  }
  if (input.UseLatestRestorableTime !== true) {
    throw invalid(
      "RestoreDateTime: the local cloud restores a table as it is now; set UseLatestRestorableTime instead",
    );
  }
  return restored(engine, input, table.definition, { rows: table.definition.id, table: names.table(name) });
}

/** A table like that one, filled behind the answer. As on AWS, its stream, expiry and tags are not taken over. */
function restored(engine: Engine, input: RestoreInput, source: TableDefinition, from: Omit<RestoreSource, "at">): Json {
  const { TargetTableName: name, BillingModeOverride, ProvisionedThroughputOverride } = input;
  if (engine.tables.find(name)) {
    throw new AwsError("TableAlreadyExistsException", `Table already exists: ${name}`, 400);
  }
  const now = Date.now() / 1000;
  const { keys, attributes, billing, onDemandSince, throughput, encryption, tableClass, global, local } = source;
  const table = engine.db.transaction(() => {
    const own = ({ filling: _, ...index }: IndexDefinition) => ({ ...index, id: engine.db.nextId() });
    return engine.tables.create({
      name,
      created: now,
      keys,
      attributes,
      billing: BillingModeOverride ?? billing,
      ...(onDemandSince !== undefined && { onDemandSince: now }),
      throughput: ProvisionedThroughputOverride ?? throughput,
      global: global.map(own),
      local: local.map(own),
      ...(encryption && { encryption }),
      ...(tableClass !== undefined && { tableClass }),
      protected: false,
      tags: {},
      restored: { ...from, at: now },
    });
  });
  const answer = { TableDescription: describeTable(table, engine.around.names, "CREATING") };
  resumeRestore(engine, table);
  return answer;
}

/** Goes on filling a table that is being restored. */
function resumeRestore(engine: Engine, table: Table): void {
  const rows = table.definition.restored?.rows;
  if (rows !== undefined) engine.background.go(copyFrom(engine, new ItemRows(engine.db, rows), table));
}

/** Goes on with what a process that ended left half done. */
export function resumeBackups(engine: Engine): void {
  for (const backup of engine.backups.all().filter(({ copying }) => copying)) {
    const table = engine.tables.find(backup.table.name);
    // Of a table that is gone, or another by now, nothing can be copied any more.
    if (table?.definition.id === backup.table.id) engine.background.go(copyInto(engine, table, backup));
    else engine.backups.delete(backup);
  }
  for (const table of engine.tables.all()) resumeRestore(engine, table);
}
