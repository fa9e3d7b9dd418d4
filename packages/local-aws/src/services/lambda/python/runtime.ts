/**
 * Python's runtime on this machine: AWS's runtime interface client and its SDK, in a virtual environment that is created
 * when the first Python function runs. Its packages are pinned by hashes.
 * https://github.com/aws/aws-lambda-python-runtime-interface-client
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { AwsError } from "../../../service.ts";
import { findInterpreter, type Interpreter } from "./interpreters.ts";
import { runsHere } from "./native.ts";

const run = promisify(execFile);
const requirements = join(import.meta.dirname, "requirements.txt");
const debuggerRequirements = join(import.meta.dirname, "debugger.txt");
export const launcher = join(import.meta.dirname, "launcher.py");

export interface PythonRuntime {
  /** The interpreter of the virtual environment. */
  python: string;
  /** Folder of the virtual environment. */
  folder: string;
  /** `3.13`: version of the interpreter, which may differ from the function's. */
  version: string;
  /** Where the interpreter's own library is. */
  prefix: string;
}

/** Wheels only: nothing is built, so no code of a package is run. */
const pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--only-binary", ":all:"];

/** Lists of exact versions, beside the packages that they are of. */
const lists = /^requirements(-[0-9a-f]{8})?\.txt$/;

/** Versions for which a different interpreter was reported. */
const told = new Set<string>();

export class PythonRuntimes {
  readonly #tools: string;
  readonly #made = new Map<string, Promise<PythonRuntime>>();
  readonly #packages = new Map<string, Promise<string | undefined>>();
  readonly #closing = new AbortController();

  /** @param tools folder in which virtual environments are created. */
  constructor(tools: string) {
    this.#tools = tools;
  }

  /**
   * @param version of the function's runtime: `3.13`.
   * @throws AwsError that tells what to install, or what to run later if there is no network.
   */
  get(version: string): Promise<PythonRuntime> {
    let made = this.#made.get(version);
    if (!made) {
      made = this.#make(version);
      this.#made.set(version, made);
      // Whatever was missing may be available the next time.
      made.catch(() => this.#made.delete(version));
    }
    return made;
  }

  /**
   * What is in a package or in layers, for this machine: if it contains packages for another processor, system or version of
   * Python, they are installed again, in the exact versions of its `requirements.txt`, or `requirements-HASH.txt` of a layer.
   * @param content folder of the package, or that of modules in layers.
   * @returns the folder of these packages; `undefined` where the content's own will do.
   * @throws AwsError with the command to run, when there is no network.
   */
  packages(runtime: PythonRuntime, content: string): Promise<string | undefined> {
    return this.#once(`${runtime.folder} ${content}`, () => this.#installPackages(runtime, content));
  }

  /**
   * The debugger for a runtime's functions, pinned by hashes.
   * @returns the folder of debugpy.
   * @throws AwsError with the command to run, when there is no network.
   */
  debugger(runtime: PythonRuntime): Promise<string> {
    return this.#once(`${runtime.folder} debugger`, () =>
      this.#installInto("lambda-debugger", runtime.python, [debuggerRequirements], "Python's debugger"),
    );
  }

  /** Cancels running installations; nothing of them is kept. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled([...this.#made.values(), ...this.#packages.values()]);
  }

  /** What is asked for at the same time is installed once; what failed is tried again. */
  #once<T extends string | undefined>(key: string, install: () => Promise<T>): Promise<T> {
    let installed = this.#packages.get(key) as Promise<T> | undefined;
    if (!installed) {
      installed = install();
      this.#packages.set(key, installed);
      installed.catch(() => this.#packages.delete(key));
    }
    return installed;
  }

