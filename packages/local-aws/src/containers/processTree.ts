/** Memory of a process and of all that it has started, as the operating system accounts for it. */
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Resident bytes of the process and its descendants together; 0 when it has ended. Pages that they share count for each. */
export function residentBytes(pid: number | undefined): Promise<number> {
  if (!pid) return Promise.resolve(0);
  return process.platform === "linux" ? ofLinux(pid) : ofPosix(pid);
}

/** https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html */
async function ofLinux(pid: number): Promise<number> {
  const [statm, below] = await Promise.all([readFile(`/proc/${pid}/statm`, "latin1").catch(() => ""), children(pid)]);
  const own = Number(statm.split(" ")[1] ?? 0) * pageSize;
  const others = await Promise.all(below.map(ofLinux));
  return others.reduce((sum, bytes) => sum + bytes, own);
}

async function children(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, "latin1").catch(() => ""));
  return (await Promise.all(lists)).flatMap((list) => list.split(" ").filter(Boolean).map(Number));
}

/** On x86-64, and mostly on arm64. */
const pageSize = 4096;

/** By `ps`, which every Unix has. */
export async function ofPosix(pid: number): Promise<number> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid=,rss="]).catch(() => ({ stdout: "" }));
  const rows = stdout.split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  const bytes = (parent: number): number =>
    rows.reduce((sum, [own, above, kilobytes = 0]) => {
      if (own === parent) return sum + kilobytes * 1024;
      return above === parent ? sum + bytes(own as number) : sum;
    }, 0);
  return bytes(pid);
}
