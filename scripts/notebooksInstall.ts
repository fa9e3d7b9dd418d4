/**
 * `npm run notebooks:install`: what notebooks and jobs of the local cloud need, into a virtual environment in the state folder
 * (`--state-dir DIR`, `LOCAL_STATE_DIR`, default `.local`): JupyterLab, PySpark and boto3, from PyPI. Nothing else of the
 * machine is changed; the folder may be deleted. PySpark needs Java besides, in version 8, 11 or 17.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const requirements = join(import.meta.dirname, "notebooksRequirements.txt");

/** @throws Error that says what to do, when a program is missing or fails. */
function run(program: string, args: string[]): void {
  const { error, status } = spawnSync(program, args, { stdio: "inherit" });
  if (error) throw new Error(`${program} cannot be run: ${error.message}`);
  if (status !== 0) throw new Error(`${program} ended with exit code ${status}`);
}

try {
  const { values } = parseArgs({ options: { "state-dir": { type: "string" } } });
  const state = resolve(values["state-dir"] ?? process.env.LOCAL_STATE_DIR ?? ".local");
  const folder = join(state, "tools", "python");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(join(folder, "bin", "pip"))) run("python3", ["-m", "venv", folder]);
  run(join(folder, "bin", "pip"), ["install", "--disable-pip-version-check", "--quiet", "--requirement", requirements]);
  console.log(`Installed in ${folder}. Notebook instances that are started from now on are JupyterLab.`);
  if (spawnSync("java", ["-version"]).status !== 0) {
    console.log("There is no Java on this machine: jobs that use Spark need version 8, 11 or 17 of it.");
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
