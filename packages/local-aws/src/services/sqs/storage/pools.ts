/** Pools of messages: a queue lets go of its messages at once, however many they are, and they are deleted bit by bit. */
import type { Store } from "../../../store.ts";

export class Pools {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @returns a number that no pool has had. */
  create(): number {
    return Number(this.#store.prepare("INSERT INTO sqs_pools DEFAULT VALUES").run().lastInsertRowid);
  }

  abandon(id: number): void {
    this.#store.prepare("UPDATE sqs_pools SET gone = 1 WHERE id = ?").run(id);
  }

  /** Deletes some of what was abandoned, in a transaction. @returns whether there is more. */
  sweep(limit: number): boolean {
    const { prepare } = this;
    const found = prepare("SELECT id FROM sqs_pools WHERE gone = 1 LIMIT 1").get();
    if (!found) return false;
    const id = found.id as number;
    return this.#store.transaction(() => {
      const some = "(SELECT id FROM sqs_messages WHERE pool = ? LIMIT ?)";
      if (prepare(`DELETE FROM sqs_messages WHERE id IN ${some}`).run(id, limit).changes === limit) return true;
      const keys = "(SELECT key FROM sqs_duplicates WHERE pool = ?1 LIMIT ?2)";
      const { changes } = prepare(`DELETE FROM sqs_duplicates WHERE pool = ?1 AND key IN ${keys}`).run(id, limit);
      if (changes < limit) prepare("DELETE FROM sqs_pools WHERE id = ?").run(id);
      return true;
    });
  }

  readonly prepare = (sql: string) => this.#store.prepare(sql);
}
