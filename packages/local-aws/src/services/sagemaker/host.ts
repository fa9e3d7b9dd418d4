import { mkdir, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tellExit } from "../../activity.ts";
import { Artifacts, unpack } from "../../containers/artifacts.ts";
import { commandOf, type Images, unknownImage } from "../../containers/images.ts";
import { LastWords } from "../../containers/lastWords.ts";
import { ContainerLog } from "../../containers/log.ts";
import { type Container, runContainer } from "../../containers/process.ts";
import type { Cloud } from "../../service.ts";
import { containerEnvironment } from "./environment.ts";
import type { Model } from "./model.ts";
import { Names } from "./names.ts";

export interface HostArgs {
  cloud: Cloud;
  images: Images;
  workingDirectory: string;
  endpoint: string;
  model: Model;
}

export interface Answer {
  status: number;
  contentType: string | undefined;
  body: Buffer;
}

/** How long a container may take until its /ping is 200: on AWS four minutes, and here a minute is plenty. */
const longestStartMs = 60_000;
/** A container that died is restarted, with growing pauses, as long as its endpoint exists. */
const restartMs = [100, 500, 2_000, 10_000];

/** What serves a model: the container's `serve` as a process, kept alive until `stop`. */
export class Host {
  readonly #args: HostArgs;
  readonly #agent = new Agent({ keepAlive: true });
  #container: Container | undefined;
  /** What the container says, and the code that it has ended with. */
  #words = new LastWords();
  #code: number | undefined;
  #began = 0;
  #log: ContainerLog | undefined;
  #port = 0;
  #ready = false;
  #stopped = false;

  constructor(args: HostArgs) {
    this.#args = args;
  }

  /** What its container acts as. */
  get roleArn(): string {
    return this.#args.model.roleArn;
  }

  /** Whether it can be invoked. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Resolves when the container answers /ping. @throws Error with the reason. */
  async start(): Promise<void> {
    this.#words = new LastWords();
    this.#code = undefined;
    this.#began = Date.now();
    await this.#start().catch((error: Error) => {
      this.#tell(error.message);
      throw error;
    });
  }

  async #start(): Promise<void> {
    const { cloud, images, model, endpoint, workingDirectory } = this.#args;
    const command = commandOf(images, model.image);
    if (!command) throw new Error(unknownImage(model.image));
    const session = await cloud.assumeRole(
      model.roleArn,
      "sagemaker.amazonaws.com",
      "SageMaker",
      new Names(cloud).arn("model", model.name),
    );
    this.#log = new ContainerLog(
      cloud,
      session.principal,
      `/aws/sagemaker/Endpoints/${endpoint}`,
      `variant-1/${model.name}-${Date.now()}`,
    );
    const root = join(cloud.directory, "sagemaker", "endpoints", endpoint, model.name);
    await mkdir(root, { recursive: true });
    if (model.modelDataUrl) await this.#fetchModel(root, new Artifacts(cloud, session), model.modelDataUrl);
    this.#port = await freePort();
    this.#container = runContainer(cloud, {
      command: [...command, "serve"],
      workingDirectory,
      environment: {
        ...containerEnvironment(root, session),
        SAGEMAKER_BIND_TO_PORT: String(this.#port),
        BIND_HOST: "127.0.0.1",
        ...model.environment,
      },
      onLine: (line) => {
        this.#words.hear(line);
        this.#log?.write(line);
      },
    });
    void this.#container.ended.then((code) => {
      this.#code = code;
      if (this.#ready) this.#tell("it served, and ended");
    });
    await this.#awaitPing(this.#container);
    this.#watch(this.#container);
  }

  async #fetchModel(root: string, artifacts: Artifacts, uri: string): Promise<void> {
    try {
      const file = join(root, "model.tar.gz");
      await artifacts.download(uri, file);
      await unpack(file, join(root, "model"));
      await rm(file);
    } catch (error) {
      throw new Error(`Could not access model data at ${uri}: ${(error as Error).name}`);
    } finally {
      await artifacts.close();
    }
  }

  async #awaitPing(container: Container): Promise<void> {
    const deadline = Date.now() + longestStartMs;
    while (Date.now() < deadline && this.#code === undefined && !this.#stopped) {
      const answer = await this.#send("GET", "/ping", {}, undefined).catch(() => undefined);
      if (answer?.status === 200) {
        this.#ready = true;
        return;
      }
      await sleep(50);
    }
    const exit = this.#code;
    await container.stop(0);
    this.#code = exit;
    const how = exit === undefined ? "did not pass the ping health check" : `ended with exit code ${exit}`;
    throw new Error(`The primary container for production variant variant-1 ${how}. Please check CloudWatch logs.`);
  }

  #watch(container: Container, attempt = 0): void {
    void container.ended.then(async () => {
      this.#ready = false;
      if (this.#stopped) return;
      await sleep(restartMs[Math.min(attempt, restartMs.length - 1)], undefined, { ref: false });
      if (this.#stopped) return;
      await this.start().catch(() => this.#watch(container, attempt + 1));
    });
  }

  /** @param reason where the container itself has not said any. */
  #tell(reason: string): void {
    if (this.#stopped) return;
    const { cloud, endpoint } = this.#args;
    const code = this.#code;
    tellExit(() => ({
      region: cloud.region,
      resource: new Names(cloud).arn("endpoint", endpoint),
      began: this.#began,
      code,
      message: (code !== undefined && this.#words.line) || reason,
    }));
  }

  /** Invokes the container. @throws Error when it is not running. */
  invoke(headers: Record<string, string>, body: Uint8Array): Promise<Answer> {
    return this.#send("POST", "/invocations", headers, body);
  }

  #send(method: string, path: string, headers: Record<string, string>, body: Uint8Array | undefined) {
    return new Promise<Answer>((resolve, reject) => {
      const sent = request(
        {
          host: "127.0.0.1",
          port: this.#port,
          method,
          path,
          agent: this.#agent,
          headers: { ...headers, ...(body && { "content-length": body.byteLength }) },
          // A container's own limit. https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
          timeout: 60_000,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk) => chunks.push(chunk));
          response.once("error", reject);
          response.once("end", () =>
            resolve({
              status: response.statusCode ?? 500,
              contentType: response.headers["content-type"],
              body: Buffer.concat(chunks),
            }),
          );
        },
      );
      sent.once("timeout", () => sent.destroy(new Error("timeout")));
      sent.once("error", reject);
      sent.end(body);
    });
  }

  /** Ends its container at once: another one takes its place. */
  kill(): void {
    void this.#container?.stop(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#ready = false;
    this.#agent.destroy();
    await this.#container?.stop(5_000);
    await this.#log?.flush();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
