import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // It has ended meanwhile.
  }
};

/** A process and all that it started, as Linux knows them. */
function treeOf(root: number): number[] {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    // `PID (NAME) STATE PARENT …`: a name may hold anything.
    .map((pid) => [Number(pid), Number(read(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ")[1])] as const);
  const tree = [root];
  for (const pid of tree) tree.push(...parents.filter(([, parent]) => parent === pid).map(([child]) => child));
  return tree;
}

/** TCP ports on which a process and all that it started listen, by Linux's own tables. */
export function listeningPorts(root: number): number[] {
  const listening = ["/proc/net/tcp", "/proc/net/tcp6"]
    .flatMap((table) => read(table).trim().split("\n").slice(1))
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , , state]) => state === "0A")
    .map(([, local = "", , , , , , , , inode = ""]) => ({
      port: Number.parseInt(local.split(":")[1] ?? "", 16),
      inode,
    }));
  const open = new Set(
    treeOf(root).flatMap((pid) => {
      try {
        return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
      } catch {
        return []; // It has ended, or closed one of them, meanwhile.
      }
    }),
  );
  const ports = listening.filter(({ inode }) => open.has(`socket:[${inode}]`)).map(({ port }) => port);
  return [...new Set(ports)].sort((a, b) => a - b);
}
