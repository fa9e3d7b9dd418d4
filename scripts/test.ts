/**
 * `npm test`: format and lint (import rules among them), types, sources and licences of packages, tests of the program with
 * Pulumi's mocks, and tests of the handlers, the local cloud and the scripts. Steps run three at a time, since most of them
 * wait now and then; each prints when it is done, whole.
 * `npm test -- PATTERN` runs only the test files whose path contains PATTERN; `--junit FILE` writes what was found for CI.
 */
import { spawn } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import pc from "picocolors";
import { junit } from "./lib/junit.ts";

interface Step {
  name: string;
  command: string;
  args: string[];
}

interface Result {
  step: Step;
  failed: boolean;
  output: string;
  seconds: number;
}

const { pattern, file: junitFile } = wanted();
/** Where each step of tests writes its own part of the file. */
const parts = junitFile && mkdtempSync(join(tmpdir(), "junit-"));
const partOf = ({ name }: Pick<Step, "name">) => join(parts as string, `${encodeURIComponent(name)}.xml`);
/** The program's own modules are CommonJS by ts-node: a test that imports one natively has nothing to mend. */
const quiet = [process.env.NODE_OPTIONS, "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"].filter(Boolean).join(" ");

/** A stack trace on the console tells of a fault that no test has seen: one that expects it keeps it from there. */
const stackFrame = /^\s+at .+:\d+:\d+\)?$/m;

/** Milliseconds after which a step is taken to hang. */
const longest = 30 * 60_000;

const files = globSync("{test,packages/*/test}/**/*.test.ts", { exclude: (path) => path.includes("node_modules") })
  .filter((file) => !pattern || file.includes(pattern))
  .sort();

/** A step for the test files whose path matches; none when there is no such file. */
function mocha(name: string, paths: RegExp, ...options: string[]): Step[] {
  const chosen = files.filter((file) => paths.test(file));
  // A connection or timer that a failed test left open must not keep the run from ending.
  const args = ["--no-config", "--extension", "ts", "--timeout", "60000", "--exit"];
  if (parts)
    args.push("--reporter", "./scripts/lib/dotAndXunit.cjs", "--reporter-option", `output=${partOf({ name })}`);
  else args.push("--reporter", "dot");
  return chosen.length > 0 ? [{ name, command: "mocha", args: [...args, ...options, ...chosen] }] : [];
}

/** What code may come with. Those after 0BSD are of tools alone: nothing of them is deployed. */
const licences =
  "MIT;MIT-0;Apache-2.0;ISC;BSD-2-Clause;BSD-3-Clause;BlueOak-1.0.0;0BSD;CC0-1.0;CC-BY-3.0;Python-2.0;PSF-2.0";
/** The first says "SEE LICENSE", which is MIT's text; a part of Pulumi's SDK. The second, MPL-2.0, looks at pages in tests: it
 * is neither changed nor handed on. */
const readByHand = "@logdna/tail-file@2.2.0;axe-core@4.14.1";

const checks: Step[] = [
  { name: "format, lint, import rules", command: "biome", args: ["ci", "--error-on-warnings", "."] },
  { name: "types", command: "tsc", args: ["--project", ".", "--pretty", "false"] },
  { name: "types of the console", command: "tsc", args: ["--project", "tsconfig.browser.json", "--pretty", "false"] },
  {
    name: "lock files",
    command: "lockfile-lint",
    args: [
      ...["--path", "{,bench/,containers/*/}package-lock.json", "--type", "npm", "--allowed-hosts", "npm"],
      ...["--validate-https", "--validate-integrity", "--validate-package-names"],
    ],
  },
  {
    name: "licences",
    command: "license-checker-rseidelsohn",
    args: [...["--summary", "--excludePrivatePackages", "--excludePackages", readByHand], ...["--onlyAllow", licences]],
  },
];
// The longest first, so that none is left alone at the end. Every test file is in exactly one of them.
const steps: Step[] = [
  ...mocha("programs on one machine", /^test\/local\/program/),
  ...(pattern ? [] : checks),
  // Run by ts-node, as Pulumi runs the program; every other test by Node itself.
  ...mocha(
    "the program, with mocks",
    /^test\/(?!local|containers|handlers|jobs|plan|scripts|terraform)/,
    "--require",
    "ts-node/register",
  ),
  ...mocha("the platform on one machine", /^(test\/local\/(?!program)|packages\/pulumi-local\/test\/[^/]+$)/),
  ...mocha("local-aws", /^packages\/local-aws\//),
  ...mocha("pulumi-local, console", /^packages\/(pulumi-local\/test\/.+|console)\//),
  ...mocha("handlers, containers, jobs, plan, scripts", /^test\/(containers|handlers|jobs|plan|scripts|terraform)/),
];

const results: Result[] = [];
await Promise.all([work(), work(), work()]);
const count = (state: "passing" | "failing" | "pending") =>
  results.reduce((sum, { output }) => sum + Number(output.match(new RegExp(`^ +(\\d+) ${state}`, "m"))?.[1] ?? 0), 0);
const failedSteps = results.filter(({ failed }) => failed);

if (results.length === 0) console.log(pc.red(`No test file's path contains "${pattern}".`));
for (const { step } of failedSteps) console.log(pc.red(`failed: ${step.name}`));
// A step that fails without a failing test (a type error, a crash) counts as one failure.
const failures = Math.max(count("failing"), failedSteps.length);
const skipped = count("pending");
console.log(`${count("passing")} passed, ${failures} failed${skipped ? `, ${skipped} skipped` : ""}`);
if (junitFile && parts) writeJunit(junitFile, parts);
process.exitCode = failures > 0 || results.length === 0 ? 1 : 0;

function wanted(): { pattern?: string; file?: string } {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { junit: { type: "string" } } });
    return { pattern: positionals[0], file: values.junit };
  } catch (error) {
    console.error(`${(error as Error).message.split(". ")[0]}\nUsage: npm test -- [--junit FILE] [PATTERN]`);
    process.exit(2);
  }
}

function writeJunit(file: string, folder: string): void {
  const found = results.map(({ step, ...result }) => {
    const part = partOf(step);
    return { ...result, name: step.name, ...(existsSync(part) && { xunit: readFileSync(part, "utf8") }) };
  });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, junit(found));
  rmSync(folder, { recursive: true });
}

/** Takes one step after the other, until none is left. */
async function work(): Promise<void> {
  for (let step = steps.shift(); step; step = steps.shift()) {
    const result = await run(step);
    const mark = result.failed ? pc.red("✗") : pc.green("✓");
    console.log(`${mark} ${step.name} ${pc.dim(`${result.seconds.toFixed(1)} s`)}`);
    const talkative = result.failed || step.command === "mocha";
    if (talkative) console.log(result.output.trimEnd());
    results.push(result);
  }
}

function run(step: Step): Promise<Result> {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(step.command, step.args, {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: longest,
      killSignal: "SIGKILL",
      env: { ...process.env, FORCE_COLOR: "0", NODE_OPTIONS: quiet },
    });
    let output = "";
    const keep = (chunk: Buffer) => (output += chunk);
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => (output += error.message));
    child.on("close", (code, signal) => {
      if (signal) output += `\nended by ${signal} after ${Math.round(performance.now() - started)} ms\n`;
      const traced = code === 0 && step.command === "mocha" && stackFrame.test(output);
      if (traced) output += "\nThe tests passed, and a stack trace was printed.\n";
      resolve({ step, failed: code !== 0 || traced, output, seconds: (performance.now() - started) / 1000 });
    });
  });
}
