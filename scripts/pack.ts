/**
 * `npm run pack [-- FOLDER]`: packs `packages/*` as compiled JavaScript with declarations, for programs elsewhere: Node does
 * not strip types below `node_modules`. The same layout as the sources, each `.ts` a `.js` and a `.d.ts`.
 */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, extname, join, resolve } from "node:path";

interface Manifest {
  bin?: Record<string, string>;
  exports: Record<string, string>;
  [key: string]: unknown;
}

const sources = resolve(import.meta.dirname, "../packages");
const target = resolve(process.argv[2] ?? "dist");
const built = mkdtempSync(join(tmpdir(), "pack-"));
try {
  execFileSync("tsc", ["--project", join(sources, "tsconfig.build.json"), "--outDir", built], { stdio: "inherit" });
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(built)) {
    const [from, to] = [join(sources, name), join(built, name)];
    // The console's app stays as it is, with what it imports: esbuild bundles it where it runs.
    const bundled = existsSync(join(from, "app")) ? ["app/**", "src/**/*.ts"] : [];
    const assets = globSync(["{src,testing}/**/*.{cjs,json,py,txt}", ...bundled], { cwd: from }).filter((path) =>
      statSync(join(from, path)).isFile(),
    );
    for (const file of ["README.md", ...assets]) {
      mkdirSync(dirname(join(to, file)), { recursive: true });
      cpSync(join(from, file), join(to, file));
    }
    const manifest = JSON.parse(readFileSync(join(from, "package.json"), "utf8")) as Manifest;
    writeFileSync(join(to, "package.json"), `${JSON.stringify(compiled(manifest), null, 2)}\n`);
    execFileSync("npm", ["pack", "--silent", "--pack-destination", target], { cwd: to, stdio: "inherit" });
  }
} finally {
  rmSync(built, { recursive: true, force: true });
}

/** The same package with what was compiled in place of its sources. */
function compiled({ devDependencies: _, ...manifest }: Manifest): object {
  const script = (path: string) => path.replace(/\.ts$/, ".js");
  const entry = (path: string) =>
    extname(path) === ".ts" ? { types: path.replace(/\.ts$/, ".d.ts"), default: script(path) } : path;
  const mapped = <From, To>(entries: Record<string, From>, change: (value: From) => To) =>
    Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, change(value)]));
  const { bin = {} } = manifest;
  return { ...manifest, bin: mapped(bin, script), exports: mapped(manifest.exports, entry) };
}
