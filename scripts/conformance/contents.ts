import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Everything that a cloud keeps, as `collection key`: more than the list operations of its services show, so that nothing
 * is left where no operation looks.
 * @param stateDirectory of a cloud, which may be running.
 */
export function contentsOf(stateDirectory: string): Set<string> {
  const files = globSync("**/*.{sqlite,db}", { cwd: stateDirectory, exclude: ["lock.sqlite"] });
  return new Set(files.flatMap((file) => recordsOf(join(stateDirectory, file))));
}

function recordsOf(file: string): string[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
      .all() as { name: string }[];
    return tables.flatMap(({ name }) => {
      // The first column of each table is its key.
      const every = database.prepare(`SELECT * FROM "${name}"`);
      every.setReturnArrays(true);
      const rows = every.all() as unknown as unknown[][];
      return rows.map(([key]) => `${name} ${key}`);
    });
  } finally {
    database.close();
  }
}
