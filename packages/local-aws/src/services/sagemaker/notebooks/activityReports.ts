/**
 * Activity of notebooks, reported in their own tags. On AWS a lifecycle script reports it from inside the instance; such
 * scripts do not run here, so the program that defined one configures what it would have written.
 */
import { tagList } from "../../../kit/tags.ts";
import type { Cloud } from "../../../service.ts";
import { after, type LongTimer } from "../../../timers.ts";
import type { JupyterServer } from "./jupyterServer.ts";
import type { NotebookRecords } from "./records.ts";
import type { NotebookReport } from "./report.ts";

/** The first report, and each after it, of an instance that runs. */
const [firstMs, everyMs] = [60_000, 300_000];

export class ActivityReports {
  readonly #cloud: Cloud;
  readonly #records: NotebookRecords;
  readonly #servers: (name: string) => JupyterServer | undefined;
  readonly #report: NotebookReport;
  readonly #clock: number;
  #timer: LongTimer | undefined;
  /** When the next is due, by name; as long as its server is the same. */
  readonly #due = new Map<string, { server: JupyterServer; at: number; refused?: boolean }>();
  #work: Promise<void> = Promise.resolve();

  /** @param clock how much faster than on AWS reports are written. */
  constructor(
    cloud: Cloud,
    records: NotebookRecords,
    servers: (name: string) => JupyterServer | undefined,
    { report, clock }: { report: NotebookReport; clock: number },
  ) {
    this.#cloud = cloud;
    this.#records = records;
    this.#servers = servers;
    this.#report = report;
    this.#clock = clock;
  }

  start(): void {
    this.#timer = after(Math.max(1_000, firstMs / 10 / this.#clock), () => {
      this.#work = this.#tellDue()
        .catch(console.error)
        .finally(() => {
          if (this.#timer) this.start();
        });
    });
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#work;
  }

  async #tellDue(): Promise<void> {
    const now = Date.now();
    for (const { name, status } of this.#records.all()) {
      const server = status === "InService" ? this.#servers(name) : undefined;
      const due = this.#due.get(name);
      if (!server) this.#due.delete(name);
      else if (due?.server !== server) this.#due.set(name, { server, at: now + firstMs / this.#clock });
      else if (due.at <= now) {
        due.at = now + everyMs / this.#clock;
        const refusal = await this.#tell(name, server);
        if (refusal && !due.refused) {
          console.error(`sagemaker: the notebook instance ${name} cannot report: ${refusal}`);
          due.refused = true;
        }
      }
    }
  }

  /** With the notebook's role. @returns why the role may not, if it may not. */
  async #tell(name: string, server: JupyterServer): Promise<string | undefined> {
    const activity = await server.activity().catch(() => undefined);
    const Tags = tagList(activity && this.#report(activity));
    if (Tags.length === 0) return undefined;
    const ResourceArn = this.#records.arn("notebook-instance", name);
    try {
      const { principal } = await server.assume();
      await this.#cloud.call("sagemaker", "AddTags", { ResourceArn, Tags }, principal);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }
}
