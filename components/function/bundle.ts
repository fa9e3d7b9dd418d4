import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { RunError } from "@pulumi/pulumi";
import { AssetArchive, FileAsset } from "@pulumi/pulumi/asset";
import { build, type OutputFile } from "esbuild";

/** The runtime of every function, and what esbuild compiles for. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
export const runtime = "nodejs24.x";
const target = "node24";

/** Folder of the program: entry points are relative to it. */
const root = resolve(__dirname, "../..");
const cache = join(root, "node_modules/.cache/bundles");

/** CommonJS packages inside an ES module (parts of the AWS SDK) call `require` for Node's own modules. */
const banner = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

let waiting: Map<string, PromiseWithResolvers<AssetArchive>> | undefined;

/**
 * Bundles a handler with all that it imports, the AWS SDK included, into a deployment package: `index.mjs`, and its source
 * map. The same sources give the same bytes on every machine, so that a second `up` changes nothing.
 *
 * @param entry the handler's file, relative to the program: `handlers/whodis/index.ts`.
 * @throws {RunError} when there is no such file.
 */
export function bundle(entry: string): Promise<AssetArchive> {
  if (!existsSync(join(root, entry))) throw new RunError(`entry is "${entry}"; there is no such file in the program`);
  // Whatever the program asks for before it yields is bundled in one go: esbuild reads each shared module once.
  if (!waiting) {
    waiting = new Map();
    setImmediate(bundleWaiting);
  }
  const found = waiting.get(entry) ?? Promise.withResolvers<AssetArchive>();
  waiting.set(entry, found);
  return found.promise;
}

async function bundleWaiting(): Promise<void> {
  const entries = waiting ?? new Map();
  waiting = undefined;
  try {
    const packages = await bundleAll([...entries.keys()]);
    for (const [entry, { resolve }] of entries) resolve(packages.get(entry));
  } catch (error) {
    for (const { reject } of entries.values()) reject(error);
  }
}

async function bundleAll(entries: string[]): Promise<Map<string, AssetArchive>> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    // Numbered outputs in folders of their own: handlers of different systems may have the same file name.
    entryPoints: entries.map((entry, index) => ({ in: entry, out: `${index}/index` })),
    outdir: "node_modules/.cache/bundles",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target,
    mainFields: ["module", "main"],
    minify: true,
    banner: { js: banner },
    sourcemap: "linked",
    sourcesContent: false,
    legalComments: "none",
    logLevel: "silent",
    write: false,
  }).catch((error: { errors?: { text: string; location?: { file: string; line: number } | null }[] }) => {
    throw new RunError(`a handler could not be bundled: ${describeErrors(error)}`);
  });
  const folderOf = (file: OutputFile) => dirname(relative(cache, file.path));
  return new Map(
    entries.map((entry, index) => [entry, keep(outputFiles.filter((file) => folderOf(file) === String(index)))]),
  );
}

/** Puts a bundle where its content says; what is there already is the same. */
function keep(files: OutputFile[]): AssetArchive {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file.contents);
  const folder = join(cache, hash.digest("hex").slice(0, 32));
  mkdirSync(folder, { recursive: true });
  const assets = files.map((file) => {
    const name = relative(dirname(file.path), file.path);
    if (!existsSync(join(folder, name))) writeFileSync(join(folder, name), file.contents);
    return [name, new FileAsset(join(folder, name))] as const;
  });
  return new AssetArchive(Object.fromEntries(assets));
}

function describeErrors(error: {
  errors?: { text: string; location?: { file: string; line: number } | null }[];
}): string {
  const lines = (error.errors ?? []).map(
    ({ text, location }) => (location ? `${location.file}:${location.line}: ` : "") + text,
  );
  return lines.length > 0 ? lines.join("\n") : String(error);
}
