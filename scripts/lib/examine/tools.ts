/** What the CLI needs on this machine to deploy the program. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { askPulumi, findCli, findExecutable, ownPath } from "../pulumi.ts";
import type { Result } from "./finding.ts";

const run = async (path: string, ...args: string[]): Promise<string> =>
  (await promisify(execFile)(path, args, { timeout: 20_000 })).stdout.trim();

const project = resolve(import.meta.dirname, "../../..");

const numbers = (version: string): number[] => version.replace(/^v/, "").split(".").slice(0, 3).map(Number);

/** Whether a version is at least another, both as in `v3.265.0`. */
function atLeast(version: string, wanted: string): boolean {
  const [found, needed] = [numbers(version), numbers(wanted)];
  const different = needed.findIndex((number, index) => found[index] !== number);
  return different < 0 || (found[different] ?? 0) > (needed[different] ?? 0);
}

/** The CLI's version: the program is written for the one that package.json names. */
export async function examineCli(stack: string): Promise<Result> {
  const cli = findCli();
  const version = (await askPulumi(["version"], stack)).trim();
  const { devDependencies } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
  const wanted: string = devDependencies.pulumi;
  const where = cli?.packaged ? "of the project's npm package" : `at ${cli?.path}`;
  // Whoever builds it from source without a version knows what he has.
  const ok = !/^v?\d/.test(version) || atLeast(version, wanted);
  return {
    ok,
    found: `${version || "of an unknown version"} ${where}`,
    ...(!ok && {
      fix: `The program needs ${wanted} or newer. Update it: https://www.pulumi.com/docs/install/, or use npx pulumi`,
    }),
  };
}

/** The Node.js that the CLI would run the program on. */
export async function examineNode(): Promise<Result> {
  // npx puts the project's own first on PATH; a CLI of the user's takes what their shell has.
  const path = findCli()?.packaged ? process.execPath : findExecutable("node", ownPath());
  const own = join(project, "node_modules", `node-linux-${process.arch}`, "bin");
  const fix = `Put Node.js 24 or newer first on PATH: ${existsSync(own) ? `export PATH="${own}:$PATH"` : "https://nodejs.org/en/download"}`;
  if (!path) return { ok: false, found: "there is none on PATH, where the CLI looks for it", fix };
  const version = await run(path, "--version");
  const ok = atLeast(version, "v24.0.0");
  return { ok, found: `${version} at ${path}, on which the CLI runs the program`, ...(!ok && { fix }) };
}

/**
 * Docker, where images are built.
 * @param images what is built, as in "the recommender's image"; nothing where images are given.
 */
export async function examineDocker(images: string[]): Promise<Result> {
  if (images.length === 0) return { ok: true, found: "not needed: no image is built" };
  const what = images.join(" and ");
  const path = findExecutable("docker", ownPath());
  const otherwise = "or name an image that is there: config recommenderImageUri";
  if (!path) {
    const fix = `Install it (https://docs.docker.com/engine/install/), ${otherwise}`;
    return { ok: false, found: `there is no docker on PATH, and ${what} is to be built`, fix };
  }
  try {
    return {
      ok: true,
      found: `${await run(path, "version", "--format", "{{.Server.Version}}")}, which builds ${what}`,
    };
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    const why = stderr?.trim().split("\n").at(-1) || message;
    const fix = `Start its daemon, ${otherwise}`;
    return { ok: false, found: `${path} does not reach its daemon, and ${what} is to be built: ${why}`, fix };
  }
}
