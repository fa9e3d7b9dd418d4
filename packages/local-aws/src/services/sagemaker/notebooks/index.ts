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
  /** Command that starts JupyterLab: a program and its leading arguments. Default: `jupyter-lab`, where it is found. */
  jupyter?: string[] | undefined;
  /** Where that is looked up. */
  tools: Tools;
  /** Tags for activity reports of an instance. Default: none. */
  report?: NotebookReport | undefined;
  /** How much faster than on AWS reports are written. Default 1. */
  clock?: number | undefined;
}

export function createNotebooks(cloud: Cloud, { jupyter, tools, report, clock = 1 }: NotebookOptions) {
  const records = new NotebookRecords(cloud);
  const tokens = new UrlTokens();
  const keeper = new Keeper(cloud, records, tools, () => {
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
