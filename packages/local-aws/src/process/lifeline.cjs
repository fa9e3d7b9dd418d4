// Loaded first in every process that this program starts: standard input is open as long as it lives, and the
// process ends when it does, however that ends. It does not keep the process alive by itself.
// Threads load it, too, and have no standard input: Node fails where one reads it.
if (require("node:worker_threads").isMainThread) {
  process.stdin.once("end", () => process.exit(1));
  process.stdin.resume();
  process.stdin.unref();
}
