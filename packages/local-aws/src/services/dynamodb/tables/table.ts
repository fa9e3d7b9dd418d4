/** A table as it is worked with. */
import { invalid } from "../errors.ts";
import type { KeyNames } from "../items/keys.ts";
import type { Database } from "../storage/database.ts";
import { ItemRows } from "../storage/rows.ts";
import { indexesOf, type TableDefinition } from "./definition.ts";
import { TableIndex } from "./index.ts";

export class Table {
  readonly rows: ItemRows;
  definition: TableDefinition;
  indexes: TableIndex[];
  readonly #db: Database;

  /** @param create whether it is new. */
  constructor(db: Database, definition: TableDefinition, create = false) {
    this.#db = db;
    this.definition = definition;
    this.rows = new ItemRows(db, definition.id, create);
    this.indexes = indexesOf(definition).map((one) => new TableIndex(db, definition, one, create));
  }

  /** Takes over another definition; indexes that are new are made, and filled by somebody else. */
  redefine(definition: TableDefinition): void {
    const known = new Set(this.indexes.map((one) => one.definition.id));
    this.definition = definition;
    this.indexes = indexesOf(definition).map((one) => new TableIndex(this.#db, definition, one, !known.has(one.id)));
  }

  get name(): string {
    return this.definition.name;
  }

  get keys(): KeyNames {
    return this.definition.keys;
  }

  /** @throws AwsError `ValidationException` when there is no such index, or it is being filled. */
  index(name: string): TableIndex {
    const { global, local } = this.definition;
    const definition = [...global, ...local].find((one) => one.name === name);
    const found = definition && this.indexes.find((one) => one.definition.id === definition.id);
    if (!found) throw invalid(`The table does not have the specified index: ${name}`);
    if (found.definition.filling) {
      throw invalid(`Cannot read from backfilling global secondary index: ${name}`);
    }
    return found;
  }

  isGlobal(index: TableIndex): boolean {
    return this.definition.global.some((one) => one.id === index.definition.id);
  }
}
