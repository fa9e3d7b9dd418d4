/** The code that runs in every worker: `runtime/`, bundled once into one file, which starts in half the time. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import writeFileAtomic from "write-file-atomic";

const sources = fileURLToPath(new URL("../runtime/", import.meta.url));

/** Makes the file below `directory` unless it is there already. @returns its path. */
export async function workerCode(directory: string): Promise<string> {
  const hash = createHash("sha256").update(process.version);
  for (const name of (await readdir(sources)).sort()) hash.update(name).update(await readFile(join(sources, name)));
  const folder = join(directory, "runtime");
  const file = join(folder, `${hash.digest("hex").slice(0, 16)}.mjs`);
  if (existsSync(file)) return file;
  bundled ??= await bundle();
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(file, bundled);
  return file;
}

let bundled: string | undefined;

async function bundle(): Promise<string> {
  // In one go: a service of esbuild's would stay behind, or be stopped under somebody else's build. The variable is read
  // as esbuild is loaded; set after that, it would keep its worker from starting, for which it waits for ever.
  const { cache, resolve } = createRequire(import.meta.url);
  if (!cache[resolve("esbuild")]) process.env.ESBUILD_WORKER_THREADS = "0";
  const { buildSync } = await import("esbuild");
  const built = buildSync({
    entryPoints: [join(sources, "main.ts")],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: `node${process.versions.node}`,
    logLevel: "silent",
  });
  return built.outputFiles[0]?.text as string;
}
