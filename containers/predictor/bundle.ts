/** Bundles the program for the image: `node containers/predictor/bundle.ts FOLDER` writes `main.mjs`. */
import { join } from "node:path";
import { build } from "esbuild";

export async function bundle(outdir: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, "main.ts")],
    outfile: join(outdir, "main.mjs"),
    bundle: true,
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
