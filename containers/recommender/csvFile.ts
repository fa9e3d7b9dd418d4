import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CsvError, type InfoRecord, parse } from "csv-parse";
import { columnsByName, type RatingColumns, unnamedColumns } from "./columns.ts";
import { UserError } from "./failure.ts";
import { numberOf, type RatingsBuilder } from "./ratings.ts";

const LONGEST_RECORD = 64 * 1024;
const DELIMITERS = [",", "\t", ";", "|", "::"];

/**
 * Reads a CSV file, streamed. The first row is a header when no field of it is a number (every rating is one). Fields
 * may be separated by comma, tab, semicolon, bar or `::`, quoted as in RFC 4180.
 *
 * @param name the file's name, for messages
 * @throws UserError for a broken quote, whatever the tolerance: where the next row begins is anyone's guess
 */
export async function readCsv(source: Readable, name: string, builder: RatingsBuilder): Promise<void> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await chunks.next();
  if (first.done) return;
  let columns: RatingColumns | undefined;
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(first.value.toString("utf8")),
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
    // Rows are taken as they are parsed and none is passed on, so none piles up.
    on_record: (fields: string[], { lines }: InfoRecord & { lines: number }) => {
      if (!columns) {
        const named = fields.every((field) => Number.isNaN(numberOf(field)));
        columns = named ? columnsByName(fields, name) : unnamedColumns;
        if (named) return null;
      }
      const { user, item, rating, timestamp } = columns;
      builder.add(
        {
          user: fields[user],
          item: fields[item],
          rating: fields[rating] ?? "",
          timestamp: timestamp === undefined ? undefined : fields[timestamp],
        },
        () => `${name}:${lines}`,
      );
      return null;
    },
  });
  parser.resume();
  try {
    await pipeline(async function* () {
      yield first.value;
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
    }, parser);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { message, lines } = error as CsvError & { lines: number };
    throw new UserError(`${name}:${lines}: ${message.replace(/ at line \d.*/s, "")}`);
  }
}

/** The one of the known delimiters that is most frequent in the first line. */
function delimiterOf(text: string): string {
  const line = text.split("\n", 1)[0]!;
  const occurrences = (delimiter: string) => line.split(delimiter).length - 1;
  return DELIMITERS.reduce((best, delimiter) => (occurrences(delimiter) > occurrences(best) ? delimiter : best));
}
