import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Of every function of Python. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
export const runtime = "python3.13";
export const version = runtime.slice("python".length);

/** A Python of this machine, which reads and packs functions; they run on Lambda's own. */
export interface Python {
  program: string;
  /** `3.13` */
  version: string;
  /** Whether it has pip. */
  pip: boolean;
}

const question =
  "import importlib.util, sys; print('%d.%d' % sys.version_info[:2], importlib.util.find_spec('pip') is not None, sys.executable)";

const found = new Map<string, Python | undefined>();

/**
 * The interpreter of that version where there is one, otherwise what `python3` is; `undefined` without any.
 * @param version of Lambda's runtime: `3.13`.
 */
export function findPython(version: string): Python | undefined {
  if (!found.has(version)) found.set(version, search(version));
  return found.get(version);
}

function search(version: string): Python | undefined {
  const pyenv = process.env.PYENV_ROOT ?? join(homedir(), ".pyenv");
  // Before what PATH has: pyenv's placeholders there take half a second to look them up.
  const kept = globSync(`${pyenv}/versions/${version}.*/bin/python3`);
  const candidates = [...kept, `python${version}`, "python3", "python"];
  for (const program of candidates) {
    // It may be a placeholder for one that is not there.
    const { status, stdout } = spawnSync(program, ["-I", "-c", question], { encoding: "utf8" });
    if (status !== 0) continue;
    const [is = "", pip, ...path] = stdout.trim().split(" ");
    return { program: path.join(" ") || program, version: is, pip: pip === "True" };
  }
  return undefined;
}

const installed = new Map<string, boolean>();

/** Whether that command is installed. */
export function has(program: string): boolean {
  const known = installed.get(program) ?? spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
  installed.set(program, known);
  return known;
}
