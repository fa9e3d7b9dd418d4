import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { AssetArchive, FileAsset } from "@pulumi/pulumi/asset";
import { type BuildFailure, type BuildOptions, build, type Metafile, type OutputFile, version } from "esbuild";
import { lateError } from "../validation.ts";
import { BundleCache } from "./bundleCache.ts";
import { cache, keep, root, touch } from "./cache.ts";
import { requireBuiltins } from "./requireBuiltins.ts";

/** The runtime of every function, and what esbuild compiles for. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
export const runtime = "nodejs24.x";
const target = "node24";

/** An ES module by default; `cjs` for serialised callbacks, whose `with` statements no ES module may hold. */
type Format = "esm" | "cjs";
const extensions = { esm: ".mjs", cjs: ".cjs" } as const;

/** CommonJS packages inside an ES module (parts of the AWS SDK) call `require` for Node's own modules. */
const banner = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

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
  const format = entry.endsWith(".cjs") ? "cjs" : "esm";
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
    const packages = await bundleAll([...entries.keys()], format);
    for (const [entry, { resolve }] of entries) resolve(packages.get(entry)!);
  } catch (error) {
    for (const { reject } of entries.values()) reject(error);
  }
}

async function bundleAll(entries: string[], format: Format): Promise<Map<string, AssetArchive>> {
  const { plugins, ...settings } = options(format);
  const made = [version, requireBuiltins.setup.toString(), settings];
  const known = new BundleCache(root, `${cache}/sources`, made);
  const folders = new Map(entries.map((entry) => [entry, known.find(entry)]));
  const changed = entries.filter((entry) => !folders.get(entry));
  if (changed.length > 0) {
    const { outputFiles, metafile } = await build({
      ...settings,
      plugins,
      // Numbered, as handlers of different systems may have the same file name; in the program's own folder, so that source
      // maps name its files as it does.
      entryPoints: changed.map((entry, index) => ({ in: entry, out: String(index) })),
      outdir: root,
    }).catch((failure: BuildFailure) => {
      throw lateError(`a handler could not be bundled: ${describe(failure)}`);
    });
    if (format === "esm") requireHandlers(metafile);
    for (const [index, entry] of changed.entries()) {
      const folder = store(outputFiles.filter(({ path }) => basename(path).split(".", 1)[0] === String(index)));
      known.keep(entry, folder, metafile);
      folders.set(entry, folder);
    }
  }
  return new Map(entries.map((entry) => [entry, pack(folders.get(entry)!)]));
}

const options = (format: Format) =>
  ({
    absWorkingDir: root,
    outExtension: { ".js": extensions[format] },
    bundle: true,
    platform: "node",
    format,
    target,
    mainFields: ["module", "main"],
    minify: true,
    // What an error is called in logs and metrics is its class's name.
    keepNames: true,
    ...(format === "esm" && { banner: { js: banner } }),
    sourcemap: "external",
    sourcesContent: false,
    // Where Lambda has the package: stack traces say so, and a debugger takes it for the program's folder.
    sourceRoot: "/var/task/",
    legalComments: "none",
    logLevel: "silent",
    metafile: true,
    write: false,
    plugins: [requireBuiltins],
  }) satisfies BuildOptions;

/** Lambda would say so only at the first call. */
function requireHandlers({ outputs }: Metafile): void {
  for (const { entryPoint, exports } of Object.values(outputs)) {
    if (entryPoint && !exports.includes("handler")) {
      throw lateError(`${entryPoint} exports ${exports.join(", ") || "nothing"}; a handler's file exports "handler"`);
    }
  }
}

/** The bundle as files where its content says. @returns their folder. */
function store(outputs: OutputFile[]): string {
  const files = outputs.map(({ path, contents }) => {
    const name = basename(path).replace(/^\d+/, "index");
    const link = Buffer.from(`//# sourceMappingURL=${name}.map\n`);
    return { name, contents: name.endsWith(".map") ? contents : Buffer.concat([contents, link]) };
  });
  const hash = createHash("sha256");
  for (const { contents } of files) hash.update(contents);
  return keep("bundles", hash.digest("hex").slice(0, 32), () => files);
}

/** Files, not their text: engines read a file once, and only when it is new to them. */
function pack(folder: string): AssetArchive {
  touch(join(root, folder));
  const names = readdirSync(join(root, folder)).sort();
  return new AssetArchive(
    Object.fromEntries(names.map((name) => [name, new FileAsset(join(root, folder, name))] as const)),
  );
}

function describe(failure: BuildFailure): string {
  const lines = (failure.errors ?? []).map(
    ({ text, location }) => (location ? `${location.file}:${location.line}: ` : "") + text,
  );
  return lines.length > 0 ? lines.join("\n") : String(failure);
}
