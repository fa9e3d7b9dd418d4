import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { pluginFolder } from "./judges.ts";

/** The stack that the judges deploy: named as the one of `npm start`, so that both have the same URNs and configuration. */
export const stackName = "local";

/** Folders that belong to a machine, not to the program. */
const notCopied = new Set(["node_modules", ".git", ".local"]);

/**
 * A copy of the program that may be edited and configured, and what a Pulumi CLI keeps: all of it in one temporary folder.
 * Nothing is written into the repository, the user's own login is not touched.
 */
export class Workspace {
  readonly folder: string;
  /** The copy. */
  readonly program: string;
  readonly #stack: string;
  readonly #project: string;

  /**
   * @param source the program's folder. Default: this repository.
   * @param stack whose configuration is changed.
   */
  constructor(source = resolve(import.meta.dirname, "../.."), stack = stackName) {
    this.#stack = stack;
    this.folder = mkdtempSync(join(tmpdir(), "conformance-"));
    this.program = join(this.folder, "program");
    cpSync(source, this.program, { recursive: true, filter: (path) => !notCopied.has(basename(path)) });
    symlinkSync(join(import.meta.dirname, "../../node_modules"), join(this.program, "node_modules"));
    for (const leaf of ["bin", "home", "state", "logs"]) mkdirSync(join(this.folder, leaf));
    this.#project = parse(readFileSync(join(this.program, "Pulumi.yaml"), "utf8")).name;
  }

  /**
   * What the judges run in: nothing of the user's AWS and Pulumi settings, the cloud as the one AWS, the very Node that
   * runs this as `node`.
   */
  environment(pulumi: string, cloud: { origin: string; region: string }): NodeJS.ProcessEnv {
    // Without one, parts that need it are skipped.
    if (pulumi) this.#link("bin/pulumi", pulumi);
    this.#link("bin/node", process.execPath);
    const plugins = pluginFolder(process.env);
    if (existsSync(plugins)) this.#link("home/plugins", plugins);
    const kept = Object.entries(process.env).filter(([name]) => !/^(AWS|PULUMI)_/.test(name));
    return {
      ...Object.fromEntries(kept),
      PATH: [join(this.folder, "bin"), process.env.PATH].join(delimiter),
      PULUMI_HOME: join(this.folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "conformance",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true",
      AWS_ENDPOINT_URL: cloud.origin,
      AWS_REGION: cloud.region,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    };
  }

  /**
   * What a deployment to a real account runs in: the user's own login and credentials, the very Node that runs this as
   * `node`.
   * @param pulumi the CLI. Default: the first on PATH.
   */
  usersEnvironment(pulumi?: string): NodeJS.ProcessEnv {
    if (pulumi) this.#link("bin/pulumi", pulumi);
    this.#link("bin/node", process.execPath);
    const PATH = [join(this.folder, "bin"), process.env.PATH].join(delimiter);
    return { ...process.env, PATH, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" };
  }

  /** Writes the configuration of a stack that has none. @param values with their namespaces. */
  writeConfiguration(values: Record<string, unknown>): void {
    writeFileSync(join(this.program, `Pulumi.${this.#stack}.yaml`), stringify({ config: values }));
  }

  /** Sets keys of the program in the stack's configuration; others stay. */
  configure(values: Record<string, unknown>): void {
    const path = join(this.program, `Pulumi.${this.#stack}.yaml`);
    const settings = parse(readFileSync(path, "utf8"));
    const named = Object.entries(values).map(([key, value]) => [`${this.#project}:${key}`, value]);
    writeFileSync(path, stringify({ ...settings, config: { ...settings.config, ...Object.fromEntries(named) } }));
  }

  /** Changes a file of the copy. @throws when that changes nothing: what follows would prove nothing. */
  edit(file: string, change: (text: string) => string): void {
    const path = join(this.program, file);
    const before = readFileSync(path, "utf8");
    const after = change(before);
    if (after === before) throw new Error(`${file} is already as it is to be`);
    writeFileSync(path, after);
  }

  drop(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #link(leaf: string, target: string): void {
    const path = join(this.folder, leaf);
    rmSync(path, { force: true });
    symlinkSync(target, path);
  }
}
