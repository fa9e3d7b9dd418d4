import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { architecture } from "../platform.ts";
import { installerProblem, lineOf } from "./installerProblem.ts";
import { findPython, has } from "./interpreter.ts";
import { Problem } from "./problem.ts";
import { type Files, filesIn, hashOf } from "./sources.ts";

/** Processors by the names in wheels' tags. */
const machine = { arm64: "aarch64", x86_64: "x86_64" }[architecture as "arm64" | "x86_64"];
/** Amazon Linux 2023 has glibc 2.34: wheels that need no newer one run there. https://peps.python.org/pep-0600/ */
const glibc = [34, 31, 28, 27, 26, 24, 17];
const platforms = [...glibc.map((minor) => `manylinux_2_${minor}_${machine}`), `manylinux2014_${machine}`];

/** What is the installer's own affair in an installed package, and differs between machines. */
const ownAffairs = /(^bin\/|\.dist-info\/(RECORD|INSTALLER|REQUESTED|direct_url\.json|uv_cache\.json)$|^\.lock$)/;

interface Given {
  /** The file, or `pyproject.toml`. */
  path: string;
  /** As users know it: relative to the program. */
  shown: string;
  /** Of Lambda's runtime: `3.13`. */
  version: string;
  /** Where installed packages are kept. */
  cache: string;
}

/** What is installed. */
export interface Installed {
  /** Another for other packages. */
  id: string;
  /** The packages' files, and a `requirements.txt` with their exact versions, for machines of another kind. */
  read(): Files;
}

/**
 * Installs what a file requires, as wheels for Lambda's runtime and processor.
 * @throws {Problem} naming the package that has no such wheel.
 */
export function install({ path, shown, version, cache }: Given): Installed | undefined {
  const required = basename(path) === "pyproject.toml" ? exported(path, shown) : readFileSync(path, "utf8");
  const meaningful = required.split("\n").filter((line) => line.trim() && !line.trimStart().startsWith("#"));
  if (meaningful.length === 0) return undefined;
  const uv = has("uv");
  const folder = join(cache, hashOf(required, version, platforms.join(), uv ? "uv" : "pip"));
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true });
    const draft = mkdtempSync(`${folder}-`);
    try {
      const list = join(dirname(path), basename(path) === "pyproject.toml" ? "uv.lock" : basename(path));
      // A requirement may be relative to its file.
      const file = basename(list) === "uv.lock" ? join(draft, ".requirements.txt") : list;
      if (file !== list) writeFileSync(file, required);
      run(uv ? byUv(file, draft, version) : byPip(file, draft, version, shown), { shown, version });
      renameSync(draft, folder);
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      // Another process was first.
      if (!existsSync(folder)) throw error;
    }
  }
  return { id: basename(folder), read: () => readInstalled(folder) };
}

function readInstalled(folder: string): Files {
  const files = filesIn(folder);
  for (const name of [...files.keys()]) if (ownAffairs.test(name)) files.delete(name);
  files.set("requirements.txt", Buffer.from(versionsOf(files)));
  return files;
}

function byPip(file: string, target: string, version: string, shown: string): string[] {
  const python = findPython(version);
  if (!python?.pip)
    throw new Problem("requirements", shown, "none on this machine, which has neither pip nor uv: install one");
  return [
    ...[python.program, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-compile"],
    ...["--only-binary", ":all:", "--implementation", "cp", "--python-version", version, "--target", target],
    ...platforms.flatMap((platform) => ["--platform", platform]),
    ...["--requirement", file],
  ];
}

const byUv = (file: string, target: string, version: string): string[] => [
  ...["uv", "pip", "install", "--quiet", "--no-progress", "--only-binary", ":all:", "--target", target],
  ...["--python-version", version, "--python-platform", `${machine}-manylinux_2_${glibc[0]}`, "--requirements", file],
];

function run([program = "", ...args]: string[], asked: { shown: string; version: string }): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) throw installerProblem(stderr || String(error), asked);
}

/** What a lock file says, with hashes. https://docs.astral.sh/uv/concepts/projects/export/ */
function exported(path: string, shown: string): string {
  if (!existsSync(join(dirname(path), "uv.lock"))) {
    throw new Problem("requirements", shown, "a pyproject.toml with a uv.lock beside it: `uv lock` writes it");
  }
  if (!has("uv")) {
    throw new Problem(
      "requirements",
      shown,
      "a requirements.txt, where uv is not installed (`pip install uv` does that)",
    );
  }
  const args = [
    "export",
    "--quiet",
    "--frozen",
    "--no-dev",
    "--no-emit-project",
    "--no-header",
    "--format",
    "requirements-txt",
  ];
  const { status, stdout, stderr } = spawnSync("uv", args, { cwd: dirname(path), encoding: "utf8" });
  if (status !== 0) throw new Problem("requirements", `${shown}: ${lineOf(stderr)}`, "a lock file that uv reads");
  return stdout;
}

function versionsOf(files: Files): string {
  const known = [...files.keys()].flatMap((name) => /^([^/]+)-([^/-]+)\.dist-info\/METADATA$/.exec(name) ?? []);
  const lines: string[] = [];
  for (let at = 0; at < known.length; at += 3) lines.push(`${known[at + 1]}==${known[at + 2]}`);
  return `${lines.sort().join("\n")}\n`;
}
