// Loads what every program needs (Pulumi's SDK, the transpiler), and runs Pulumi's language host once for each line on standard
// input, `{ "environment": ..., "arguments": [...] }`: `node waitingHost.cjs RUN`, where RUN is the SDK's `cmd/run`.
require("local-aws/lifeline");
const { createRequire } = require("node:module");
const { createInterface } = require("node:readline");
const run = process.argv[2];
const fromProgram = createRequire(`${process.cwd()}/`);
const fromSdk = createRequire(run);

// Closures can be serialized only when the inspector has seen every script from the start; to begin takes it a while.
fromSdk("../../runtime/closure/v8Hooks").isInitializedAsync();
require("./privateServers.cjs").usePrivateServers(fromSdk);
require("./quickTraces.cjs").useQuickTraces(fromSdk);
require("./quickCalls.cjs").useQuickCalls(fromSdk);
require("./quickOutputs.cjs").useQuickOutputs(fromSdk);
for (const [from, name] of [
  [fromSdk, "../.."],
  [fromSdk, "./tracing"],
  [fromProgram, "@swc/core"],
  [fromProgram, "esbuild"],
]) {
  try {
    from(name);
  } catch {
    // The program has no such package: it needs none.
  }
}
require("./compiledOnce.cjs").useCompiledOnce(fromProgram);
const { Runs } = require("./runs.cjs");
const runs = new Runs({ run, fromSdk, fromProgram });

createInterface({ input: process.stdin }).on("line", (line) => {
  const { environment, arguments: args } = JSON.parse(line);
  runs.begin(environment, args);
});
process.stdin.ref();
