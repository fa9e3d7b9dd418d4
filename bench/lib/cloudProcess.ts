/** The local cloud in a process of its own, which tells its parent where it answers and, asked, how long its thread was kept. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHistogram } from "node:perf_hooks";
import { createCloud } from "local-aws";

const directory = mkdtempSync(join(tmpdir(), "bench-"));
const local = createCloud({ directory, awsPort: 0, apiPort: 0 });
const origin = await local.listen();

/**
 * Microseconds of the thread's own processor time between two calls of a timer of one millisecond: the event loop's delay
 * without what other programs on the machine add to it.
 */
const delay = createHistogram();
let before = process.threadCpuUsage();
setInterval(() => {
  const now = process.threadCpuUsage();
  delay.record(Math.max(1, now.user + now.system - before.user - before.system));
  before = now;
}, 1);

process.on("message", () => {
  process.send?.({ p99: delay.percentile(99) / 1e3, max: delay.max / 1e3 });
  delay.reset();
});
process.once("SIGTERM", async () => {
  await local.close();
  rmSync(directory, { recursive: true });
  process.exit();
});
process.send?.({ origin });
