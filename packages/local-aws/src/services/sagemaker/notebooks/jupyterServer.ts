/** A notebook instance's JupyterLab: a process that listens on a socket of its own, which only the current user may open. */
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { containerBase } from "../../../containers/environment.ts";
import { type Group, runGroup } from "../../../containers/group.ts";
import type { Cloud, RoleSession } from "../../../service.ts";
import type { NotebookInstance } from "./records.ts";
import type { NotebookActivity } from "./report.ts";
import { cloneRepositories } from "./repositories.ts";
import { urlOf } from "./shown.ts";
import { removeSparkKernel, writeSparkKernel } from "./sparkKernel.ts";

export interface JupyterServerArgs {
  cloud: Cloud;
  instance: NotebookInstance;
  arn: string;
  /** `jupyter-lab`, with its path. */
  command: string[];
  /** The instance's volume: what is in its `SageMaker` folder is kept as long as the instance. */
  folder: string;
  /** Where what Spark needs is kept, for an instance whose lifecycle configuration sets sparkmagic up. */
  sparkFolder?: string | undefined;
}

/** How long it may take until it answers. */
const longestStartMs = 120_000;

const stateFolder = (home: string): string => join(home, ".jupyter");
const dataFolder = (home: string): string => join(stateFolder(home), "data");

export class JupyterServer {
  readonly #args: JupyterServerArgs;
  /** The token that the server requires with every request; the proxy adds it. */
  readonly token = randomBytes(32).toString("hex");
  #group: Group | undefined;
  #removeCredentials: (() => void) | undefined;
  #sockets: string | undefined;
  #stopped = false;

  constructor(args: JupyterServerArgs) {
    this.#args = args;
  }

  /** Path of its socket. */
  get socket(): string {
    return join(this.#sockets ?? "", "jupyter");
  }

  /** Exit code, when it has ended. */
  get ended(): Promise<number> {
    return this.#group?.ended ?? Promise.resolve(0);
  }

  /** Resolves when it answers. @throws Error with the reason. */
  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Its current activity. @throws Error when it does not answer. */
  async activity(): Promise<NotebookActivity> {
    type Told = { execution_state: string; last_activity: string };
    const [kernels, terminals] = await Promise.all([this.#ask("/api/kernels"), this.#ask("/api/terminals")]);
    const lastActivity = ({ last_activity: at }: Told) => new Date(at);
    return {
      at: new Date(),
      kernels: (JSON.parse(kernels.body) as Told[]).map((one) => ({
        state: one.execution_state,
        lastActivity: lastActivity(one),
      })),
      terminals: (JSON.parse(terminals.body) as Told[]).map((one) => ({ lastActivity: lastActivity(one) })),
    };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#group?.stop(5_000);
    this.#removeCredentials?.();
    if (this.#sockets) await rm(this.#sockets, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const { cloud, instance, folder } = this.#args;
    const home = join(folder, "home");
    const work = join(home, "SageMaker");
    await mkdir(work, { recursive: true });
    await this.assume();
    await cloneRepositories(instance.input, work);
    const { sparkFolder } = this.#args;
    if (sparkFolder) await writeSparkKernel(cloud, dataFolder(home), sparkFolder);
    else await removeSparkKernel(dataFolder(home));
    // The path of a socket has 107 characters at most; a state folder may have more.
    this.#sockets = await mkdtemp(join(tmpdir(), "notebook-"));
    const { environment, remove } = cloud.shareCredentials(instance.input.RoleArn!, () => this.assume());
    this.#removeCredentials = remove;
    if (this.#stopped) return;
    this.#group = runGroup({
      command: this.#command(work),
      workingDirectory: work,
      environment: { ...this.#environment(home), ...environment },
    });
    const log = createWriteStream(join(folder, "jupyter.log"), { flags: "a" });
    for (const output of [this.#group.stdout, this.#group.stderr]) output.pipe(log, { end: false });
    void this.#group.ended.then(() => log.end());
    await this.#answers(this.#group);
  }

  /** https://jupyter-server.readthedocs.io/en/latest/other/full-config.html */
  #command(work: string): string[] {
    const { command } = this.#args;
    return [
      ...command,
      "--no-browser",
      `--ServerApp.sock=${this.socket}`,
      "--ServerApp.sock_mode=0600",
      `--ServerApp.root_dir=${work}`,
      `--ServerApp.local_hostnames=${this.#host}`,
      // This machine's user may be root; on AWS a notebook's user is, unless RootAccess is Disabled.
      "--ServerApp.allow_root=True",
      "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
      "--LabApp.news_url=",
    ];
  }

  /** The only host name that it answers to. */
  get #host(): string {
    const { cloud, instance } = this.#args;
    return urlOf(cloud, instance.name).split(":")[0]!;
  }

  #environment(home: string): Record<string, string> {
    const { cloud, instance, command } = this.#args;
    const base = containerBase(cloud);
    const state = stateFolder(home);
    return {
      ...base,
      PATH: `${dirname(command[0] ?? "")}:${base.PATH}`,
      HOME: home,
      LANG: "C.UTF-8",
      JUPYTER_TOKEN: this.token,
      JUPYTER_CONFIG_DIR: state,
      JUPYTER_RUNTIME_DIR: join(state, "runtime"),
      JUPYTER_DATA_DIR: dataFolder(home),
      // As on a notebook instance: https://docs.aws.amazon.com/sagemaker/latest/dg/nbi.html
      NOTEBOOK_INSTANCE_NAME: instance.name,
      SPARK_LOCAL_IP: "127.0.0.1",
    };
  }

  async #answers({ ended }: Group): Promise<void> {
    let exit: number | undefined;
    void ended.then((code) => {
      exit = code;
    });
    const deadline = Date.now() + longestStartMs;
    while (!this.#stopped && exit === undefined && Date.now() < deadline) {
      const answer = await this.#ask("/api/status").catch(() => undefined);
      if (answer?.status === 200) return;
      await sleep(100);
    }
    if (this.#stopped) return;
    const log = join(this.#args.folder, "jupyter.log");
    throw new Error(
      `JupyterLab ${exit === undefined ? "does not answer" : `ended with exit code ${exit}`}; see ${log}`,
    );
  }

  #ask(path: string): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `token ${this.token}`, host: this.#host };
      const asked = request({ socketPath: this.socket, path, headers, timeout: 5_000 }, (response) => {
        text(response).then((body) => resolve({ status: response.statusCode ?? 500, body }), reject);
      });
      asked.once("timeout", () => asked.destroy(new Error("timeout")));
      asked.once("error", reject);
      asked.end();
    });
  }

  /** A session of the notebook's role. @throws AwsError when the role does not exist, or no longer trusts SageMaker. */
  async assume(): Promise<RoleSession> {
    const { cloud, instance, arn } = this.#args;
    return cloud.assumeRole(instance.input.RoleArn!, "sagemaker.amazonaws.com", "SageMaker", arn);
  }
}
