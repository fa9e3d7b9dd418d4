// Loads what every program needs (Pulumi's SDK, the transpiler), waits for the word on standard input, and becomes
// Pulumi's language host: `node waitingHost.cjs RUN ARGUMENT ...` runs RUN with those arguments.
require("local-aws/lifeline");
const [run, ...args] = process.argv.slice(2);
const { createRequire } = require("node:module");
const fromProgram = createRequire(`${process.cwd()}/`);
const fromSdk = createRequire(run);

// Closures can be serialized only when the inspector has seen every script from the start; to begin takes it a while.
fromSdk("../../runtime/closure/v8Hooks").isInitializedAsync();
require("./privateServers.cjs").usePrivateServers(fromSdk);
require("./quickTraces.cjs").useQuickTraces(fromSdk);
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
try {
  // The first compilation takes ten times as long as the second.
  fromProgram("ts-node").create({ cwd: process.cwd(), transpileOnly: true }).compile("export {};", "warm.ts");
} catch {
  // The program's own compilation will say what is wrong.
}

if (process.env.PULUMI_LOCAL_STUDIED) require("./loadedModules.cjs").reportLoadedModules();

process.stdin.ref();
process.stdin.once("data", () => {
  process.stdin.unref();
  process.argv = [process.argv[0], run, ...args];
  require(run);
});
