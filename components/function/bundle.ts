import { readdirSync } from "node:fs";
import { join } from "node:path";
import { AssetArchive, FileAsset } from "@pulumi/pulumi/asset";
import { lateError } from "../validation.ts";
import { bundleAll, type Format, formatOf } from "./bundler.ts";
import { root, touch } from "./cache.ts";

/** The runtime of every function. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
export const runtime = "nodejs24.x";

const waiting: Partial<Record<Format, Map<string, PromiseWithResolvers<AssetArchive>>>> = {};

/**
 * Bundles a handler with all that it imports, the AWS SDK included, into a deployment package: `index.mjs`, and its source
 * map. The same sources give the same bytes on every machine, so that a second `up` changes nothing.
 *
 * @param entry the handler's file, relative to the program: `handlers/whodis/index.ts`; one that ends in `.cjs` becomes
 * `index.cjs`.
 * @throws {RunError} what esbuild says of the sources; or that there is no export `handler`.
 */
export function bundle(entry: string): Promise<AssetArchive> {
  const format = formatOf(entry);
  let entries = waiting[format];
  // Whatever the program asks for before it yields is bundled in one go: esbuild reads each shared module once.
  if (!entries) {
    entries = waiting[format] = new Map();
    setImmediate(bundleWaiting, format);
  }
  const found = entries.get(entry) ?? Promise.withResolvers<AssetArchive>();
  entries.set(entry, found);
  return found.promise;
}

async function bundleWaiting(format: Format): Promise<void> {
  const entries = waiting[format] ?? new Map();
  delete waiting[format];
  try {
    const folders = await bundleAll([...entries.keys()], format).catch((error: Error) => {
      throw lateError(error.message);
    });
    for (const [entry, { resolve }] of entries) resolve(pack(folders.get(entry)!));
  } catch (error) {
    for (const { reject } of entries.values()) reject(error);
  }
}

/** Files, not their text: engines read a file once, and only when it is new to them. */
function pack(folder: string): AssetArchive {
  touch(join(root, folder));
  const names = readdirSync(join(root, folder)).sort();
  return new AssetArchive(
    Object.fromEntries(names.map((name) => [name, new FileAsset(join(root, folder, name))] as const)),
  );
}
