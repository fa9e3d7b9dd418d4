import { randomBytes } from "node:crypto";
import type { ContainerDefinition, StopTaskRequest, TaskStopCode } from "@aws-sdk/client-ecs";
import { type Ended, tellExit } from "../../activity.ts";
import { commandOf, type Images, unknownImage } from "../../containers/images.ts";
import { LastWords } from "../../containers/lastWords.ts";
import { ContainerLog } from "../../containers/log.ts";
import { type Container, runContainer } from "../../containers/process.ts";
import type { Cloud, RoleSession } from "../../service.ts";
import type { TaskDefinitionRecord } from "./records.ts";

export interface TaskArgs {
  cloud: Cloud;
  images: Images;
  workingDirectory: string;
  cluster: string;
  /** `service:NAME`, or `family:NAME` of one that `RunTask` started. */
  group: string;
  definition: TaskDefinitionRecord;
  /** ID of the service's deployment, or who started it. */
  startedBy: string | undefined;
  overrides?: Record<string, { command?: string[]; environment?: { name?: string; value?: string }[] }>;
}

type Status = "PENDING" | "RUNNING" | "STOPPING" | "STOPPED";

/** Seconds between SIGTERM and SIGKILL unless the container's definition sets another number; at most 120. */
const stopSeconds = 30;
/** How often a running task may be one that faults end, in milliseconds. */
const riskMs = 1_000;

/** One task: its containers as processes of this machine. */
export class Task {
  readonly id = randomBytes(16).toString("hex");
  readonly args: TaskArgs;
  readonly created = Date.now();
  status: Status = "PENDING";
  started: number | undefined;
  stopped: number | undefined;
  stopCode: TaskStopCode | undefined;
  stoppedReason: string | undefined;
  readonly exitCodes = new Map<string, number>();
  /** Resolves when its containers run, or cannot. */
  launched: Promise<void> = Promise.resolve();
  /** Resolves when it is `STOPPED`. */
  readonly ended: Promise<void>;
  #end: () => void = () => {};
  #containers: { definition: ContainerDefinition; container: Container; log: ContainerLog | undefined }[] = [];
  #removeCredentials: (() => void) | undefined;
  #risk: NodeJS.Timeout | undefined;

  constructor(args: TaskArgs) {
    this.args = args;
    this.ended = new Promise((end) => {
      this.#end = end;
    });
  }

  /** Starts its containers; a failure ends it, with the reason. */
  async start(): Promise<void> {
    try {
      const { containerDefinitions } = this.args.definition.definition;
      const prepared = await Promise.all(containerDefinitions.map((one) => this.#prepare(one)));
      const credentials = await this.#credentials();
      if (this.status !== "PENDING") return this.#finish();
      for (const { definition, command, log } of prepared) this.#run(definition, command, log, credentials);
      this.status = "RUNNING";
      this.started = Date.now();
      this.#risk = setInterval(() => this.#meetFaults(), riskMs).unref();
    } catch (error) {
      const { message } = error as Error;
      this.stopCode = "TaskFailedToStart";
      this.stoppedReason = message;
      this.#tell({ began: this.created, message });
      this.#finish();
    }
  }

  /** SIGTERM to its containers, and SIGKILL to what is left after their stop timeout. */
  async stop(code: TaskStopCode, reason: StopTaskRequest["reason"], graceMs?: number): Promise<void> {
    if (this.status === "STOPPED") return;
    if (this.status !== "STOPPING") {
      this.stopCode ??= code;
      this.stoppedReason ??= reason;
      this.status = "STOPPING";
      await Promise.all(
        this.#containers.map(({ definition, container }) =>
          container.stop(graceMs ?? (definition.stopTimeout ?? stopSeconds) * 1_000),
        ),
      );
      if (this.#containers.length > 0) this.#finish();
    }
    await this.ended;
  }

  /** What Fargate does before a container runs, with the execution role: the image, and the log's stream. */
  async #prepare(definition: ContainerDefinition) {
    const { cloud, images } = this.args;
    const { executionRoleArn } = this.args.definition.definition;
    const session = executionRoleArn ? await this.#assume(executionRoleArn) : undefined;
    const image = definition.image as string;
    if (session) await mayPull(cloud, session, image);
    const command = commandOf(images, image);
    if (!command) throw new Error(`CannotPullContainerError: ${unknownImage(image)}`);
    const options = definition.logConfiguration?.options;
    let log: ContainerLog | undefined;
    if (options && session) {
      const stream = `${options["awslogs-stream-prefix"]}/${definition.name}/${this.id}`;
      // The log driver may be configured to write to another region.
      const logs = cloud.in(options["awslogs-region"] || cloud.region);
      log = new ContainerLog(logs, session.principal, options["awslogs-group"] as string, stream, {
        createGroup: options["awslogs-create-group"] === "true",
      });
      await log.open().catch((error: Error) => {
        throw new Error(`ResourceInitializationError: failed to validate logger args: ${error.name}: ${error.message}`);
      });
    }
    return { definition, command, log };
  }

  async #credentials(): Promise<Record<string, string>> {
    const { taskRoleArn } = this.args.definition.definition;
    if (!taskRoleArn) return {};
    await this.#assume(taskRoleArn);
    const { environment, remove } = this.args.cloud.shareCredentials(taskRoleArn, () => this.#assume(taskRoleArn));
    this.#removeCredentials = remove;
    return environment;
  }

  async #assume(roleArn: string): Promise<RoleSession> {
    try {
      const { cloud, cluster } = this.args;
      const arn = `arn:aws:ecs:${cloud.region}:${cloud.accountId}:task/${cluster}/${this.id}`;
      return await cloud.assumeRole(roleArn, "ecs-tasks.amazonaws.com", this.id, arn);
    } catch {
      throw new Error(
        `ECS was unable to assume the role '${roleArn}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.`,
      );
    }
  }

