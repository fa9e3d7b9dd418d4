/**
 * Runs the root modules of `roots/` with the real Terraform against a local cloud:
 * `node test/terraform/run.ts [ROOT ...] [--endpoint URL] [--state DIR] [--keep]`. Without an endpoint it starts a cloud of its
 * own. Ends with 0 when all of it is right, or when there is no Terraform.
 */
import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { strToU8, zipSync } from "fflate";
import { Running } from "local-aws/testing";
import pc from "picocolors";
import { contentsOf, makeDefaults } from "../../scripts/conformance/contents.ts";
import { unexplained } from "./leftovers.ts";
import { type Made, runRoot } from "./root.ts";
import { interruption, Terraform } from "./terraform.ts";
import { rootFolder, rootNames, typesIn, withoutUpdate } from "./types.ts";

interface Target {
  endpoint: string;
  /** State folder of the cloud behind it; without it nobody looks whether the cloud is empty at the end. */
  state?: string;
  stop(): Promise<void>;
}

const region = "eu-west-1";

/** Roots at the same time: each waits as long as it works, for what the provider looks at again and again. */
const lanes = Math.min(4, 2 * availableParallelism());

/** Those that wait the longest, for queues and for rules of lifecycles; the last one begins first. */
const slow = ["bucket", "messaging"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { endpoint: { type: "string" }, state: { type: "string" }, keep: { type: "boolean", default: false } },
});

async function runAll(roots: string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "terraform-"));
  const target = await startTarget(join(folder, "cloud"));
  const before = target.state ? contentsOf(target.state) : new Set<string>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interruption.abort());
  const problems: string[] = [];
  const changed = new Set<string>();
  try {
    const environment = await withProvider(folder, environmentFor(target.endpoint));
    const waiting = roots.toSorted((a, b) => slow.indexOf(b) - slow.indexOf(a));
    const lane = async (): Promise<void> => {
      for (let root = waiting.shift(); root && !interruption.signal.aborted; root = waiting.shift()) {
        const made = await report(root, prepare(folder, root), environment);
        if (typeof made === "string") problems.push(made);
        else for (const type of made.changed) changed.add(type);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    if (problems.length === 0 && roots.length === rootNames().length) problems.push(...unchanged(changed));
    // Of a root that failed something may be left; that is not the cloud's fault.
    const after = target.state && problems.length === 0 ? [...contentsOf(target.state)] : [];
    const left = unexplained(after.filter((record) => !before.has(record)));
    problems.push(...left.map((record) => `left in the cloud: ${record}`));
  } finally {
    await target.stop();
    if (problems.length === 0 && !values.keep) rmSync(folder, { recursive: true, force: true });
  }
  for (const problem of problems) console.log(pc.red(problem));
  if (problems.length > 0) console.log(`files and state of each root: ${folder}`);
  console.log(`\n${roots.length} roots, ${problems.length} problems`);
  return problems.length > 0 ? 1 : 0;
}

/** What an update of every root has not changed, and could. */
function unchanged(changed: ReadonlySet<string>): string[] {
  const types = new Set(rootNames().flatMap((root) => [...typesIn(root)]));
  const idle = [...types].filter((type) => !changed.has(type) && !Object.hasOwn(withoutUpdate, type));
  return idle.map((type) => `no update changes a ${type}`);
}

/** Runs a root and tells of it. @returns what was made, or what is wrong. */
async function report(root: string, folder: string, environment: NodeJS.ProcessEnv): Promise<Made | string> {
  const began = performance.now();
  const seconds = () => pc.dim(`${((performance.now() - began) / 1000).toFixed(1)} s`);
  try {
    const made = await runRoot(folder, environment);
    console.log(`${pc.green("✓")} ${root} ${seconds()} ${made.resources} resources, ${made.imported} of them imported`);
    return made;
  } catch (error) {
    const { message } = error as Error;
    console.log(`${pc.red("✗")} ${root} ${seconds()}\n${message.replace(/^/gm, "    ")}`);
    return `${root}: ${message.split("\n")[0]}`;
  }
}

/** Has the provider installed once; as an override its hundreds of megabytes are not hashed anew by every command. */
async function withProvider(parent: string, environment: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const folder = join(parent, "provider");
  mkdirSync(folder);
  cpSync(providerFile, join(folder, "provider.tf"));
  await new Terraform(folder, environment).run(["init", "-input=false"]);
  const [installed] = globSync(join(folder, ".terraform/providers/*/hashicorp/aws/*/*"));
  const file = join(folder, "terraformrc");
  const override = `dev_overrides { "hashicorp/aws" = ${JSON.stringify(realpathSync(installed!))} }`;
  writeFileSync(file, `provider_installation {\n  ${override}\n  direct {}\n}\ndisable_checkpoint = true\n`);
  return { ...environment, TF_CLI_CONFIG_FILE: file };
}

const providerFile = join(import.meta.dirname, "provider.tf");

/** A folder with the provider's configuration, the root's own, and archives of code. */
function prepare(parent: string, root: string): string {
  const folder = join(parent, root);
  mkdirSync(folder);
  cpSync(providerFile, join(folder, "provider.tf"));
  cpSync(rootFolder(root), folder, { recursive: true });
  for (const [name, files] of Object.entries(archives)) {
    const bytes = Object.entries(files).map(([path, text]) => [path, strToU8(text)]);
    writeFileSync(join(folder, name), zipSync(Object.fromEntries(bytes), { mtime: "2020-01-01" }));
  }
  return folder;
}

const archives = {
  "function.zip": { "index.mjs": "export const handler = async (event) => event;" },
  "changed.zip": { "index.mjs": "export const handler = async (event) => ({ changed: event });" },
  "layer.zip": { "nodejs/node_modules/thing/index.js": "exports.thing = 1;" },
};

async function startTarget(directory: string): Promise<Target> {
  const { endpoint: given, state } = values;
  if (given) return { endpoint: given, ...(state && { state }), stop: async () => {} };
  const options = ["--port", "0", "--api-port", "0", "--region", region, "--state", directory];
  const cloud = new Running(join(import.meta.dirname, "../../packages/local-aws/src/main.ts"), options);
  const [endpoint = ""] = (await cloud.until(/^ready/m)).match(/http:\/\/[\w.]+:\d+/) ?? [];
  // For what is global the provider asks us-east-1.
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  for (const one of [region, "us-east-1"]) await makeDefaults({ endpoint, region: one, credentials });
  return { endpoint, state: directory, stop: async () => void (await cloud.end("SIGTERM")) };
}

/**
 * Nothing of who runs it: the endpoint, its keys, and no look for a newer Terraform. Most of a command's time is the reading
 * of the provider's schema; with fewer collections of garbage it is a fifth less.
 */
const environmentFor = (endpoint: string): NodeJS.ProcessEnv => ({
  ...process.env,
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_REGION: region,
  AWS_PROFILE: undefined,
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  CHECKPOINT_DISABLE: "1",
  GOGC: "400",
  TF_IN_AUTOMATION: "1",
});

const unknown = positionals.filter((name) => !rootNames().includes(name));
if (unknown.length > 0) {
  console.error(`no root is named ${unknown.join(", ")}; there are: ${rootNames().join(", ")}`);
  process.exitCode = 2;
} else if (spawnSync("terraform", ["-version"]).error) {
  console.log(`${pc.yellow("-")} skipped: no terraform on PATH`);
} else {
  // A provider that cannot be had, a cloud that does not start.
  process.exitCode = await runAll(positionals.length > 0 ? positionals : rootNames()).catch((error: Error) => {
    console.log(`${pc.red(error.message)}\n\nended early`);
    return 1;
  });
}
