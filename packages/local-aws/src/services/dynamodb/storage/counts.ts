import type { StatementSync } from "node:sqlite";
import type { Database } from "./database.ts";

/** How many items a table or index holds, and their bytes: kept with every write, so that nobody has to count. */
export class Counts {
  readonly #id: number;
  readonly #add: StatementSync;
  readonly #read: StatementSync;

  constructor(db: Database, id: number) {
    this.#id = id;
    this.#add = db.prepare(
      "INSERT INTO counts VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET items = items + ?2, bytes = bytes + ?3",
    );
    this.#read = db.prepare("SELECT items, bytes FROM counts WHERE id = ?");
  }

  read(): { items: number; bytes: number } {
    const found = this.#read.get(this.#id);
    return { items: Number(found?.items ?? 0), bytes: Number(found?.bytes ?? 0) };
  }

  add(items: number, bytes: number): void {
    if (items !== 0 || bytes !== 0) this.#add.run(this.#id, items, bytes);
  }
}