  #run(program: string, args: string[]): Promise<unknown> {
    return run(program, args, { maxBuffer: 16 * 1024 * 1024, signal: this.#closing.signal });
  }

  async #installPackages({ python, version }: PythonRuntime, content: string): Promise<string | undefined> {
    const names = existsSync(content) ? (await readdir(content)).filter((name) => lists.test(name)) : [];
    if (names.length === 0 || (await runsHere(content, version))) return undefined;
    const required = names.map((name) => join(content, name));
    return this.#installInto("lambda-packages", python, required, "The function's packages");
  }

  /**
   * @param kind what the folder's name begins with.
   * @param lists paths of pip's files; the folder is kept by what they hold.
   * @param what it is that cannot be installed without a network.
   */
  async #installInto(kind: string, python: string, lists: string[], what: string): Promise<string> {
    const hash = createHash("sha256").update(python);
    for (const list of lists) hash.update(await readFile(list));
    const folder = join(this.#tools, `${kind}-${hash.digest("hex").slice(0, 16)}`);
    if (existsSync(folder)) return folder;
    const temporary = await mkdtemp(join(this.#tools, "new-"));
    const install = (target: string) => [
      ...pip,
      "--target",
      target,
      ...lists.flatMap((list) => ["--requirement", list]),
    ];
    try {
      await this.#run(python, install(temporary));
      await rename(temporary, folder);
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      if (existsSync(folder)) return folder;
      throw unavailable(
        `${what} could not be installed for this machine (${reasonOf(error)}); with a network, run: ` +
          `${python} ${install(folder).join(" ")}`,
      );
    }
    return folder;
  }

  async #make(version: string): Promise<PythonRuntime> {
    const found = await findInterpreter(version);
    if (!found) {
      throw unavailable(
        `There is no Python ${version} on this machine, and no other from 3.10 on with its modules venv and ensurepip: ` +
          `install python${version} (and python${version}-venv where that is a package of its own), or run \`uv python install ${version}\`.`,
      );
    }
    if (found.version !== version && !told.has(version)) {
      told.add(version);
      console.error(
        `lambda: there is no Python ${version} on this machine; its functions run on ${found.version} (\`uv python install ${version}\` installs it)`,
      );
    }
    const pinned = await readFile(requirements);
    const hash = createHash("sha256").update(pinned).update(JSON.stringify(found)).digest("hex").slice(0, 16);
    const folder = join(this.#tools, `lambda-python${found.version}-${hash}`);
    if (!isInstalled(folder, found)) await this.#install(found, folder);
    return { python: join(folder, "bin/python"), folder, version: found.version, prefix: found.prefix };
  }

  async #install(interpreter: Interpreter, folder: string): Promise<void> {
    const { path, version } = interpreter;
    console.error(`lambda: installs AWS's runtime interface client for Python ${version}, once`);
    await mkdir(this.#tools, { recursive: true });
    const temporary = await mkdtemp(join(this.#tools, "new-"));
    try {
      await this.#run(path, ["-m", "venv", temporary]);
      const options = [...pip, "--require-hashes", "--requirement", requirements];
      await this.#run(join(temporary, "bin/python"), options);
      // What exists was never finished.
      if (!isInstalled(folder, interpreter)) await rm(folder, { recursive: true, force: true });
      await rename(temporary, folder);
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      // Another process was faster.
      if (isInstalled(folder, interpreter)) return;
      throw unavailable(
        `AWS's runtime interface client for Python ${version} could not be installed (${reasonOf(error)}); with a network, run: ` +
          `${path} -m venv ${folder} && ${folder}/bin/python -m pip install --require-hashes -r ${requirements}`,
      );
    }
  }
}

const isInstalled = (folder: string, { version }: Interpreter) =>
  existsSync(join(folder, `lib/python${version}/site-packages/awslambdaric`));

/** pip's own last word. */
function reasonOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  const lines = (stderr || message).trim().split("\n");
  return lines.findLast((line) => line.startsWith("ERROR:")) ?? (lines.at(-1) as string);
}

const unavailable = (message: string) => new AwsError("InvalidRuntimeException", message, 502, { Type: "User" });
