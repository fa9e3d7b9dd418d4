/** The tables of a region. */
import { randomUUID } from "node:crypto";
import { AwsError, invalid, noTable, noTableNamed } from "../errors.ts";
import { tableOf } from "../names.ts";
import type { Database } from "../storage/database.ts";
import { indexesOf, type TableDefinition } from "./definition.ts";
import { Table } from "./table.ts";

export class Catalog {
  readonly #db: Database;
  readonly #tables = new Map<string, Table>();
  #haveKeys = false;

  constructor(db: Database) {
    this.#db = db;
    for (const { definition } of db.prepare("SELECT definition FROM tables").all()) {
      const parsed = JSON.parse(String(definition)) as TableDefinition;
      this.#tables.set(parsed.name, new Table(db, parsed));
    }
    this.#lookForKeys();
  }

  /** @param name a table's name or ARN. @throws AwsError `ResourceNotFoundException` */
  get(name: string): Table {
    const found = this.#tables.get(named(name));
    if (!found || found.definition.restored?.rows !== undefined) throw noTable();
    return found;
  }

  /** The table of that name, if there is one. */
  find(name: string): Table | undefined {
    return this.#tables.get(tableOf(name));
  }

  /** As operations on tables find it. @param name a table's name or ARN. @throws AwsError `ResourceNotFoundException` naming it. */
  existing(name: string): Table {
    const found = this.find(name);
    if (!found) throw noTableNamed(tableOf(name));
    return found;
  }

  /** Whether a key of KMS encrypts one of them: each read and write asks. */
  get haveKeys(): boolean {
    return this.#haveKeys;
  }

  /** In the order of their names. */
  all(): Table[] {
    return [...this.#tables.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws AwsError `ResourceInUseException` when there is a table of that name. */
  checkFree(name: string): void {
    if (this.#tables.has(name)) throw new AwsError("ResourceInUseException", `Table already exists: ${name}`, 400);
  }

  /** Makes a table of a name that is free. */
  create(definition: Omit<TableDefinition, "id" | "uuid">): Table {
    const { name } = definition;
    const table = this.#db.transaction(() => {
      const whole = { ...definition, id: this.#db.nextId(), uuid: randomUUID() };
      this.#db.prepare("INSERT INTO tables VALUES (?, ?, ?)").run(whole.id, name, JSON.stringify(whole));
      return new Table(this.#db, whole, true);
    });
    this.#tables.set(name, table);
    this.#lookForKeys();
    return table;
  }

  /** Gives a table another definition. */
  save(table: Table, definition: TableDefinition): void {
    this.#db.transaction(() => {
      this.#db.prepare("UPDATE tables SET definition = ? WHERE id = ?").run(JSON.stringify(definition), definition.id);
      table.redefine(definition);
    });
    this.#lookForKeys();
  }

  /** Its rows are left to whoever clears up. */
  delete(table: Table): void {
    this.#db.prepare("DELETE FROM tables WHERE id = ?").run(table.definition.id);
    this.#tables.delete(table.name);
    this.#lookForKeys();
  }

  #lookForKeys(): void {
    this.#haveKeys = [...this.#tables.values()].some(({ definition }) => definition.encryption?.KMSMasterKeyArn);
  }

  /** Names of what is in the file of tables and indexes that are no more. */
  leftovers(): string[] {
    const used = new Set(
      [...this.#tables.values()].flatMap(({ definition }) => [
        `items_${definition.id}`,
        `items_${definition.restored?.rows}`,
        ...indexesOf(definition).map(({ id }) => `index_${id}`),
      ]),
    );
    for (const { definition } of this.#db.prepare("SELECT definition FROM backups").all()) {
      used.add(`items_${(JSON.parse(String(definition)) as { id: number }).id}`);
    }
    const names = this.#db
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND (name GLOB 'items_*' OR name GLOB 'index_*')")
      .all()
      .map(({ name }) => String(name));
    return names.filter((name) => !used.has(name));
  }
}

/** @throws AwsError `ValidationException` for what names no table. */
function named(given: string): string {
  const name = tableOf(given);
  if (given.startsWith("arn:") && !/^arn:aws:dynamodb:[a-z0-9-]+:\d{12}:table\/[a-zA-Z0-9_.-]+/.test(given)) {
    throw invalid(`Invalid table ARN: ${given}`);
  }
  return name;
}
