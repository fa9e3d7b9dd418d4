/** The code that runs in every worker: `runtime/`, bundled once into one file, which starts in half the time. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import writeFileAtomic from "write-file-atomic";

const run = promisify(execFile);
const sources = fileURLToPath(new URL("../runtime/", import.meta.url));

/** Builds the file below `directory` unless it exists. @returns its path. */
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

/** Runs esbuild's command, in its own process: its library would leave a service behind, or share one with other code. */
async function bundle(): Promise<string> {
  const esbuild = join(dirname(createRequire(import.meta.url).resolve("esbuild/package.json")), "bin/esbuild");
  const options = ["--bundle", "--platform=node", "--format=esm", `--target=node${process.versions.node}`];
  // The command may be a script, which needs Node on PATH.
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const { stdout } = await run(esbuild, [join(sources, "main"), ...options, "--log-level=error"], {
    env: { ...process.env, PATH },
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}
