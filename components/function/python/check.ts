import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "../cache.ts";
import { findPython, version } from "./interpreter.ts";
import { Problem } from "./problem.ts";

const checker = join(__dirname, "check.py");

/** What the checker prints. */
interface Said {
  at?: string;
  problem?: string;
  unawaited?: string;
  missing?: string;
  names?: string[];
}

/**
 * Reads files as Python would.
 * @param field that is said to be wrong when a name is not there; when it is a handler's, its `entry` is for the files.
 * @throws {Problem} for a syntax error in any of them, with its file and line; for a name that the entry does not define, or
 * by `async def`.
 */
export function requireNames(entry: string, names: string[], others: string[], field = "handler"): void {
  const file = field === "handler" ? "entry" : field;
  const python = findPython(version);
  if (!python)
    throw new Problem(file, entry, `a file that a Python of this machine can read: install python${version}`);
  const files = [entry, names.join(), ...others.filter((path) => path !== entry)];
  const { stdout, stderr, status } = spawnSync(python.program, ["-I", checker, ...files], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Problem(file, `${entry}: ${stderr.trim().split("\n").at(-1)}`, "a file in Python");
  if (!stdout) return;
  const said = JSON.parse(stdout) as Said;
  if (said.at) throw new Problem(file, `${said.at}: ${said.problem}`, `code that Python ${python.version} reads`);
  if (said.unawaited)
    throw new Problem(field, `async def ${said.unawaited}`, `a function without async in ${entry}: nothing awaits it`);
  const defined = said.names?.join(", ") || "it defines none";
  throw new Problem(field, said.missing, `a function that ${entry} defines: ${defined}`);
}
