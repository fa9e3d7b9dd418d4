/** Kernels of cluster-backed notebooks: on AWS sparkmagic's, by a Livy endpoint, and here PySpark on this machine. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { sparkJars } from "../../../containers/sparkJars.ts";
import { sparkS3 } from "../../../containers/sparkS3.ts";
import type { Cloud } from "../../../service.ts";
import type { LifecycleConfig } from "./records.ts";

/** As sparkmagic calls it, so that the same notebooks open here and there. */
const kernelName = "pysparkkernel";
const program = join(import.meta.dirname, "spark_kernel.py");

/** Whether a lifecycle configuration sets sparkmagic up. */
export const isClusterBacked = (config: LifecycleConfig | undefined): boolean =>
  [...(config?.onStart ?? []), ...(config?.onCreate ?? [])].some(({ Content = "" }) =>
    Buffer.from(Content, "base64").toString().includes(".sparkmagic/config.json"),
  );

/** @param dataFolder Jupyter's, of the instance. */
const kernelFolder = (dataFolder: string): string => join(dataFolder, "kernels", kernelName);

export const removeSparkKernel = (dataFolder: string): Promise<void> =>
  rm(kernelFolder(dataFolder), { recursive: true, force: true });

/**
 * Writes the kernel, and, once they are there, the properties that its session is made with: Spark's connector to S3 is
 * fetched once, and nobody waits for it but the kernel's first cell.
 * @param toolsFolder where the connector is kept.
 */
export async function writeSparkKernel(cloud: Cloud, dataFolder: string, toolsFolder: string): Promise<void> {
  const folder = kernelFolder(dataFolder);
  const settings = join(folder, "spark.json");
  await removeSparkKernel(dataFolder);
  await mkdir(folder, { recursive: true });
  const kernel = {
    display_name: "PySpark",
    language: "python",
    argv: ["python3", "-m", "ipykernel_launcher", "-f", "{connection_file}", `--IPKernelApp.exec_files=${program}`],
    env: { SPARK_KERNEL_SETTINGS: settings },
  };
  await writeFile(join(folder, "kernel.json"), JSON.stringify(kernel));
  const found = sparkJars(join(toolsFolder, "spark")).then(
    (jars) => ({ properties: { ...properties(cloud), "spark.driver.extraClassPath": jars.join(":") } }),
    (error: Error) => ({ error: error.message }),
  );
  void found
    .then((content) => writeFile(settings, JSON.stringify(content), { flag: "wx" }))
    // The instance went meanwhile.
    .catch(() => {});
}

const properties = (cloud: Cloud): Record<string, string> => ({
  ...sparkS3(cloud),
  "spark.master": `local[${availableParallelism()}]`,
  "spark.ui.enabled": "false",
  "spark.ui.showConsoleProgress": "false",
  "spark.log.level": "WARN",
  "spark.driver.host": "127.0.0.1",
  "spark.driver.bindAddress": "127.0.0.1",
});