  #run(
    definition: ContainerDefinition,
    image: string[],
    log: ContainerLog | undefined,
    credentials: Record<string, string>,
  ): void {
    const name = definition.name as string;
    const override = this.args.overrides?.[name];
    const variables = [...(definition.environment ?? []), ...(override?.environment ?? [])];
    const given = override?.command ?? definition.command ?? [];
    const began = Date.now();
    const words = new LastWords();
    const container = runContainer(this.args.cloud, {
      command: definition.entryPoint?.length ? [...definition.entryPoint, ...given] : [...image, ...given],
      workingDirectory: this.args.workingDirectory,
      environment: {
        ...Object.fromEntries(variables.map(({ name: key = "", value = "" }) => [key, value])),
        ...credentials,
        AWS_EXECUTION_ENV: "AWS_ECS_FARGATE",
      },
      onLine: (line) => {
        words.hear(line);
        log?.write(line);
      },
    });
    this.#containers.push({ definition, container, log });
    void container.ended.then((code) => {
      this.exitCodes.set(name, code);
      // One that is stopped does not end by itself.
      if (this.status === "RUNNING") {
        this.#tell({ container: name, began, code, message: code === 0 ? undefined : words.line });
      }
      if (definition.essential !== false || this.exitCodes.size === this.#containers.length) {
        void this.stop("EssentialContainerExited", "Essential container in task exited");
      }
    });
  }

  #tell({ container, ...exit }: Omit<Ended, "region" | "resource">): void {
    const { cloud, group, cluster, definition } = this.args;
    const { family, revision } = definition;
    const [, service] = /^service:(.+)$/.exec(group) ?? [];
    const place = service ? `service/${cluster}/${service}` : `task-definition/${family}:${revision}`;
    const isOne = definition.definition.containerDefinitions.length === 1;
    tellExit(() => ({
      ...exit,
      region: cloud.region,
      resource: `arn:aws:ecs:${cloud.region}:${cloud.accountId}:${place}`,
      container: isOne ? undefined : container,
    }));
  }

  /** It may be one that is to end. */
  #meetFaults(): void {
    const { faults, region } = this.args.cloud;
    const { taskRoleArn } = this.args.definition.definition;
    const occasion = { service: "ecs", operation: "RunTask", region };
    const doomed = faults.kills({ ...occasion, ...(taskRoleArn && { principal: { roleArn: taskRoleArn } }) });
    if (doomed !== undefined) for (const { container } of this.#containers) void container.stop(0);
  }

  #finish(): void {
    clearInterval(this.#risk);
    if (this.status === "STOPPED") return;
    this.status = "STOPPED";
    this.stopped = Date.now();
    this.#removeCredentials?.();
    void Promise.all(this.#containers.map(({ log }) => log?.flush())).then(() => this.#end());
  }
}

/** What the execution role needs to pull from ECR. @throws Error with the task's stopped reason */
async function mayPull(cloud: Cloud, { principal }: RoleSession, image: string): Promise<void> {
  const [, account, region, repository] =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^:@]+)/.exec(image) ?? [];
  if (!repository) return;
  const arn = `arn:aws:ecr:${region}:${account}:repository/${repository}`;
  try {
    for (const [operation, resource] of [
      ["GetAuthorizationToken", "*"],
      ["BatchGetImage", arn],
      ["GetDownloadUrlForLayer", arn],
    ] as const) {
      await cloud.authorize({ principal, operation }, [{ action: `ecr:${operation}`, resource }]);
    }
  } catch (error) {
    throw new Error(
      `CannotPullContainerError: pull image manifest has been retried 1 time(s): ${(error as Error).message}`,
    );
  }
}
