/**
 * SageMaker's training jobs, models, endpoints and notebook instances, and its runtime. Containers are local
 * processes: option `images` maps images to commands.
 */

import type { Images } from "../../containers/images.ts";
import { Tools } from "../../containers/tools.ts";
import type { Cloud, Service } from "../../service.ts";
import { endpointOperations } from "./endpoints.ts";
import { Fleet } from "./fleet.ts";
import { JobRunner } from "./jobRunner.ts";
import { modelOperations } from "./models.ts";
import { Names } from "./names.ts";
import { createNotebooks } from "./notebooks/index.ts";
import type { NotebookReport } from "./notebooks/report.ts";
import { Records } from "./records.ts";
import { runtimeOperations } from "./runtime.ts";
import { trainingJobOperations } from "./trainingJobs.ts";

export interface SageMakerOptions {
  /** Commands by patterns of image URIs. Default: none, and nothing runs. */
  images?: Images;
  /** Folder that their paths are relative to. Default: where this process was started. */
  workingDirectory?: string;
  /** Command that starts JupyterLab, for notebook instances. Default: `jupyter-lab`, where it is found. */
  jupyter?: string[];
  /** Where that is looked up. Default: on PATH. */
  tools?: Tools;
  /** Tags for activity reports of a notebook instance, written every five minutes. Default: none. */
  notebookReport?: NotebookReport;
  /** How much faster than on AWS such reports come. Default 1. */
  clock?: number;
}

export function createSageMaker(cloud: Cloud, options: SageMakerOptions = {}): Service {
  const { images = {}, workingDirectory = process.cwd(), jupyter, tools = new Tools(cloud.directory) } = options;
  const records = new Records(cloud);
  const names = new Names(cloud);
  const runner = new JobRunner(cloud, records, images, workingDirectory);
  const fleet = new Fleet(cloud, records, images, workingDirectory);
  const notebooks = createNotebooks(cloud, {
    jupyter,
    tools,
    report: options.notebookReport,
    clock: options.clock,
  });
  return {
    name: "sagemaker",
    // Two APIs, one by target, one by path, with one signing name.
    shapes: async () => ({
      ...(await import("@aws-sdk/client-sagemaker-runtime")),
      ...(await import("@aws-sdk/client-sagemaker")),
    }),
    operations: {
      ...trainingJobOperations(records, names, runner),
      ...modelOperations(records, names),
      ...endpointOperations(cloud, records, names, fleet),
      ...runtimeOperations(cloud, records, names, fleet),
      ...notebooks.operations,
    },
    site: notebooks.site,
    async start() {
      runner.resume();
      fleet.resume();
      notebooks.start();
    },
    async stop() {
      await Promise.all([runner.close(), fleet.close(), notebooks.stop()]);
    },
  };
}
