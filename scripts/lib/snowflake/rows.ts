import { existsSync, readFileSync } from "node:fs";
import { text as readAll } from "node:stream/consumers";
import { parse as parseCsv } from "csv-parse/sync";
import { Failure } from "../failure.ts";
import type { Row } from "./client.ts";
import type { ExternalFunction } from "./functions.ts";

/**
 * Rows of a call: the arguments given, each row of the file after them; without a file one row.
 * @param file JSON (an array of arrays) or CSV without a header, in which an empty field is null; `-` is standard input.
 * @throws {Failure} naming the row that has too few or too many.
 */
export async function readRows(called: ExternalFunction, given: string[], file?: string): Promise<Row[]> {
  const rows = file === undefined ? [[]] : parseRows(file, await read(file));
  return rows.map((row, index) => {
    const all = [...given, ...row];
    if (all.length === called.args.length) return all;
    const where = file === undefined ? "" : ` Row ${index} of ${file} makes`;
    throw new Failure(
      `${called.name} takes ${called.args.length}: ${called.args.join(", ")}.${where} ${all.length} given`.replace(
        / +/g,
        " ",
      ),
    );
  });
}

async function read(file: string): Promise<string> {
  if (file === "-") return readAll(process.stdin);
  if (!existsSync(file)) throw new Failure(`There is no file ${file}`);
  return readFileSync(file, "utf8");
}

function parseRows(file: string, text: string): Row[] {
  try {
    if (!text.trimStart().startsWith("[")) {
      const records = parseCsv(text, { bom: true, skip_empty_lines: true, relax_column_count: true }) as string[][];
      return records.map((fields) => fields.map((field) => (field === "" ? null : field)));
    }
    const rows: unknown = JSON.parse(text);
    if (Array.isArray(rows) && rows.every(Array.isArray)) return rows.map((row) => row.map(asVarchar));
  } catch (error) {
    throw new Failure(`${file} is neither JSON nor CSV: ${(error as Error).message}`);
  }
  throw new Failure(`${file} is JSON, but no array of rows, each an array of arguments`);
}

/** What Snowflake makes of an argument whose type is VARCHAR. */
const asVarchar = (value: unknown): string | null =>
  value === null ? null : typeof value === "string" ? value : JSON.stringify(value);
