/** A secondary index of a table. */
import { type KeyTypes, keyBytes, namesOf, withoutHash } from "../items/keys.ts";
import { itemSize } from "../items/size.ts";
import { attribute, type Item, setAttribute } from "../items/types.ts";
import type { Database } from "../storage/database.ts";
import { IndexRows, type Row } from "../storage/rows.ts";
import type { IndexDefinition, TableDefinition } from "./definition.ts";

export class TableIndex {
  readonly definition: IndexDefinition;
  readonly rows: IndexRows;
  readonly #types: KeyTypes;
  /** Attributes that it has of an item; nothing for all of them. */
  readonly #projected: ReadonlySet<string> | undefined;

  /** @param create whether it is new. */
  constructor(db: Database, table: TableDefinition, definition: IndexDefinition, create = false) {
    this.definition = definition;
    this.rows = new IndexRows(db, table.id, definition.id, create);
    this.#types = table.ttl?.index === definition ? { [table.ttl.attribute]: "N" } : table.attributes;
    const { type, attributes = [] } = definition.projection;
    if (type !== "ALL") {
      this.#projected = new Set([...namesOf(table.keys), ...namesOf(definition.keys), ...attributes]);
    }
  }

  get isWhole(): boolean {
    return this.#projected === undefined;
  }

  /** Names of paths that it has not. */
  lacks(paths: readonly (readonly [string, ...unknown[]])[]): string[] {
    return paths.map(([name]) => name).filter((name) => !this.has(name));
  }

  has(name: string): boolean {
    return this.#projected?.has(name) ?? true;
  }

  /** Where an item is in the index: nowhere when it lacks one of the key attributes. @param key its key in the table. */
  entry(item: Item, key: Uint8Array): Buffer | undefined {
    const { hash, range } = this.definition.keys;
    const first = this.#keyValue(item, hash);
    const second = range === undefined ? undefined : this.#keyValue(item, range);
    if (!first || (range !== undefined && !second)) return undefined;
    const own = keyBytes(first, second);
    return Buffer.concat([this.definition.ordered ? withoutHash(own) : own, key]);
  }

  #keyValue(item: Item, name: string) {
    const value = attribute(item, name);
    const type = this.#types[name];
    return value && type !== undefined && value[type] !== undefined ? value : undefined;
  }

  /** What it has of an item. */
  project(item: Item): Item {
    if (!this.#projected) return item;
    const picked: Item = {};
    for (const name of Object.keys(item)) {
      if (this.#projected.has(name)) setAttribute(picked, name, item[name] as never);
    }
    return picked;
  }

  /** Bytes of what it has of an item. */
  size(row: Pick<Row, "item" | "size">): number {
    return this.#projected ? itemSize(this.project(row.item)) : row.size;
  }
}
