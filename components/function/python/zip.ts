/** Zip archives with the same bytes for the same files, on every machine. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
import { zipSync } from "fflate";
import type { Files } from "./sources.ts";

/** A file of an archive. */
export interface Entry {
  name: string;
  /** Bytes, unpacked. */
  size: number;
}

interface Record extends Entry {
  /** Where the file begins in its archive. */
  offset: number;
  /** Its record in the archive's directory. */
  bytes: Buffer;
}

const recordSignature = 0x02014b50;
const endSignature = 0x06054b50;
const endBytes = 22;

/** No machine's clock, user or order of files is in it. */
export function zip(files: Files): Uint8Array {
  const settings = { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16, level: 6 } as const;
  const names = [...files.keys()].sort();
  return zipSync(Object.fromEntries(names.map((name) => [name, [files.get(name)!, settings]])));
}

/** The files of an archive that {@link zip} or {@link merge} has made. */
export const entriesOf = (archive: Uint8Array): Entry[] => directoryOf(bufferOf(archive)).records;

const bufferOf = ({ buffer, byteOffset, length }: Uint8Array) => Buffer.from(buffer, byteOffset, length);

/**
 * One archive of several, none of whose files is compressed again: of files of one name, that of the first archive counts.
 * What the packages of data science have takes seconds to compress, and changes less often than what uses them.
 */
export function merge(archives: Uint8Array[]): { contents: Uint8Array; entries: Entry[] } {
  const parts: Buffer[] = [];
  const merged = new Map<string, Record>();
  let length = 0;
  for (const archive of archives) {
    const { records, start } = directoryOf(bufferOf(archive));
    for (const record of records) {
      if (merged.has(record.name)) continue;
      const bytes = Buffer.from(record.bytes);
      bytes.writeUInt32LE(record.offset + length, 42);
      merged.set(record.name, { ...record, bytes });
    }
    parts.push(bufferOf(archive).subarray(0, start));
    length += start;
  }
  const entries = [...merged.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const directory = Buffer.concat(entries.map(({ bytes }) => bytes));
  const end = Buffer.alloc(endBytes);
  end.writeUInt32LE(endSignature);
  end.writeUInt16LE(merged.size, 8);
  end.writeUInt16LE(merged.size, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(length, 16);
  return { contents: Buffer.concat([...parts, directory, end]), entries };
}

/** @returns its records, and where they start, behind the last file. */
function directoryOf(archive: Buffer): { records: Record[]; start: number } {
  const end = archive.length - endBytes;
  const count = archive.readUInt16LE(end + 10);
  const start = archive.readUInt32LE(end + 16);
  const records: Record[] = [];
  for (let at = start; records.length < count; ) {
    if (archive.readUInt32LE(at) !== recordSignature) throw new Error("the archive's directory cannot be read");
    const nameEnd = at + 46 + archive.readUInt16LE(at + 28);
    const next = nameEnd + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
    records.push({
      name: archive.toString("utf8", at + 46, nameEnd),
      size: archive.readUInt32LE(at + 24),
      offset: archive.readUInt32LE(at + 42),
      bytes: archive.subarray(at, next),
    });
    at = next;
  }
  return { records, start };
}
