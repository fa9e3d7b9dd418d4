import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type BuildFailure, type BuildOptions, build, type Metafile, type OutputFile, version } from "esbuild";
import { BundleCache } from "./bundleCache.ts";
import { cache, keep, root } from "./cache.ts";
import { requireBuiltins } from "./requireBuiltins.ts";

/** What esbuild compiles for: the runtime of every function. */
const target = "node24";

/** An ES module by default; `cjs` for serialised callbacks, whose `with` statements no ES module may hold. */
export type Format = "esm" | "cjs";
const extensions = { esm: ".mjs", cjs: ".cjs" } as const;

export const formatOf = (entry: string): Format => (entry.endsWith(".cjs") ? "cjs" : "esm");

/** CommonJS packages inside an ES module (parts of the AWS SDK) call `require` for Node's own modules. */
const banner = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

/** What is known of bundles of that format, as the files are now. */
export function bundleCache(format: Format): BundleCache {
  const { plugins: _, ...settings } = options(format);
  // Its text as it is written: what runs is compiled, each time by another compiler.
  const plugin = readFileSync(join(root, "components/function/requireBuiltins.ts"), "utf8");
  return new BundleCache(root, `${cache}/sources`, [version, plugin, settings]);
}

/**
 * Bundles handlers: those whose sources are as they were are not bundled again. The same sources give the same bytes on every
 * machine, whatever is bundled beside them.
 * @param entries of that format, relative to the program.
 * @returns the folder of each, relative to the program.
 * @throws {Error} what esbuild says of the sources; or that there is no export `handler`.
 */
export async function bundleAll(entries: string[], format: Format): Promise<Map<string, string>> {
  const known = bundleCache(format);
  const folders = new Map(entries.map((entry) => [entry, known.find(entry)]));
  const changed = entries.filter((entry) => !folders.get(entry));
  if (changed.length > 0) {
    const { outputFiles, metafile } = await build({
      ...options(format),
      // Numbered, as handlers of different systems may have the same file name; in the program's own folder, so that source
      // maps name its files as it does.
      entryPoints: changed.map((entry, index) => ({ in: entry, out: String(index) })),
      outdir: root,
    }).catch((failure: BuildFailure) => {
      throw new Error(`a handler could not be bundled: ${describe(failure)}`);
    });
    if (format === "esm") requireHandlers(metafile);
    for (const [index, entry] of changed.entries()) {
      const folder = store(outputFiles.filter(({ path }) => basename(path).split(".", 1)[0] === String(index)));
      known.keep(entry, folder, metafile);
      folders.set(entry, folder);
    }
  }
  return folders as Map<string, string>;
}

const options = (format: Format) =>
  ({
    absWorkingDir: root,
    // Of callbacks whose text lies outside of the program, where its folder is another user's.
    nodePaths: [join(root, "node_modules")],
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
      throw new Error(`${entryPoint} exports ${exports.join(", ") || "nothing"}; a handler's file exports "handler"`);
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

function describe(failure: BuildFailure): string {
  const lines = (failure.errors ?? []).map(
    ({ text, location }) => (location ? `${location.file}:${location.line}: ` : "") + text,
  );
  return lines.length > 0 ? lines.join("\n") : String(failure);
}
