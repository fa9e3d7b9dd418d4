import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { EC2 } from "@aws-sdk/client-ec2";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { Scheduler } from "@aws-sdk/client-scheduler";
import type { clientOf } from "./cloud.ts";

/** Has the services make what an account has from the beginning, which they do when they are first asked. @param settings of clients. */
export async function makeDefaults(settings: ReturnType<typeof clientOf>): Promise<void> {
  await new EC2(settings).describeVpcs();
  await new Scheduler(settings).listScheduleGroups();
  await new EventBridge(settings).listEventBuses();
}

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
      // Which services have been asked is no resource.
      if (name === "cloud.services") return [];
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
