/** Which Python interpreters this machine has: those on PATH, and those that pyenv and uv keep. */
import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { isProgram } from "../../../containers/tools.ts";

const run = promisify(execFile);

export interface Interpreter {
  /** Path of the program itself, links resolved. */
  path: string;
  /** `3.13` */
  version: string;
  /** Where its library is: `/usr`. */
  prefix: string;
}

/** The oldest that AWS's runtime interface client supports. */
const oldest = 10;

/** What an interpreter reports about itself. One without `ensurepip` (Debian's, without python3-venv) can install nothing. */
const question = `
import ensurepip, json, os, sys, venv
print(json.dumps({"path": os.path.realpath(sys.executable), "version": "%d.%d" % sys.version_info[:2], "prefix": sys.base_prefix}))`;

/**
 * @param version `3.13`
 * @returns the interpreter of that version; otherwise the newest that can replace it; `undefined` when there is none.
 */
export async function findInterpreter(version: string): Promise<Interpreter | undefined> {
  const exact = await first(programs(`python${version}`, `${version}.*`), (found) => found.version === version);
  if (exact) return exact;
  const others = [...programs("python3", "3.*"), ...programs("python3.1[0-9]", "3.1[0-9].*")];
  const found = (await Promise.all([...new Set(others)].map(ask))).filter((one) => one !== undefined);
  return found.filter((one) => minor(one) >= oldest).sort((a, b) => minor(b) - minor(a))[0];
}

const minor = ({ version }: Interpreter) => Number(version.split(".")[1]);

async function first(paths: string[], fits: (found: Interpreter) => boolean): Promise<Interpreter | undefined> {
  for (const path of paths) {
    const found = await ask(path);
    if (found && fits(found)) return found;
  }
  return undefined;
}

/** Programs of that name on PATH, and the versions of pyenv and uv. */
function programs(name: string, versions: string): string[] {
  const home = homedir();
  const pyenv = process.env.PYENV_ROOT ?? join(home, ".pyenv");
  const uv = process.env.UV_PYTHON_INSTALL_DIR ?? join(home, ".local/share/uv/python");
  const patterns = [
    ...(process.env.PATH ?? "")
      .split(delimiter)
      .filter(Boolean)
      .map((folder) => join(folder, name)),
    join(pyenv, "versions", versions, "bin/python3"),
    join(uv, `cpython-${versions}`, "bin/python3"),
  ];
  return patterns.flatMap((pattern) => globSync(pattern)).filter(isProgram);
}

/** It may be pyenv's shim for a version that is not installed. */
async function ask(path: string): Promise<Interpreter | undefined> {
  try {
    const { stdout } = await run(path, ["-I", "-c", question], { timeout: 20_000 });
    return JSON.parse(stdout) as Interpreter;
  } catch {
    return undefined;
  }
}
