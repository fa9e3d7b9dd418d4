/** Tables as answers describe them. */
import { namesOf } from "../items/keys.ts";
import type { Names } from "../names.ts";
import type { IndexDefinition, TableDefinition, Throughput, WarmThroughput } from "./definition.ts";
import type { Table } from "./table.ts";

type Json = Record<string, unknown>;

/** What happens to a table, as an answer says it: what comes after finds it done. */
export type Phase = "CREATING" | "UPDATING" | "DELETING" | "ACTIVE";

const none: Throughput = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };
/** Of a table on demand that nobody warmed: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html */
const onDemandWarmth = { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4_000 };

/** `TableDescription` */
export function describeTable(table: Table, names: Names, phase: Phase = "ACTIVE"): Json {
  const { definition } = table;
  const { items, bytes } = table.rows.counts.read();
  const arn = names.table(definition.name);
  const { stream, warm, restored } = definition;
  const fresh = phase === "CREATING";
  const described = (one: IndexDefinition) => describeIndex(table, one, arn, phase);
  return {
    TableName: definition.name,
    TableArn: arn,
    TableId: definition.uuid,
    TableStatus: restored?.rows !== undefined && phase === "ACTIVE" ? "CREATING" : phase,
    CreationDateTime: definition.created,
    AttributeDefinitions: Object.entries(definition.attributes).map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: keySchema(definition),
    ItemCount: items,
    TableSizeBytes: bytes,
    ProvisionedThroughput: units(definition, definition.throughput),
    ...billing(definition, fresh),
    ...((warm || phase !== "CREATING") && {
      WarmThroughput: warmth(definition, definition.throughput, warm, fresh),
    }),
    ...(definition.onDemand && { OnDemandThroughput: definition.onDemand }),
    ...(definition.global.length > 0 && { GlobalSecondaryIndexes: definition.global.map(described) }),
    ...(definition.local.length > 0 && { LocalSecondaryIndexes: definition.local.map(described) }),
    ...(stream && {
      ...(stream.ended === undefined && { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.view } }),
      LatestStreamLabel: stream.label,
      LatestStreamArn: `${arn}/stream/${stream.label}`,
    }),
    ...(definition.encryption && { SSEDescription: { Status: "ENABLED", ...definition.encryption } }),
    ...(definition.tableClass && { TableClassSummary: { TableClass: definition.tableClass } }),
    DeletionProtectionEnabled: definition.protected,
    ...(restored && {
      RestoreSummary: {
        SourceTableArn: restored.table,
        ...(restored.backup && { SourceBackupArn: restored.backup }),
        RestoreDateTime: restored.at,
        RestoreInProgress: restored.rows !== undefined,
      },
    }),
  };
}

export const keySchema = ({ keys }: { keys: TableDefinition["keys"] }): Json[] =>
  namesOf(keys).map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? "HASH" : "RANGE" }));

function describeIndex(table: Table, one: IndexDefinition, tableArn: string, phase: Phase): Json {
  const index = table.indexes.find(({ definition }) => definition.id === one.id);
  const { items = 0, bytes = 0 } = index?.rows.counts.read() ?? {};
  const { type, attributes } = one.projection;
  const described = {
    IndexName: one.name,
    IndexArn: `${tableArn}/index/${one.name}`,
    KeySchema: keySchema(one),
    Projection: { ProjectionType: type, ...(attributes && { NonKeyAttributes: attributes }) },
    ItemCount: items,
    IndexSizeBytes: bytes,
  };
  const { definition } = table;
  if (!definition.global.includes(one)) return described;
  const fresh = phase === "CREATING";
  return {
    ...described,
    IndexStatus: one.filling || fresh ? "CREATING" : "ACTIVE",
    ...(one.filling && { Backfilling: true }),
    ProvisionedThroughput: units(definition, one.throughput ?? none),
    ...((one.warm || !fresh) && { WarmThroughput: warmth(definition, one.throughput ?? none, one.warm, fresh) }),
    ...(one.onDemand && { OnDemandThroughput: one.onDemand }),
  };
}

function units({ billing: mode }: TableDefinition, throughput: Throughput): Json {
  const { ReadCapacityUnits, WriteCapacityUnits } = mode === "PAY_PER_REQUEST" ? none : throughput;
  const { LastIncreaseDateTime, LastDecreaseDateTime } = throughput;
  return {
    NumberOfDecreasesToday: 0,
    ReadCapacityUnits,
    WriteCapacityUnits,
    ...(LastIncreaseDateTime !== undefined && { LastIncreaseDateTime }),
    ...(LastDecreaseDateTime !== undefined && { LastDecreaseDateTime }),
  };
}

function billing({ billing: mode, onDemandSince }: TableDefinition, fresh: boolean): Json {
  if (mode === "PROVISIONED" && onDemandSince === undefined) return {};
  return {
    BillingModeSummary: {
      BillingMode: mode,
      ...(onDemandSince !== undefined && !fresh && { LastUpdateToPayPerRequestDateTime: onDemandSince }),
    },
  };
}

function warmth(
  { billing: mode }: TableDefinition,
  { ReadCapacityUnits, WriteCapacityUnits }: Throughput,
  asked: WarmThroughput | undefined,
  fresh: boolean,
): Json {
  const usual =
    mode === "PAY_PER_REQUEST"
      ? onDemandWarmth
      : { ReadUnitsPerSecond: ReadCapacityUnits, WriteUnitsPerSecond: WriteCapacityUnits };
  return { ...usual, ...asked, Status: fresh ? "UPDATING" : "ACTIVE" };
}
