// Runs Pulumi's language host in this process, and again when its program has ended well: packages stay loaded, and the program's
// own modules are loaded anew. On file descriptor 3 it says so, a line each time.
const { writeSync } = require("node:fs");
const Module = require("node:module");
const { dirname, sep } = require("node:path");
const { fileURLToPath } = require("node:url");
const v8 = require("node:v8");
const vm = require("node:vm");
const { forgetPositions } = require("./quickTraces.cjs");

const isPackage = (path) => path.includes("/node_modules/");
/** Quiet for that long, in milliseconds, a process gives back what it does not need: not between the saves of somebody who edits. */
const idleMs = 10_000;

exports.Runs = class {
  #run;
  #fromProgram;
  #settings;
  #state;
  /** Paths that were imported, or required, in this run. */
  #resolved = new Set();
  /** Listeners of the process that end with the run. */
  #listeners = [];
  #loadedBefore;
  /** Whether the program has asked if this is a preview. */
  #asked = false;
  #quiet;
  #environment = { ...process.env };

  constructor({ run, fromSdk, fromProgram }) {
    this.#run = run;
    this.#fromProgram = fromProgram;
    this.#settings = fromSdk("../../runtime/settings");
    this.#state = fromSdk("../../runtime/state");
    this.#noteListeners();
    Module.registerHooks?.({
      resolve: (specifier, context, next) => {
        const found = next(specifier, context);
        if (found.url.startsWith("file:") && !isPackage(found.url)) this.#resolved.add(fileURLToPath(found.url));
        return found;
      },
    });
    const { isDryRun, signalAndWaitForShutdown } = this.#settings;
    // The SDK itself asks its settings.
    fromSdk("../../runtime").isDryRun = () => {
      this.#asked = true;
      return isDryRun();
    };
    this.#settings.signalAndWaitForShutdown = async () => {
      await signalAndWaitForShutdown();
      this.#endsWell();
    };
    this.#loadedBefore = new Set(Object.keys(require.cache));
  }

  /** @param environment on top of what it has. */
  begin(environment, args) {
    process.stdin.unref();
    clearTimeout(this.#quiet);
    forgetPositions();
    // The program may have changed it.
    for (const name of Object.keys(process.env)) if (!(name in this.#environment)) delete process.env[name];
    Object.assign(process.env, this.#environment, environment);
    this.#forgetRun();
    process.argv = [process.argv[0], this.#run, ...args];
    require(this.#run);
  }

  /** The SDK reads its environment once, and keeps what it has read beside the run's resources. */
  #forgetRun() {
    this.#settings.disconnectSync();
    const store = this.#state.getGlobalStore();
    // What packages have registered stays, with the packages.
    const { resourcePackages, resourceModules } = store;
    globalThis.globalStore = Object.assign(new this.#state.LocalStore(), { resourcePackages, resourceModules });
    globalThis.stackResource = undefined;
    // The SDK's watch for promises that nobody awaits holds on to the first store.
    for (const key of Object.keys(store)) delete store[key];
  }

  /** The process ends where nothing keeps it: it stays for another run once nothing else does. */
  #endsWell() {
    process.once("beforeExit", () => {
      const modules = this.#ownModules();
      // What was imported cannot be loaded anew.
      const again = modules.every((path) => path in require.cache);
      try {
        writeSync(3, `${JSON.stringify({ modules, again, asked: this.#asked })}\n`);
      } catch {
        return; // Nobody asks for another run.
      }
      if (!again) return;
      this.#unload(modules);
      this.#forgetRun();
      process.stdin.ref();
      this.#quiet = setTimeout(() => this.#giveBack(), idleMs).unref();
    });
  }

  #ownModules() {
    const loaded = [...Object.keys(require.cache), ...this.#resolved];
    return [...new Set(loaded)].filter((path) => !isPackage(path) && !this.#loadedBefore.has(path));
  }

  #unload(modules) {
    const host = dirname(this.#run) + sep;
    const gone = new Set([...modules, ...Object.keys(require.cache).filter((path) => path.startsWith(host))]);
    for (const path of gone) delete require.cache[path];
    for (const one of Object.values(require.cache)) one.children = one.children.filter(({ id }) => !gone.has(id));
    // A file may go, and another come that its importers mean.
    for (const [key, path] of Object.entries(Module._pathCache)) if (!isPackage(path)) delete Module._pathCache[key];
    for (const [event, listener] of this.#listeners.splice(0)) process.off(event, listener);
    this.#resolved.clear();
    this.#asked = false;
    process.exitCode = undefined;
  }

  /** Those of packages stay, with the packages; those of the program and of the language host go. */
  #noteListeners() {
    const host = dirname(this.#run);
    for (const name of ["on", "addListener", "once", "prependListener", "prependOnceListener"]) {
      const add = process[name];
      process[name] = (event, listener) => {
        const from = callerOf(process[name]);
        // Node adds a listener of one call by `on`.
        const goes = from.startsWith(host) || !(isPackage(from) || from.startsWith("node:"));
        if (goes) this.#listeners.push([event, listener]);
        return add.call(process, event, listener);
      };
    }
  }

  #giveBack() {
    try {
      this.#fromProgram("esbuild").stop?.();
    } catch {
      // The program has none.
    }
    v8.setFlagsFromString("--expose-gc");
    vm.runInNewContext("gc")({ type: "major", execution: "sync", flavor: "last-resort" });
  }
};

/** Path of who called that function. */
function callerOf(callee) {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_error, frames) => frames[0]?.getFileName() ?? "";
    const trace = {};
    Error.captureStackTrace(trace, callee);
    return trace.stack;
  } finally {
    Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  }
}
