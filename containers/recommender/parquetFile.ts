import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { asyncBufferFromFile, type Compressors, parquetMetadataAsync, parquetScan, parquetSchema } from "hyparquet";
import { columnsByName } from "./columns.ts";
import type { RatingsBuilder } from "./ratings.ts";

/** Beside Snappy, which the library has. */
const compressors: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
};

/**
 * Reads a Parquet file, one row group in memory at a time and of it only the columns that matter.
 *
 * @param name the file's name, for messages
 */
export async function readParquet(path: string, name: string, builder: RatingsBuilder): Promise<void> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const header = parquetSchema(metadata).children.map(({ element }) => element.name);
  const at = columnsByName(header, name);
  const timestampAt = at.timestamp !== undefined && at.timestamp < header.length ? at.timestamp : undefined;
  const positions = [at.user, at.item, at.rating, ...(timestampAt === undefined ? [] : [timestampAt])];
  const columns = positions.map((position) => header[position]!);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const rowEnd = rowStart + rows;
    const scan = await parquetScan({ file, metadata, columns, rowStart, rowEnd, compressors });
    const read = (column: string) => scan.readColumn({ column, rowStart, rowEnd });
    const [users, items, ratings, timestamps] = await Promise.all(columns.map(read));
    for (let row = 0; row < rows; row++) {
      const line = rowStart + row + 1;
      builder.add(
        { user: users![row], item: items![row], rating: ratings![row], timestamp: timestamps?.[row] },
        () => `${name}: row ${line}`,
      );
    }
    rowStart = rowEnd;
  }
}
