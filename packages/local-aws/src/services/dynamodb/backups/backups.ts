/** Backups of tables: their definition and a copy of their items, which stay when the table goes. */
import { randomBytes } from "node:crypto";
import { AwsError } from "../errors.ts";
import type { Database } from "../storage/database.ts";
import { ItemRows } from "../storage/rows.ts";
import type { TableDefinition } from "../tables/definition.ts";

export interface Backup {
  arn: string;
  name: string;
  /** Seconds since the epoch. */
  created: number;
  /** Of its items in the file. */
  id: number;
  /** Items are still being copied. */
  copying?: boolean;
  table: TableDefinition;
  /** The table's stream is not part of it, but is described. */
  tableArn: string;
}

export class Backups {
  readonly #db: Database;
  readonly #known = new Map<string, Backup>();

  constructor(db: Database) {
    this.#db = db;
    for (const { definition } of db.prepare("SELECT definition FROM backups ORDER BY arn").all()) {
      const backup = JSON.parse(String(definition)) as Backup;
      this.#known.set(backup.arn, backup);
    }
  }

  /** Oldest first. */
  all(): Backup[] {
    return [...this.#known.values()].sort((a, b) => a.created - b.created || (a.arn < b.arn ? -1 : 1));
  }

  /** @throws AwsError `BackupNotFoundException` */
  get(arn: string): Backup {
    const found = this.#known.get(arn);
    if (found) return found;
    throw new AwsError("BackupNotFoundException", `Backup not found: ${arn}`, 400);
  }

  /** One that has no items yet. */
  create(name: string, table: TableDefinition, tableArn: string): Backup {
    const now = Date.now();
    const arn = `${tableArn}/backup/${String(now).padStart(14, "0")}-${randomBytes(4).toString("hex")}`;
    return this.#db.transaction(() => {
      const backup: Backup = { arn, name, created: now / 1000, id: this.#db.nextId(), copying: true, table, tableArn };
      new ItemRows(this.#db, backup.id, true);
      this.save(backup);
      return backup;
    });
  }

  save(backup: Backup): void {
    this.#db
      .prepare("INSERT INTO backups VALUES (?1, ?2) ON CONFLICT (arn) DO UPDATE SET definition = ?2")
      .run(backup.arn, JSON.stringify(backup));
    this.#known.set(backup.arn, backup);
  }

  /** Its rows are left to whoever clears up. */
  delete({ arn }: Backup): void {
    this.#db.prepare("DELETE FROM backups WHERE arn = ?").run(arn);
    this.#known.delete(arn);
  }

  rows({ id }: Backup): ItemRows {
    return new ItemRows(this.#db, id);
  }
}
