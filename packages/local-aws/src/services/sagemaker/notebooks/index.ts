/** Notebook instances, each of them a JupyterLab on this machine. */
import type { Tools } from "../../../containers/tools.ts";
import type { Cloud, Service } from "../../../service.ts";
import { ActivityReports } from "./activityReports.ts";
import { notebookInstanceOperations } from "./instances.ts";
import { Keeper } from "./keeper.ts";
import { lifecycleConfigOperations } from "./lifecycleConfigs.ts";
import { NotebookRecords } from "./records.ts";
import type { NotebookReport } from "./report.ts";
import { NotebookSite } from "./site.ts";
import { UrlTokens } from "./urlTokens.ts";

export interface NotebookOptions {
  /** What starts JupyterLab: a program and arguments before its own. Default: `jupyter-lab`, where it is found. */
  jupyter?: string[] | undefined;
  /** Where it is looked for. */
  tools: Tools;
  /** What an instance's tags say of what goes on on it. Default: nothing. */
  report?: NotebookReport | undefined;
  /** How much faster than on AWS it does. Default 1. */
  clock?: number | undefined;
}

export function createNotebooks(cloud: Cloud, { jupyter, tools, report, clock = 1 }: NotebookOptions) {
  const records = new NotebookRecords(cloud);
  const tokens = new UrlTokens();
  const keeper = new Keeper(cloud, records, () => {
    const found = tools.find("jupyter-lab");
    return jupyter ?? (found ? [found] : undefined);
  });
  const site = new NotebookSite(records, keeper, tokens);
  const reports = report && new ActivityReports(cloud, records, (name) => keeper.server(name), { report, clock });
  return {
    operations: {
      ...notebookInstanceOperations(cloud, records, keeper, tokens),
      ...lifecycleConfigOperations(records),
    },
    site,
    start() {
      keeper.resume();
      reports?.start();
    },
    async stop() {
      await reports?.stop();
      site.close();
      await keeper.close();
    },
  } satisfies Pick<Service, "operations" | "site"> & { start(): void; stop(): Promise<void> };
}
