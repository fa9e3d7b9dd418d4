/**
 * `npm run bench [-- NAME ...]`: every benchmark, or those named, as one table in Markdown. Peers run in the same run, so
 * that a ratio holds on a noisy machine; installs its own packages on first use.
 * `npm run bench -- --peers`: the local cloud beside its peers, written into docs/benchmarks.md.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import type { Benchmark } from "./lib/benchmark.ts";

const here = import.meta.dirname;
if (!existsSync(join(here, "node_modules/.package-lock.json"))) {
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: here,
    stdio: "inherit",
  });
}

const names = process.argv.slice(2);
if (names.includes("--peers")) {
  if (names.length > 1) {
    console.error(
      `--peers runs all that is compared, and stands alone; beside it is "${names.find((name) => name !== "--peers")}"`,
    );
    process.exit(2);
  }
  await (await import("./peers/index.ts")).writePeers();
  process.exit();
}
const files = readdirSync(join(here, "benchmarks")).filter((file) => file.endsWith(".ts"));
const all = await Promise.all(files.map(async (file) => (await import(`./benchmarks/${file}`)).default as Benchmark));
const unknown = names.find((name) => !all.some((benchmark) => benchmark.name === name));
if (unknown) {
  console.error(`There is no benchmark "${unknown}". There are: ${all.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

console.log(`Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model.trim()})\n`);
console.log("| what | measured | goal | |\n|---|---|---|---|");
for (const benchmark of all) {
  if (names.length > 0 && !names.includes(benchmark.name)) continue;
  for (const { what, figure, goal = "", met } of await benchmark.run()) {
    console.log(`| ${what} | ${figure} | ${goal} | ${met === undefined ? "" : met ? "met" : "missed"} |`);
  }
}
