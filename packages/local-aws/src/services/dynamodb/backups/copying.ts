/** Copies items into a backup and out of one, some at a time. */
import type { Engine } from "../engine.ts";
import { lastKey } from "../items/keys.ts";
import type { Found, ItemRows } from "../storage/rows.ts";
import type { RestoreSource } from "../tables/definition.ts";
import type { Table } from "../tables/table.ts";
import { change } from "../writes/change.ts";
import type { Backup } from "./backups.ts";

/** Rows at a time. */
const step = 100;

/** @returns copies some more items of the table into its backup, and says whether there are others. */
export function copyInto({ db, backups, tables }: Engine, table: Table, backup: Backup): () => boolean {
  const into = backups.rows(backup);
  return walk(db, table.rows, ({ key, row }) => into.get(key) ?? into.insert(key, row.text, row.size), {
    goesOn: () => tables.find(table.name) === table && backups.all().includes(backup),
    done: () => {
      const { copying: _, ...rest } = backup;
      backups.save(rest);
    },
  });
}

/** @returns puts some more items into a table that is being restored, and says whether there are others. */
export function copyFrom({ db, streams, tables }: Engine, source: ItemRows, table: Table): () => boolean {
  const put = ({ key, row }: Found) => {
    if (!table.rows.get(key)) change(table, streams, key, undefined, row);
  };
  return walk(db, source, put, {
    goesOn: () => tables.find(table.name) === table,
    done: () => {
      const { rows: _, ...restored } = table.definition.restored as RestoreSource;
      tables.save(table, { ...table.definition, restored });
    },
  });
}

interface Walk {
  /** Whether there is still any sense in it. */
  goesOn(): boolean;
  done(): void;
}

function walk(
  db: Engine["db"],
  source: ItemRows,
  take: (found: Found) => unknown,
  { goesOn, done }: Walk,
): () => boolean {
  let low = Buffer.alloc(0);
  return () => {
    if (!goesOn()) return false;
    return db.transaction(() => {
      const found = source.range(low, lastKey, true, step);
      for (const one of found) {
        take(one);
        low = Buffer.concat([one.key, Buffer.alloc(1)]);
      }
      if (found.length === step) return true;
      done();
      return false;
    });
  };
}
