/** Creates an environment for a version: a thread for Node.js, a process for every other runtime. */
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { isDebugged, patience } from "../../../kit/debugged.ts";
import type { Cloud, RoleSession } from "../../../service.ts";
import { type ImageOptions, imageCommand } from "../images.ts";
import type { Layers } from "../layers.ts";
import type { Packages } from "../packages.ts";
import { Debuggers } from "../python/debuggers.ts";
import { launcher, type PythonRuntime, type PythonRuntimes } from "../python/runtime.ts";
import type { VersionRecord } from "../records.ts";
import { localRuntime, type Runtime, runtimeOf } from "../runtimes.ts";
import type { Environment, EnvironmentSettings } from "./environment.ts";
import { ProcessEnvironment } from "./process.ts";
import type { RuntimeApi } from "./runtimeApi.ts";
import { ThreadEnvironment } from "./thread.ts";
import { type EnvironmentPlace, environmentVariables } from "./variables.ts";
import { workerCode } from "./workerCode.ts";
import { variablesOf, wrapped, wrapperOf } from "./wrapper.ts";

interface Parts {
  cloud: Cloud;
  packages: Packages;
  layers: Pick<Layers, "root">;
  runtimeApi: RuntimeApi;
  pythons: PythonRuntimes;
  images: ImageOptions;
}

/** Where its log goes, and why it is started. */
type Start = Pick<EnvironmentPlace, "logGroup" | "logStream" | "type">;

type Listeners = Pick<EnvironmentSettings, "onLog" | "onEnd">;
type Begin = (listeners: Listeners) => Environment;

/** A version, with everything needed to create an environment. */
interface Plan {
  version: VersionRecord;
  taskRoot: string;
  layerRoot: string | undefined;
  /** AWS's and the function's variables, with those of the runtime. */
  variables(runtime: Record<string, string>): Record<string, string>;
  settings: Pick<EnvironmentSettings, "memoryMb" | "initTimeout">;
}

/** Why something is installed for a version: it was created, or is another one than before. */
export type Preparation = "created" | "updated";

/** Initialisation has ten seconds of its own; after that it continues within the function's timeout. */
const initMs = 10_000;
/** MiB that debugpy may use in a function's process without having it end for its memory. */
const debuggerMb = 256;

export class EnvironmentStarter {
  readonly #parts: Parts;
  readonly #debuggers = new Debuggers();
  /** By generation: a published version has that of the one it was made of. */
  readonly #preparing = new Map<string, Preparation>();
  #code: Promise<string> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Installs in the background what a version needs, so that no request waits for it; failures are reported by the first request. */
  warm(version: VersionRecord, why: Preparation): void {
    const { configuration, generation } = version;
    const { pythons } = this.#parts;
    const found = localRuntime(configuration.Runtime);
    if (found?.kind !== "python" || this.#preparing.has(generation)) return;
    this.#preparing.set(generation, why);
    const installed = pythons.get(found.version).then(async (runtime) => {
      await this.#pythonPackages(runtime, version);
      if (isDebugged()) await pythons.debugger(runtime);
    });
    void installed.catch(() => {}).finally(() => this.#preparing.delete(generation));
  }

  /** Folders of packages that are taken instead of those of the package and of its layers, which are for another machine. */
  async #pythonPackages(runtime: PythonRuntime, version: VersionRecord): Promise<[string, string]> {
    const { pythons, packages, layers } = this.#parts;
    const layerRoot = await layers.root(version);
    const own = await pythons.packages(runtime, packages.folder(version.code));
    const shared = layerRoot && (await pythons.packages(runtime, join(layerRoot, "python")));
    return [own ?? "", shared ?? ""];
  }

  /** What is being installed for a version; `undefined` when nothing is. */
  preparing({ generation }: VersionRecord): Preparation | undefined {
    return this.#preparing.get(generation);
  }

  /** Cancels running installations. */
  close(): Promise<void> {
    return this.#parts.pythons.close();
  }

  /** @throws AwsError when this machine cannot run it. */
  async prepare(version: VersionRecord, session: RoleSession, start: Start): Promise<Begin> {
    const { cloud, packages, layers, images } = this.#parts;
    const { Runtime: name, MemorySize: memoryMb = 128, Timeout = 3 } = version.configuration;
    const layerRoot = await layers.root(version);
    const taskRoot = version.image === undefined ? packages.folder(version.code) : images.workingDirectory;
    const plan: Plan = {
      version,
      taskRoot,
      layerRoot,
      variables: (runtime) => environmentVariables(cloud, version, session, { taskRoot, ...start, runtime }),
      settings: { memoryMb, initTimeout: patience(initMs + Timeout * 1000) },
    };
    if (version.image !== undefined) return this.#image(plan, version.image);
    const runtime = runtimeOf(name as string);
    switch (runtime.kind) {
      case "node":
        return this.#thread(plan, runtime);
      case "python":
        return this.#python(plan, runtime.version);
      case "provided":
        return this.#bootstrap(plan);
    }
  }

  async #thread(plan: Plan, { callbacks }: Extract<Runtime, { kind: "node" }>): Promise<Begin> {
    const { cloud, packages } = this.#parts;
    const { taskRoot, layerRoot, settings, version } = plan;
    const { Handler, LoggingConfig: logging } = version.configuration;
    this.#code ??= workerCode(packages.directory);
    const code = await this.#code;
    const start = {
      taskRoot,
      ...(layerRoot && { layerRoot }),
      handler: Handler as string,
      callbacks,
      logFormat: logging?.LogFormat ?? "Text",
      ...(logging?.ApplicationLogLevel && { logLevel: logging.ApplicationLogLevel }),
      sdkRoot: import.meta.url,
      apiOrigin: cloud.apiOrigin,
    };
    const own = plan.variables(layerRoot ? { NODE_PATH: `${layerRoot}/nodejs/node_modules` } : {});
    const script = wrapperOf(version.configuration.Environment?.Variables, plan);
    const variables = script ? await variablesOf(script, own, { cwd: taskRoot, timeout: initMs }) : own;
    if (typeof variables === "number") {
      const command = ["/bin/sh", "-c", `exit ${variables}`];
      return this.#process(plan, { command, frames: false, variables: {}, shownPaths: {} });
    }
    return (listeners) => new ThreadEnvironment({ ...settings, ...listeners, code, start, variables });
  }

