/**
 * Bundles the program for the image: `node bundle.ts FOLDER` writes `main.mjs`, the training thread `fitWorker.mjs` and
 * what they share, with every dependency inside.
 */
import { join } from "node:path";
import { build } from "esbuild";

export async function bundle(outdir: string): Promise<void> {
  const here = import.meta.dirname;
  await build({
    entryPoints: [join(here, "main.ts"), join(here, "fitWorker.ts")],
    outdir,
    bundle: true,
    splitting: true,
    outExtension: { ".js": ".mjs" },
    format: "esm",
    platform: "node",
    target: "node24",
    mainFields: ["module", "main"],
    minify: true,
    legalComments: "none",
    // Dependencies in CommonJS call `require` for Node's own modules.
    banner: {
      js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
}

if (import.meta.main) {
  const [outdir] = process.argv.slice(2);
  if (!outdir) throw new Error("usage: node bundle.ts FOLDER");
  await bundle(outdir);
}
