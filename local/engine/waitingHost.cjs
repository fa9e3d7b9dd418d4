// Loads what every program needs (Pulumi's SDK, the transpiler), waits for the word on standard input, and becomes
// Pulumi's language host: `node waitingHost.cjs RUN ARGUMENT ...` runs RUN with those arguments.
const [run, ...args] = process.argv.slice(2);
const fromProgram = require("node:module").createRequire(`${process.cwd()}/`);

// Closures can be serialized only when the inspector has seen every script from the start.
fromProgram("@pulumi/pulumi/runtime/closure/v8Hooks");
for (const name of ["@pulumi/pulumi", "ts-node", "@swc/core", "esbuild"]) {
  try {
    fromProgram(name);
  } catch {
    // The program has no such package: it needs none.
  }
}

process.stdin.once("data", () => {
  process.stdin.destroy();
  process.argv = [process.argv[0], run, ...args];
  require(run);
});
// The engine is gone: nobody will give the word.
process.stdin.once("end", () => process.exit(0));