  async #python(plan: Plan, wanted: string): Promise<Begin> {
    const { pythons } = this.#parts;
    const runtime = await pythons.get(wanted);
    const { python, folder, prefix, version } = runtime;
    const { taskRoot, layerRoot = "" } = plan;
    const [packages, layerPackages] = await this.#pythonPackages(runtime, plan.version);
    const { FunctionName: name, Handler: handler, Environment } = plan.version.configuration;
    const script = wrapperOf(Environment?.Variables, plan);
    let command = [python, launcher, handler as string, layerRoot, packages, layerPackages];
    if (isDebugged()) {
      command = await this.#debuggers.command(name, await pythons.debugger(runtime), command);
      plan.settings.memoryMb += debuggerMb;
    }
    return this.#process(plan, {
      command: script ? wrapped(script, command) : command,
      frames: true,
      // Bytecode is kept beside the package, which is read-only.
      variables: { ...searchPaths(plan, join(folder, "bin")), PYTHONPYCACHEPREFIX: `${taskRoot}.pycache` },
      shownPaths: {
        [join(folder, "lib", `python${version}`, "site-packages")]: "/var/runtime",
        [launcher]: "/var/runtime/bootstrap.py",
        ...(packages && { [packages]: "/var/task" }),
        ...(layerPackages && { [layerPackages]: "/opt/python" }),
        [join(prefix, "lib")]: "/var/lang/lib",
      },
    });
  }

  /** The command has this machine's programs, and asks the Runtime API as the image would. */
  #image(plan: Plan, uri: string): Promise<Begin> {
    const command = imageCommand(this.#parts.images.images, uri, plan.version.configuration);
    const { PATH = "" } = process.env;
    return this.#process(plan, { command, frames: false, variables: { PATH }, shownPaths: {} });
  }

  #bootstrap(plan: Plan): Promise<Begin> {
    const { taskRoot, layerRoot } = plan;
    // As on AWS: the package's own, otherwise a layer's.
    const places = [taskRoot, layerRoot]
      .filter((folder) => folder !== undefined)
      .map((root) => join(root, "bootstrap"));
    const command = ["/bin/sh", "-c", `for file; do [ -e "$file" ] && exec "$file"; done; exec "$1"`, "sh", ...places];
    return this.#process(plan, { command, frames: false, variables: searchPaths(plan), shownPaths: {} });
  }

  async #process(
    plan: Plan,
    own: { command: string[]; frames: boolean; variables: Record<string, string>; shownPaths: Record<string, string> },
  ): Promise<Begin> {
    const { cloud, packages, runtimeApi } = this.#parts;
    const { taskRoot, layerRoot, settings } = plan;
    // Its own folder, removed with it; one that outlives this process is removed when the next one starts.
    const temporary = await mkdtemp(join(packages.directory, "new-tmp-"));
    const variables = plan.variables({ ...own.variables, HOME: temporary, TMPDIR: temporary });
    const shownPaths = { [temporary]: "/tmp", [taskRoot]: "/var/task", ...(layerRoot && { [layerRoot]: "/opt" }) };
    return (listeners) => {
      const environment = new ProcessEnvironment({
        ...settings,
        ...listeners,
        ...own,
        variables,
        taskRoot,
        endpoint: new URL(cloud.origin).host,
        runtimeApi,
        shownPaths: { ...shownPaths, ...own.shownPaths },
      });
      void environment.gone.then(() => rm(temporary, { recursive: true, force: true }).catch(() => {}));
      return environment;
    };
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
function searchPaths({ taskRoot, layerRoot }: Plan, programs?: string): Record<string, string> {
  const own = programs ? [programs] : [];
  const libraries = [taskRoot, join(taskRoot, "lib"), ...(layerRoot ? [join(layerRoot, "lib")] : [])];
  return {
    PATH: [...own, "/usr/local/bin", "/usr/bin", "/bin", ...(layerRoot ? [join(layerRoot, "bin")] : [])].join(":"),
    LD_LIBRARY_PATH: libraries.join(":"),
  };
}
