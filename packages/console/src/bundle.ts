/** The pages as one script and one style sheet, made by esbuild and kept until one of their sources changes. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface BundleOptions {
  /** Modules of the program's own pages, each with a page as its default export; relative to `programDirectory`. Default: none. */
  pages?: string[];
  programDirectory: string;
  /** Folder that the bundle is kept in. */
  cache: string;
}

export interface Bundle {
  script: string;
  style: string;
}

interface Kept extends Bundle {
  /** Each source, with its time of change and size. */
  sources: [path: string, stamp: string][];
}

const app = resolve(import.meta.dirname, "../app");

/** @throws Error of esbuild's when a page does not compile. */
export async function bundle({ pages = [], programDirectory, cache }: BundleOptions): Promise<Bundle> {
  const modules = pages.map((page) => resolve(programDirectory, page));
  const file = join(
    cache,
    `console-${createHash("sha256")
      .update([app, ...modules].join("\n"))
      .digest("hex")
      .slice(0, 16)}.json`,
  );
  const kept = readKept(file);
  if (kept) return kept;
  const made = await build(modules, programDirectory);
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(made));
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // A folder that cannot be written: it is made again at the next start.
  }
  return made;
}

async function build(modules: string[], programDirectory: string): Promise<Kept> {
  const { build: esbuild } = await import("esbuild");
  const contents = [
    `import { start } from ${JSON.stringify(join(app, "main.tsx"))};`,
    `import { ownPages } from ${JSON.stringify(join(app, "pages/index.ts"))};`,
    ...modules.map((path, index) => `import page${index} from ${JSON.stringify(path)};`),
    `start([...ownPages, ${modules.map((_, index) => `page${index}`).join(", ")}].flat());`,
  ].join("\n");
  const { outputFiles, metafile } = await esbuild({
    stdin: { contents, resolveDir: app, sourcefile: "console.ts" },
    absWorkingDir: programDirectory,
    outdir: "/",
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    alias: { "local-console/app": join(app, "index.ts") },
    // Pages of programs that have no Preact of their own.
    nodePaths: [resolve(app, "../node_modules"), resolve(app, "../..")],
    logLevel: "silent",
  });
  const text = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? "";
  const sources = Object.keys(metafile.inputs)
    .map((path) => resolve(programDirectory, path))
    .filter((path) => path.startsWith(app) || !path.includes("node_modules"))
    .filter((path) => dirname(path) !== path && stampOf(path) !== undefined);
  return {
    script: text(".js"),
    style: text(".css"),
    sources: sources.map((path) => [path, stampOf(path) as string]),
  };
}

function readKept(file: string): Kept | undefined {
  try {
    const kept = JSON.parse(readFileSync(file, "utf8")) as Kept;
    return kept.sources.every(([path, stamp]) => stampOf(path) === stamp) ? kept : undefined;
  } catch {
    return undefined;
  }
}

function stampOf(path: string): string | undefined {
  const { mtimeMs, size } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return mtimeMs === undefined ? undefined : `${mtimeMs} ${size}`;
}
