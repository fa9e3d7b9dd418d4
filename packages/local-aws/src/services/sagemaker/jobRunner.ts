import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Channel, SecondaryStatus } from "@aws-sdk/client-sagemaker";
import { type Ended, tellExit } from "../../activity.ts";
import { Artifacts, pack } from "../../containers/artifacts.ts";
import { commandOf, type Images, unknownImage } from "../../containers/images.ts";
import { LastWords } from "../../containers/lastWords.ts";
import { ContainerLog } from "../../containers/log.ts";
import { type Container, runContainer } from "../../containers/process.ts";
import { compileExpression } from "../../expression.ts";
import type { Cloud, RoleSession } from "../../service.ts";
import { after } from "../../timers.ts";
import { containerEnvironment } from "./environment.ts";
import type { TrainingJob } from "./model.ts";
import { Names } from "./names.ts";
import type { Records } from "./records.ts";

interface Running {
  container?: Container;
  /** Why it is stopped early. */
  stopped?: "Stopped" | "MaxRuntimeExceeded";
  words: LastWords;
  done: Promise<void>;
}

/** Runs training jobs: data in, the container's `train`, model out; each step a secondary status, as on AWS. */
export class JobRunner {
  readonly #cloud: Cloud;
  readonly #records: Records;
  readonly #images: Images;
  readonly #workingDirectory: string;
  readonly #running = new Map<string, Running>();
  #closing = false;

  constructor(cloud: Cloud, records: Records, images: Images, workingDirectory: string) {
    this.#cloud = cloud;
    this.#records = records;
    this.#images = images;
    this.#workingDirectory = workingDirectory;
  }

  /** Jobs interrupted by a shutdown begin again. */
  resume(): void {
    for (const [name, { status }] of this.#records.jobs.entries()) {
      if (status === "InProgress") this.start(name);
      else if (status === "Stopping") this.#finish(name, "Stopped");
    }
  }

