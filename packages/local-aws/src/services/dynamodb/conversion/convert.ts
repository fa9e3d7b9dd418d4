/** Reads the file of the engine that earlier versions came with. */
import { DatabaseSync } from "node:sqlite";
import { tagMap } from "../../../kit/tags.ts";
import { StateError } from "../../../state.ts";
import type { Store } from "../../../store.ts";
import { itemKey } from "../items/keys.ts";
import { itemSize } from "../items/size.ts";
import type { Item } from "../items/types.ts";
import { checkItem } from "../items/value.ts";
import { Database } from "../storage/database.ts";
import { Streams } from "../streams/streams.ts";
import { Catalog } from "../tables/catalog.ts";
import { expiryIndex, type StreamDefinition, type TableDefinition, type ViewType } from "../tables/definition.ts";
import {
  type AttributeElement,
  type IndexInput,
  indexDefinition,
  type KeyElement,
  keyNames,
  keyTypes,
} from "../tables/schema.ts";
import type { Table } from "../tables/table.ts";
import type { Tag } from "../tables/tags.ts";
import { change, nextOf } from "../writes/change.ts";

type Row = Record<string, unknown>;

/** What the store of that version has of a table. */
interface Kept {
  indexes?: Record<string, { ProvisionedThroughput?: TableDefinition["throughput"] }>;
  encryption?: TableDefinition["encryption"];
  warm?: TableDefinition["warm"];
}

/**
 * @param from the file as it was
 * @param to the file to make
 * @throws StateError when it is another file, or of a version that nobody knows.
 */
export function convert(from: string, to: string, store: Store): void {
  const old = new DatabaseSync(from);
  const db = new Database(to);
  try {
    const streams = new Streams(db);
    const catalog = new Catalog(db);
    db.transaction(() => {
      for (const row of old.prepare("SELECT * FROM _tables ORDER BY table_name").all()) {
        const table = makeTable(db, catalog, store, row);
        copyItems(old, table, streams);
        const stream = streamOf(db, store, row, table);
        if (!stream) continue;
        streams.save(stream);
        copyRecords(old, db, stream);
        catalog.save(table, { ...table.definition, stream });
      }
    });
  } catch (error) {
    throw new StateError(
      `the tables in ${from} were written by an earlier version and cannot be read (${(error as Error).message}); move that file away to begin without them`,
    );
  } finally {
    old.close();
    db.close();
  }
}

const parsed = <T>(value: unknown, otherwise: T): T =>
  typeof value === "string" && value !== "" ? (JSON.parse(value) as T) : otherwise;

function makeTable(db: Database, catalog: Catalog, store: Store, row: Row): Table {
  const name = String(row.table_name);
  const kept: Kept = store.collection<Kept>("dynamodb.tables").get(name) ?? {};
  const onDemand = row.billing_mode === "PAY_PER_REQUEST";
  const created = Number(row.created_at);
  const made = (column: string, isGlobal: boolean) =>
    parsed<IndexInput[]>(row[column], []).map((one) => {
      const throughput = kept.indexes?.[one.IndexName]?.ProvisionedThroughput;
      return indexDefinition(isGlobal && throughput ? { ...one, ProvisionedThroughput: throughput } : one, db.nextId());
    });
  const attribute = store.collection<string>("dynamodb.ttl").get(name);
  return catalog.create({
    name,
    created,
    attributes: keyTypes(parsed<AttributeElement[]>(row.attribute_definitions, [])),
    keys: keyNames(parsed<KeyElement[]>(row.key_schema, [])),
    billing: onDemand ? "PAY_PER_REQUEST" : "PROVISIONED",
    ...(onDemand && { onDemandSince: created }),
    throughput: parsed(row.provisioned_throughput, { ReadCapacityUnits: 0, WriteCapacityUnits: 0 }),
    ...(row.on_demand_throughput ? { onDemand: parsed(row.on_demand_throughput, {}) } : {}),
    ...(kept.warm && { warm: kept.warm }),
    global: made("gsi_definitions", true),
    local: made("lsi_definitions", false),
    ...(kept.encryption && { encryption: kept.encryption }),
    ...(typeof row.table_class === "string" && { tableClass: row.table_class }),
    protected: row.deletion_protection_enabled === 1,
    ...(attribute !== undefined && { ttl: { attribute, index: expiryIndex(attribute, db.nextId()) } }),
    tags: tagsOf(row.tags),
  });
}

function tagsOf(value: unknown): Record<string, string> {
  const tags = parsed<Tag[] | Record<string, string>>(value, []);
  return Array.isArray(tags) ? tagMap(tags) : tags;
}

function copyItems(old: DatabaseSync, table: Table, streams: Streams): void {
  const { keys, definition } = table;
  for (const { item_json: text } of old.prepare(`SELECT item_json FROM "${table.name}"`).iterate()) {
    const item = checkItem(JSON.parse(String(text)));
    change(table, streams, itemKey(item, keys, definition.attributes), undefined, nextOf(table, item));
  }
}

function streamOf(db: Database, store: Store, row: Row, table: Table): StreamDefinition | undefined {
  if (row.stream_enabled !== 1 || typeof row.stream_label !== "string") return undefined;
  // Seconds and nanoseconds, which that version showed as a time of day.
  const [seconds = "0", fraction = "0"] = row.stream_label.split(".");
  const created = Number(seconds) * 1000 + Number(fraction.slice(0, 3));
  return {
    id: db.nextId(),
    table: table.name,
    keys: table.keys,
    label: new Date(created).toISOString().slice(0, -1),
    view: store.collection<ViewType>("dynamodb.views").get(table.name) ?? "NEW_AND_OLD_IMAGES",
    created,
  };
}

/** Both images were kept, whatever the view. */
function copyRecords(old: DatabaseSync, db: Database, stream: StreamDefinition): void {
  const insert = db.prepare("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const found = old.prepare(
    "SELECT * FROM _stream_records WHERE table_name = ? AND new_image IS NOT old_image ORDER BY CAST(sequence_number AS INTEGER)",
  );
  for (const row of found.iterate(stream.table)) {
    const image = (column: string, ...views: ViewType[]) =>
      views.includes(stream.view) && typeof row[column] === "string" ? row[column] : null;
    const [fresh, former] = [
      image("new_image", "NEW_IMAGE", "NEW_AND_OLD_IMAGES"),
      image("old_image", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"),
    ];
    const keys = String(row.keys_json);
    const size = [keys, fresh, former].reduce(
      (sum: number, text) => sum + (text === null ? 0 : itemSize(JSON.parse(text) as Item)),
      0,
    );
    insert.run(
      stream.id,
      Number(row.sequence_number),
      Number(row.created_at) * 1000,
      String(row.event_name),
      keys,
      fresh,
      former,
      size,
      row.user_identity === null ? 0 : 1,
    );
  }
}
