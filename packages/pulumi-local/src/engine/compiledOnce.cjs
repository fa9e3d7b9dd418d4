// A process that runs a program again compiles only what has changed in it: ts-node is registered once, and keeps what it has made
// of a module's text.
exports.useCompiledOnce = (fromProgram) => {
  let tsNode;
  try {
    tsNode = fromProgram("ts-node");
    // The first compilation takes ten times as long as the second.
    tsNode.create({ cwd: process.cwd(), transpileOnly: true }).compile("export {};", "warm.ts");
  } catch {
    return; // The program's own compilation will say what is wrong; the SDK has one of its own.
  }
  const { register } = tsNode;
  let service;
  tsNode.register = (options) => {
    service ??= keeping(register(options));
    return service;
  };
};

/** @returns the service, which compiles no text twice. */
function keeping(service) {
  const { compile } = service;
  const kept = new Map();
  service.compile = (text, file, ...rest) => {
    const known = kept.get(file);
    if (known?.text === text) return known.output;
    forgetSourceMaps();
    const output = compile(text, file, ...rest);
    kept.set(file, { text, output });
    return output;
  };
  return service;
}

/** Where lines of the former text came from, as ts-node's reader of source maps keeps it. */
function forgetSourceMaps() {
  const shared = globalThis[Symbol.for("source-map-support/sharedData")];
  if (!shared) return;
  shared.fileContentsCache = Object.create(null);
  shared.sourceMapCache = Object.create(null);
}
