import { stripVTControlCharacters } from "node:util";

/** Prints rows in columns; the last one is not padded. */
export function printTable(rows: string[][]): void {
  const visible = (cell: string) => stripVTControlCharacters(cell).length;
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => visible(row[column] ?? ""))));
  for (const row of rows) {
    const cells = row.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - visible(cell)));
    console.log(cells.join("  ").trimEnd());
  }
}

/** Prints JSON as `--json` promises it: two spaces, one document. */
export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}
