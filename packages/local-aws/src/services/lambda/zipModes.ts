/**
 * Which files of a .zip archive are programs: the permissions of Unix are in its central directory, which the library that
 * unpacks it does not show.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.3.12, 4.4.2, 4.4.15)
 */

const directoryEntry = 0x02014b50;
const directoryEnd = 0x06054b50;
/** Size of the record at the end, without its comment. */
const endBytes = 22;
const maxComment = 0xffff;
const unix = 3;

/** Names of the files that their owner may execute. An archive that cannot be read has none. */
export function executables(zip: Uint8Array): string[] {
  const view = Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength);
  const names: string[] = [];
  let at = firstEntry(view);
  while (at !== undefined && at + 46 <= view.length && view.readUInt32LE(at) === directoryEntry) {
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => view.readUInt16LE(at! + offset));
    const isUnix = view[at + 5] === unix;
    const mode = view.readUInt16LE(at + 40);
    if (isUnix && (mode & 0o100) !== 0) names.push(view.toString("utf8", at + 46, at + 46 + nameBytes!));
    at += 46 + nameBytes! + extraBytes! + commentBytes!;
  }
  return names.filter((name) => !name.endsWith("/"));
}

function firstEntry(view: Buffer): number | undefined {
  const earliest = Math.max(0, view.length - endBytes - maxComment);
  for (let at = view.length - endBytes; at >= earliest; at--) {
    if (view.readUInt32LE(at) === directoryEnd) return view.readUInt32LE(at + 16);
  }
  return undefined;
}
