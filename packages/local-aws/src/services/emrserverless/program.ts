/** The local program of a run: its script, on Spark or on Python alone. */
import { mkdir, readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import type { Artifacts } from "../../containers/artifacts.ts";
import { sparkJars } from "../../containers/sparkJars.ts";
import { sparkS3 } from "../../containers/sparkS3.ts";
import type { Tools } from "../../containers/tools.ts";
import type { Cloud } from "../../service.ts";
import type { JobRun } from "./model.ts";
import { type SparkSettings, workersOf } from "./sparkSettings.ts";

export interface Program {
  command: string[];
  environment: Record<string, string>;
  /** Bytes of memory that it and all it starts may have. */
  memoryLimit: number;
}

export interface ProgramArgs {
  cloud: Cloud;
  run: JobRun;
  settings: SparkSettings;
  tools: Tools;
  artifacts: Artifacts;
  /** Folder of the attempt. */
  folder: string;
}

/** @throws Error that says what is missing: the script, PySpark, Java. */
export async function programOf(args: ProgramArgs): Promise<Program> {
  const { run, artifacts, folder } = args;
  const submit = run.input.jobDriver?.sparkSubmit;
  if (!submit) throw new Error("Hive queries do not run on this machine: use jobDriver.sparkSubmit");
  const { entryPoint = "", entryPointArguments = [] } = submit;
  if (!entryPoint.startsWith("s3://")) {
    throw new Error(`The entry point ${entryPoint} cannot be read: on this machine it must be an S3 object, s3://…`);
  }
  const script = join(folder, basename(entryPoint));
  await artifacts.download(entryPoint, script).catch((error: Error) => {
    throw new Error(`The entry point ${entryPoint} cannot be read: ${error.name}: ${error.message}`);
  });
  const isPython = script.endsWith(".py");
  if (isPython && !importsSpark(await readFile(script, "utf8"))) return python(args, script, entryPointArguments);
  return spark(args, script, entryPointArguments);
}

const importsSpark = (source: string): boolean => /^\s*(import|from)\s+(pyspark|delta|graphframes)\b/m.test(source);

function python({ tools, settings }: ProgramArgs, script: string, given: string[]): Program {
  const program = tools.find("python3", "python");
  if (!program) throw new Error("Python is not installed on this machine: there is no python3 on PATH");
  return {
    command: [program, "-u", script, ...given],
    environment: { PATH: tools.pathWith(program) },
    memoryLimit: workersOf(settings).driver.memory,
  };
}

async function spark(args: ProgramArgs, script: string, given: string[]): Promise<Program> {
  const { cloud, run, settings, tools, folder } = args;
  const submit = tools.find("spark-submit");
  if (!submit) {
    throw new Error(
      "PySpark is not installed on this machine: run `npm run notebooks:install`; Java 17 is needed, too",
    );
  }
  const java = process.env.JAVA_HOME ?? tools.find("java");
  if (!java) throw new Error("Java is not installed on this machine: Spark 3.5 needs version 8, 11 or 17");
  const jars = await sparkJars(join(tools.directory, "spark"));
  const temporary = join(folder, "spark");
  await mkdir(temporary);
  const { driver, executor } = workersOf(settings);
  const cores = Math.min(availableParallelism(), Math.max(driver.cpu, executor.cpu));
  const conf = {
    "spark.ui.enabled": "false",
    "spark.sql.warehouse.dir": join(folder, "warehouse"),
    ...settings.conf,
    ...sparkS3(cloud),
    // One process is both driver and executors, and it listens on loopback only.
    "spark.master": `local[${cores}]`,
    "spark.submit.deployMode": "client",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.local.dir": temporary,
    "spark.driver.extraJavaOptions": `-Djava.io.tmpdir=${temporary} -Duser.home=${folder} ${settings.conf["spark.driver.extraJavaOptions"] ?? ""}`,
    "spark.dynamicAllocation.enabled": "false",
    "spark.app.name": run.input.name ?? run.id,
  };
  const classPath = [conf["spark.driver.extraClassPath" as keyof typeof conf], ...jars].filter(Boolean).join(":");
  const entries = Object.entries({ ...conf, "spark.driver.extraClassPath": classPath });
  const interpreter = tools.find("python3") ?? "python3";
  return {
    command: [
      submit,
      ...entries.flatMap(([key, value]) => ["--conf", `${key}=${value}`]),
      ...settings.options,
      script,
      ...given,
    ],
    environment: {
      PATH: tools.pathWith(submit),
      SPARK_LOCAL_IP: "127.0.0.1",
      PYSPARK_PYTHON: interpreter,
      PYSPARK_DRIVER_PYTHON: interpreter,
      ...(process.env.JAVA_HOME && { JAVA_HOME: process.env.JAVA_HOME }),
    },
    memoryLimit: driver.memory + executor.memory,
  };
}
