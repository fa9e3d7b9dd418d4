// Loaded first in every process that the engine starts: standard input is open as long as the engine lives, and the
// process ends when the engine does, however that ends. It does not keep the process alive by itself.
process.stdin.once("end", () => process.exit(1));
process.stdin.resume();
process.stdin.unref();
