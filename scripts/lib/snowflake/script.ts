import type { Setting } from "./names.ts";
import { functions, integrations, objects, type Statement } from "./setup.ts";
import { deploy, load, recommend, tasks, train } from "./usage.ts";

/** Parts of the script, in their order; each can be run by itself once those before it have been. */
const parts = {
  objects: { title: "Database, warehouse, tables", statements: objects },
  integrations: { title: "Integrations and stages", statements: integrations },
  functions: { title: "External functions and grants", statements: functions },
  train: { title: "Unload and train", statements: train },
  load: { title: "Load the recommendations", statements: load },
  deploy: { title: "Deploy the model", statements: deploy },
  recommend: { title: "Recommend and predict", statements: recommend },
  tasks: { title: "Train again by schedule", statements: tasks },
} satisfies Record<string, { title: string; statements: (setting: Setting) => Statement[] }>;

export type Part = keyof typeof parts;

export const partNames = Object.keys(parts) as Part[];

/** One statement of the script, as `--json` gives it. */
export interface ScriptStatement {
  part: Part;
  /** Why, where the statement does not say it. */
  note?: string;
  /** Without a semicolon at its end. */
  sql: string;
}

/** Statements in their order, of all parts or of those given. */
export const script = (setting: Setting, chosen: Part[] = partNames): ScriptStatement[] =>
  partNames
    .filter((part) => chosen.includes(part))
    .flatMap((part) =>
      parts[part].statements(setting).map(({ note, sql }) => ({ part, ...(note && { note }), sql: sql.text })),
    );

/** The script as text for a worksheet or `snow sql`: notes as comments, a heading before each part. */
export function asText(statements: ScriptStatement[]): string {
  const lines: string[] = [];
  let current: Part | undefined;
  for (const { part, note, sql } of statements) {
    if (part !== current) lines.push("", `-- ${partNames.indexOf(part) + 1}. ${parts[part].title} (${part})`, "");
    current = part;
    if (note) lines.push(...note.split("\n").map((line) => `-- ${line}`));
    lines.push(`${sql};`);
  }
  return lines.slice(1).join("\n");
}
