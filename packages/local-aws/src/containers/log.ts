import type { AwsError, Cloud, Principal } from "../service.ts";

/**
 * A container's output as a CloudWatch Logs stream, written as `principal`: without permission it is lost.
 *
 * SageMaker has groups of its own (`/aws/sagemaker/TrainingJobs`, `/aws/sagemaker/Endpoints/NAME`) and made here; the
 * group of a task on ECS must exist.
 */
export class ContainerLog {
  readonly #cloud: Cloud;
  readonly #principal: Principal;
  readonly #logGroupName: string;
  readonly #logStreamName: string;
  readonly #createGroup: boolean;
  #events: { timestamp: number; message: string }[] = [];
  #ready: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    cloud: Cloud,
    principal: Principal,
    logGroupName: string,
    logStreamName: string,
    { createGroup = true }: { createGroup?: boolean } = {},
  ) {
    this.#cloud = cloud;
    this.#createGroup = createGroup;
    this.#principal = principal;
    this.#logGroupName = logGroupName;
    this.#logStreamName = logStreamName;
  }

  write(message: string): void {
    if (message === "") return;
    this.#events.push({ timestamp: Date.now(), message });
    this.#timer ??= setTimeout(() => void this.flush(), 200).unref();
  }

  /** Makes the stream. @throws AwsError of CloudWatch Logs */
  open(): Promise<void> {
    this.#ready ??= this.#create();
    return this.#ready;
  }

  /** Resolves when everything written so far is in the log. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const logEvents = this.#events;
    this.#events = [];
    this.#writing = this.#writing.then(() => this.#put(logEvents)).catch(() => {});
    return this.#writing;
  }

  async #put(logEvents: object[]): Promise<void> {
    if (logEvents.length === 0) return;
    const { logGroupName, logStreamName } = this.#names();
    await this.open();
    await this.#call("PutLogEvents", { logGroupName, logStreamName, logEvents });
  }

  async #create(): Promise<void> {
    const { logGroupName, logStreamName } = this.#names();
    const thereIsOne = (error: AwsError) => {
      if (error.code !== "ResourceAlreadyExistsException") throw error;
    };
    // A principal that may not create the group may still write to an existing one; if there is none, creating the stream fails.
    if (this.#createGroup) {
      await this.#call("CreateLogGroup", { logGroupName }).catch((error: AwsError) => {
        if (error.code !== "AccessDeniedException") thereIsOne(error);
      });
    }
    await this.#call("CreateLogStream", { logGroupName, logStreamName }).catch(thereIsOne);
  }

  #names() {
    return { logGroupName: this.#logGroupName, logStreamName: this.#logStreamName };
  }

  #call(operation: "CreateLogGroup" | "CreateLogStream" | "PutLogEvents", input: object) {
    return this.#cloud.request("logs", operation, input, this.#principal);
  }
}
