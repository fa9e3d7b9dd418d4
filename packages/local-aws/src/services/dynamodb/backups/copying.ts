/** Copies items into a backup and out of one, some at a time. */
import type { Engine } from "../engine.ts";
import type { ItemRows } from "../storage/rows.ts";
import { walk } from "../storage/walk.ts";
import type { RestoreSource } from "../tables/definition.ts";
import type { Table } from "../tables/table.ts";
import { change } from "../writes/change.ts";
import type { Backup } from "./backups.ts";

/** @returns copies some more items of the table into its backup, and says whether there are others. */
export function copyInto({ db, backups, tables }: Engine, table: Table, backup: Backup): () => boolean {
  const into = backups.rows(backup);
  return walk(db, table.rows, {
    goesOn: () => tables.find(table.name) === table && backups.all().includes(backup),
    take: ({ key, row }) => {
      if (!into.get(key)) into.insert(key, row.text, row.size);
    },
    done: () => {
      const { copying: _, ...rest } = backup;
      backups.save(rest);
    },
  });
}

/** @returns puts some more items into a table that is being restored, and says whether there are others. */
export function copyFrom({ db, streams, tables }: Engine, source: ItemRows, table: Table): () => boolean {
  return walk(db, source, {
    goesOn: () => tables.find(table.name) === table,
    take: ({ key, row }) => {
      if (!table.rows.get(key)) change(table, streams, key, undefined, row);
    },
    done: () => {
      const { rows: _, ...restored } = table.definition.restored as RestoreSource;
      tables.save(table, { ...table.definition, restored });
    },
  });
}
