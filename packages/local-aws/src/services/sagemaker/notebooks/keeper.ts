import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Tools } from "../../../containers/tools.ts";
import type { Cloud } from "../../../service.ts";
import { after, type LongTimer } from "../../../timers.ts";
import { JupyterServer } from "./jupyterServer.ts";
import type { NotebookInstance, NotebookRecords } from "./records.ts";
import { isClusterBacked } from "./sparkKernel.ts";

/** How long transitional states last, in which AWS prepares something that is ready here at once. */
const passingMs = 50;
/** Servers that start concurrently: each is its own Python process, busy for a second or two. */
const width = 4;

/** Brings notebook instances from state to state; one that is InService has a JupyterLab that answers, where there is one. */
export class Keeper {
  readonly #cloud: Cloud;
  readonly #records: NotebookRecords;
  readonly #tools: Tools;
  /** The command that starts JupyterLab; undefined where it is not installed. Called at each start. */
  readonly #command: () => string[] | undefined;
  readonly #servers = new Map<string, JupyterServer>();
  readonly #timers = new Map<string, LongTimer>();
  /** Serializes the work on each notebook. */
  readonly #work = new Map<string, Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #starting = 0;
  #closing = false;

  constructor(cloud: Cloud, records: NotebookRecords, tools: Tools, command: () => string[] | undefined) {
    this.#cloud = cloud;
    this.#records = records;
    this.#tools = tools;
    this.#command = command;
  }

  /** Restarts what ran before a shutdown; resumes transitions. */
  resume(): void {
    for (const { name, status } of this.#records.all()) {
      if (status === "Pending" || status === "InService") this.start(name);
      else if (status === "Stopping") this.stop(name);
      else if (status === "Updating") this.update(name);
      else if (status === "Deleting") this.remove(name);
    }
  }

  server(name: string): JupyterServer | undefined {
    return this.#servers.get(name.toLowerCase());
  }

  /** From Pending, or InService after a restart of this machine, to InService or Failed. */
  start(name: string): void {
    this.#do(name, async () => {
      const command = this.#command();
      if (!command) {
        await this.#pass(name, "InService");
        return;
      }
      const reason = await this.#serve(name, command);
      if (!this.#closing) this.#records.enter(name, reason === undefined ? "InService" : "Failed", reason);
    });
  }

  stop(name: string): void {
    this.#do(name, async () => {
      await this.#end(name);
      await this.#pass(name, "Stopped");
    });
  }

  update(name: string): void {
    this.#do(name, () => this.#pass(name, "Stopped"));
  }

  remove(name: string): void {
    this.#do(name, async () => {
      await this.#end(name);
      await rm(this.#folder(name), { recursive: true, force: true });
      await this.#pass(name, undefined);
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    for (const next of this.#waiting.splice(0)) next();
    for (const timer of this.#timers.values()) timer.cancel();
    await Promise.all([...this.#servers.values()].map((server) => server.stop()));
    await Promise.all(this.#work.values());
    await Promise.all([...this.#servers.values()].map((server) => server.stop()));
  }

  /** @returns why it does not serve. */
  async #serve(name: string, command: string[]): Promise<string | undefined> {
    await this.#turn();
    try {
      const instance = this.#records.get(name);
      if (!instance || this.#closing) return undefined;
      const server = new JupyterServer({
        cloud: this.#cloud,
        instance,
        arn: this.#records.arn("notebook-instance", name),
        command,
        folder: this.#folder(name),
        sparkFolder: this.#isClusterBacked(instance) ? this.#tools.directory : undefined,
      });
      this.#servers.set(name.toLowerCase(), server);
      await server.start();
      void server.ended.then((code) => this.#died(name, server, code));
      return undefined;
    } catch (error) {
      this.#servers.delete(name.toLowerCase());
      return (error as Error).message;
    } finally {
      this.#starting--;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    if (this.#starting >= width) await new Promise<void>((next) => this.#waiting.push(next));
    this.#starting++;
  }

  #died(name: string, server: JupyterServer, code: number): void {
    if (this.#closing || this.#servers.get(name.toLowerCase()) !== server) return;
    this.#servers.delete(name.toLowerCase());
    const isServing = this.#records.get(name)?.status === "InService";
    if (isServing) this.#records.enter(name, "Failed", `JupyterLab ended unexpectedly, with exit code ${code}`);
  }

  async #end(name: string): Promise<void> {
    const server = this.#servers.get(name.toLowerCase());
    this.#servers.delete(name.toLowerCase());
    await server?.stop();
  }

  /** Changes the state after a delay, as on AWS; without a state it is deleted. */
  #pass(name: string, status: "InService" | "Stopped" | undefined): Promise<void> {
    return new Promise((done) => {
      const timer = after(passingMs, () => {
        if (status) this.#records.enter(name, status);
        else this.#records.delete(name);
        done();
      });
      this.#timers.set(name, {
        cancel() {
          timer.cancel();
          done();
        },
      });
    });
  }

  #isClusterBacked({ input }: NotebookInstance): boolean {
    return isClusterBacked(this.#records.configs.get(input.LifecycleConfigName ?? ""));
  }

  #folder(name: string): string {
    return join(this.#cloud.directory, "sagemaker", "notebooks", name.toLowerCase());
  }

  #do(name: string, step: () => Promise<void>): void {
    const key = name.toLowerCase();
    const work = (this.#work.get(key) ?? Promise.resolve())
      .then(() => (this.#closing ? undefined : step()))
      .catch(console.error)
      .finally(() => {
        if (this.#work.get(key) === work) this.#work.delete(key);
      });
    this.#work.set(key, work);
  }
}