  start(name: string): void {
    const running: Running = { words: new LastWords(), done: Promise.resolve() };
    this.#running.set(name, running);
    running.done = this.#run(name, running)
      .catch((error: Error) => this.#fail(name, `ClientError: ${error.message}`))
      .finally(() => this.#running.delete(name));
  }

  stop(name: string, why: "Stopped" | "MaxRuntimeExceeded" = "Stopped"): void {
    const running = this.#running.get(name);
    if (!running) return;
    running.stopped = why;
    // SageMaker gives it two minutes to save what it has.
    void running.container?.stop(120_000);
  }

  async close(): Promise<void> {
    this.#closing = true;
    const all = [...this.#running.values()];
    await Promise.all(all.map(({ container }) => container?.stop(2_000)));
    await Promise.all(all.map(({ done }) => done));
  }

  async #run(name: string, running: Running): Promise<void> {
    const { input } = this.#records.jobs.get(name)!;
    const image = input.AlgorithmSpecification!.TrainingImage!;
    const command = commandOf(this.#images, image);
    if (!command) throw new Error(unknownImage(image));
    const root = join(this.#cloud.directory, "sagemaker", "jobs", name);
    const session = await this.#cloud.assumeRole(
      input.RoleArn!,
      "sagemaker.amazonaws.com",
      "SageMaker",
      new Names(this.#cloud).arn("training-job", name),
    );
    const artifacts = new Artifacts(this.#cloud, session);
    const log = new ContainerLog(
      this.#cloud,
      session.principal,
      "/aws/sagemaker/TrainingJobs",
      `${name}/algo-1-${Math.floor(Date.now() / 1000)}`,
    );
    try {
      this.#enter(name, "Downloading", "Downloading the training data");
      await prepare(root, input, artifacts);
      if (this.#halted(name, running)) return;
      this.#enter(name, "Training", "Training image download completed. Training in progress.");
      this.#change(name, { trainingStarted: Date.now() });
      const code = await this.#train(name, running, { command, root, session, log });
      this.#change(name, { trainingEnded: Date.now() });
      if (this.#closing) return;
      const failed = code !== 0 && !running.stopped;
      this.#enter(name, "Uploading", "Uploading generated training model");
      await upload(root, name, input.OutputDataConfig!.S3OutputPath!, artifacts, !failed);
      if (failed) {
        const said = await readFile(join(root, "output/failure"), "utf8").catch(() => "");
        const reason = `AlgorithmError: ${said || "the container gave no reason"}, exit code: ${code}`;
        return this.#fail(name, reason, { code, message: said || running.words.line });
      }
      if (!this.#halted(name, running)) this.#finish(name, "Completed");
    } finally {
      await log.flush();
      await artifacts.close();
      if (!this.#closing) await rm(root, { recursive: true, force: true });
    }
  }

  async #train(
    name: string,
    running: Running,
    { command, root, session, log }: { command: string[]; root: string; session: RoleSession; log: ContainerLog },
  ): Promise<number> {
    const { input } = this.#records.jobs.get(name)!;
    const definitions = (input.AlgorithmSpecification!.MetricDefinitions ?? []).map(({ Name, Regex }) => ({
      MetricName: Name!,
      pattern: compileExpression(Regex!),
    }));
    const metrics = new Map<string, { MetricName: string; Value: number; at: number }>();
    running.container = runContainer(this.#cloud, {
      command: [...command, "train"],
      workingDirectory: this.#workingDirectory,
      environment: { ...containerEnvironment(root, session), TRAINING_JOB_NAME: name, ...input.Environment },
      onLine(line) {
        running.words.hear(line);
        log.write(line);
        for (const { MetricName, pattern } of definitions) {
          const value = Number(pattern.firstGroup(line));
          if (Number.isFinite(value)) metrics.set(MetricName, { MetricName, Value: value, at: Date.now() });
        }
      },
    });
    const seconds = input.StoppingCondition?.MaxRuntimeInSeconds ?? 86_400;
    const limit = after(seconds * 1_000, () => this.stop(name, "MaxRuntimeExceeded"));
    const code = await running.container.ended;
    limit.cancel();
    this.#change(name, { metrics: [...metrics.values()] });
    return code;
  }

  /** Whether it was stopped; if so, it is finished. */
  #halted(name: string, { stopped }: Running): boolean {
    if (stopped && !this.#closing) this.#finish(name, stopped);
    return stopped !== undefined || this.#closing;
  }

  #enter(name: string, Status: SecondaryStatus, StatusMessage: string): void {
    const { transitions } = this.#records.jobs.get(name)!;
    const now = Date.now();
    const ended = transitions.map((one) => ({ ...one, end: one.end ?? now }));
    this.#change(name, { transitions: [...ended, { Status, start: now, StatusMessage }] });
  }

  #finish(name: string, secondary: "Completed" | "Stopped" | "MaxRuntimeExceeded"): void {
    this.#enter(name, secondary, secondary === "Completed" ? "Training job completed" : "Training job stopped");
    this.#change(name, { status: secondary === "Completed" ? "Completed" : "Stopped" });
    if (secondary === "Completed") this.#tell(name, { code: 0 });
    else if (secondary === "MaxRuntimeExceeded")
      this.#tell(name, { message: "it took longer than MaxRuntimeInSeconds" });
  }

  /** @param exit of its container, where that is why. */
  #fail(name: string, reason: string, exit: Pick<Ended, "code" | "message"> = { message: reason }): void {
    if (this.#closing) return;
    this.#enter(name, "Failed", "Training job failed");
    this.#change(name, { status: "Failed", reason: reason.slice(0, 1_024) });
    this.#tell(name, exit);
  }

  #tell(name: string, exit: Pick<Ended, "code" | "message">): void {
    tellExit(() => {
      const job = this.#records.jobs.get(name);
      const began = job?.trainingStarted ?? job?.created ?? Date.now();
      const resource = new Names(this.#cloud).arn("training-job", name);
      return { ...exit, region: this.#cloud.region, resource, began };
    });
  }

  #change(name: string, change: Partial<TrainingJob>): void {
    const job = this.#records.jobs.get(name);
    if (job) this.#records.putJob(name, { ...job, ...change, modified: Date.now() });
  }
}

/** SageMaker's folder layout. https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html */
async function prepare(root: string, input: TrainingJob["input"], artifacts: Artifacts): Promise<void> {
  await rm(root, { recursive: true, force: true });
  for (const folder of ["input/config", "input/data", "model", "output/data"]) {
    await mkdir(join(root, folder), { recursive: true });
  }
  const channels = input.InputDataConfig ?? [];
  const write = (file: string, value: unknown) => writeFile(join(root, "input/config", file), JSON.stringify(value));
  await write("hyperparameters.json", input.HyperParameters ?? {});
  await write("inputdataconfig.json", Object.fromEntries(channels.map((one) => [one.ChannelName, channelConfig(one)])));
  await write("resourceconfig.json", { current_host: "algo-1", hosts: ["algo-1"], network_interface_name: "lo" });
  for (const { ChannelName, DataSource } of channels) {
    const uri = DataSource!.S3DataSource!.S3Uri!;
    const folder = join(root, "input/data", ChannelName!);
    await mkdir(folder, { recursive: true });
    const count = await artifacts.downloadPrefix(uri, folder).catch((error: Error) => {
      throw new Error(`Data download failed: ${error.name} for ${uri}`);
    });
    if (count === 0) throw new Error(`No S3 objects found under S3 URL "${uri}" given in input data source.`);
  }
}

const channelConfig = ({ ContentType }: Channel) => ({
  TrainingInputMode: "File",
  S3DistributionType: "FullyReplicated",
  RecordWrapperType: "None",
  ...(ContentType && { ContentType }),
});

/** @param withModel false for a failed job, which has output but no model. */
async function upload(root: string, name: string, path: string, artifacts: Artifacts, withModel: boolean) {
  const target = `${path.replace(/\/$/, "")}/${name}/output`;
  for (const [folder, leaf] of [...(withModel ? [["model", "model.tar.gz"]] : []), ["output/data", "output.tar.gz"]]) {
    const file = join(root, leaf!);
    if (await pack(join(root, folder!), file)) await artifacts.upload(file, `${target}/${leaf}`);
  }
}
