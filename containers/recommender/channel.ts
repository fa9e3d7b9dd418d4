import { createReadStream } from "node:fs";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { readCsv } from "./csvFile.ts";
import { reasonOf, UserError } from "./failure.ts";
import type { Folders } from "./folders.ts";
import { readParquet } from "./parquetFile.ts";
import type { RatingsBuilder } from "./ratings.ts";

/** The channel that is read when there are several. */
const TRAINING_CHANNELS = ["training", "train"];

/**
 * The folder of the job's input: channel `training` or `train`, or the only one there is.
 *
 * @throws UserError when there is none, or none that could be chosen
 */
export async function findChannel(folders: Pick<Folders, "config" | "data">): Promise<string> {
  const channels = await channelNames(folders);
  const channel =
    TRAINING_CHANNELS.find((name) => channels.includes(name)) ?? (channels.length === 1 ? channels[0] : undefined);
  if (!channel) {
    const found = channels.length === 0 ? "the job has none" : `the job has ${channels.join(", ")}`;
    throw new UserError(`Expected an input channel named training; ${found}`);
  }
  return join(folders.data, channel);
}

async function channelNames({ config, data }: Pick<Folders, "config" | "data">): Promise<string[]> {
  try {
    return Object.keys(JSON.parse(await readFile(join(config, "inputdataconfig.json"), "utf8")));
  } catch {
    const entries = await readdir(data, { withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }
}

/**
 * Reads every file of a channel, in the order of their names: CSV, gzipped CSV and Parquet, told apart by their first
 * bytes. Empty files, hidden files and markers (`_SUCCESS`) are passed over.
 *
 * @returns the number of files read
 * @throws UserError when a file cannot be read, or there is none
 */
export async function readChannel(folder: string, builder: RatingsBuilder): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => {
    throw new UserError(`The input channel's folder is missing: ${folder}`);
  });
  const paths = entries
    .filter((entry) => !entry.isDirectory() && !/^[._]/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  let read = 0;
  for (const path of paths) {
    if ((await stat(path)).size === 0) continue;
    const name = relative(folder, path);
    try {
      await readFileOfAnyKind(path, name, builder);
    } catch (error) {
      throw error instanceof UserError ? error : new UserError(`${name}: ${reasonOf(error)}`);
    }
    read++;
  }
  if (read === 0) throw new UserError(`The input channel has no files: ${folder}`);
  return read;
}

async function readFileOfAnyKind(path: string, name: string, builder: RatingsBuilder): Promise<void> {
  const start = await firstBytes(path, 4);
  if (start.toString("latin1") === "PAR1") return readParquet(path, name, builder);
  const bytes = createReadStream(path);
  if (start[0] !== 0x1f || start[1] !== 0x8b) return readCsv(bytes, name, builder);
  const text = createGunzip();
  // An error of either stream ends both; the reader of the last one sees it.
  pipeline(bytes, text, () => {});
  return readCsv(text, name, builder);
}

async function firstBytes(path: string, count: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
