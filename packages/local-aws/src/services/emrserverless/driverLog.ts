/** A driver's output: files in the state folder, copied to the run's log destination. */
import { createReadStream, createWriteStream, type WriteStream } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { MonitoringConfiguration } from "@aws-sdk/client-emr-serverless";
import type { Artifacts } from "../../containers/artifacts.ts";
import { LastWords } from "../../containers/lastWords.ts";
import { ContainerLog } from "../../containers/log.ts";
import type { Cloud, Principal } from "../../service.ts";
import type { JobRun } from "./model.ts";

const streams = ["stdout", "stderr"] as const;

/** How often new output is copied to S3 while the driver runs. */
const uploadMs = 5_000;
/** Lines of standard error that a failed run's details may quote. */
const quotedLines = 20;

export interface DriverLogArgs {
  cloud: Cloud;
  run: JobRun;
  /** Folder of a run's attempt. */
  folder: string;
  monitoring: MonitoringConfiguration | undefined;
  /** The run's role writes its logs. */
  principal: Principal;
  artifacts: Artifacts;
}

/** Lines that explain no failure: Spark's routine log lines, and Java stack frames. */
const isNoise = (line: string): boolean => /^\s*$|^\S+ \S+ (DEBUG|INFO|WARN) |^\s+at |^\s+\.\.\. \d+ more/.test(line);

/** https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/logging.html */
export class DriverLog {
  readonly #args: DriverLogArgs;
  readonly #logs: ContainerLog[] = [];
  readonly #written: Promise<void>[] = [];
  readonly #uploaded = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #uploading: Promise<void> = Promise.resolve();
  readonly #last: string[] = [];
  readonly #words = new LastWords();

  constructor(args: DriverLogArgs) {
    this.#args = args;
  }

  /** Reads the driver's output until it has ended. */
  async follow(output: { stdout: Readable; stderr: Readable }): Promise<void> {
    await mkdir(this.#args.folder, { recursive: true });
    for (const name of streams) this.#follow(name, output[name]);
    if (this.#uri()) this.#timer = setInterval(() => void this.#upload(), uploadMs).unref();
  }

  /** The last meaningful lines of standard error, joined. */
  get lastLines(): string {
    return this.#last.join(" ").slice(-1_000);
  }

  /** The one of them that says why it ended. */
  get lastWords(): string | undefined {
    return this.#words.line;
  }

  /** Resolves when everything is stored; what the role may not write stays in the state folder only. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#written);
    await Promise.all(this.#logs.map((log) => log.flush()));
    await this.#upload();
  }

  #follow(name: (typeof streams)[number], stream: Readable): void {
    const file: WriteStream = createWriteStream(join(this.#args.folder, name));
    stream.pipe(file);
    this.#written.push(finished(file).catch(() => {}));
    const log = this.#cloudWatch(name);
    if (!log && name === "stdout") return;
    createInterface({ input: stream }).on("line", (line) => {
      log?.write(line);
      if (name !== "stderr" || isNoise(line)) return;
      this.#words.hear(line);
      this.#last.push(line.trim());
      if (this.#last.length > quotedLines) this.#last.shift();
    });
  }

  #cloudWatch(name: string): ContainerLog | undefined {
    const { cloud, principal, monitoring } = this.#args;
    const {
      enabled,
      logGroupName = "/aws/emr-serverless",
      logStreamNamePrefix,
      logTypes,
    } = monitoring?.cloudWatchLoggingConfiguration ?? {};
    const wanted = logTypes?.SPARK_DRIVER;
    if (!enabled || (logTypes && !wanted?.some((type) => type.toLowerCase() === name))) return undefined;
    const stream = [logStreamNamePrefix, `${this.#path()}/SPARK_DRIVER/${name}`].filter(Boolean).join("/");
    const log = new ContainerLog(cloud, principal, logGroupName, stream);
    this.#logs.push(log);
    return log;
  }

  /** As EMR writes it, below the URI or the prefix of the run. */
  #path(): string {
    const { application, id, attempts } = this.#args.run;
    const path = `applications/${application}/jobs/${id}`;
    return attempts.length > 1 ? `${path}/attempts/${attempts.length}` : path;
  }

  #uri(): string | undefined {
    return this.#args.monitoring?.s3MonitoringConfiguration?.logUri?.replace(/\/$/, "");
  }

  #upload(): Promise<void> {
    this.#uploading = this.#uploading.then(async () => {
      const uri = this.#uri();
      if (!uri) return;
      for (const name of streams) {
        await this.#uploadOne(name, `${uri}/${this.#path()}/SPARK_DRIVER/${name}.gz`).catch(() => {});
      }
    });
    return this.#uploading;
  }

  async #uploadOne(name: string, uri: string): Promise<void> {
    const file = join(this.#args.folder, name);
    const { size } = await stat(file);
    if (this.#uploaded.get(name) === size) return;
    const packed = `${file}.gz`;
    await pipeline(createReadStream(file, { end: Math.max(0, size - 1) }), createGzip(), createWriteStream(packed));
    await this.#args.artifacts.upload(packed, uri).finally(() => rm(packed, { force: true }));
    this.#uploaded.set(name, size);
  }
}
