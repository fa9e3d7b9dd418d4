import type { AwsError, Cloud, Principal } from "../service.ts";

/**
 * A container's output as SageMaker's log: groups are SageMaker's own, `/aws/sagemaker/TrainingJobs` and
 * `/aws/sagemaker/Endpoints/NAME`, and made with the container's role. Without the right to, the output is lost.
 */
export class ContainerLog {
  readonly #cloud: Cloud;
  readonly #principal: Principal;
  readonly #logGroupName: string;
  readonly #logStreamName: string;
  #events: { timestamp: number; message: string }[] = [];
  #ready: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(cloud: Cloud, principal: Principal, logGroupName: string, logStreamName: string) {
    this.#cloud = cloud;
    this.#principal = principal;
    this.#logGroupName = logGroupName;
    this.#logStreamName = logStreamName;
  }

  write(message: string): void {
    if (message === "") return;
    this.#events.push({ timestamp: Date.now(), message });
    this.#timer ??= setTimeout(() => void this.flush(), 200).unref();
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
    this.#ready ??= this.#create();
    await this.#ready;
    await this.#call("PutLogEvents", { logGroupName, logStreamName, logEvents });
  }

  async #create(): Promise<void> {
    const { logGroupName, logStreamName } = this.#names();
    const thereIsOne = (error: AwsError) => {
      if (error.code !== "ResourceAlreadyExistsException") throw error;
    };
    await this.#call("CreateLogGroup", { logGroupName }).catch(thereIsOne);
    await this.#call("CreateLogStream", { logGroupName, logStreamName }).catch(thereIsOne);
  }

  #names() {
    return { logGroupName: this.#logGroupName, logStreamName: this.#logStreamName };
  }

  #call(operation: string, input: object) {
    return this.#cloud.call("logs", operation, input, this.#principal);
  }
}
