import { join } from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { pythonTools, startCloud, type TestCloud } from "local-aws/testing";
import { createRegistry, Engine, type EngineEvent } from "pulumi-local";
import { prepareAccount } from "../../../../bootstrap/localAccount.ts";

type Outputs = Record<
  | ("greetingUrl" | "irisUrl" | "irisTable" | "dropBucket" | "archiveBucket" | "quarantineBucket" | "machineArn")
  | ("act" | "gatherInfo" | "namePrefix" | "status" | "read" | "change" | "platformUrl"),
  string
>;

/** A program with a handler in Python of each system, on a local cloud of its own. */
export class PythonSystems {
  readonly #config: Record<string, string> = { version: "v1", expected: "v1" };
  #events: EngineEvent[] = [];
  #engine: Engine | undefined;
  test!: TestCloud;
  outputs!: Outputs;

  async start(): Promise<void> {
    this.test = await startCloud({ region: "eu-west-1", tools: pythonTools, deploymentClock: 60 });
    await prepareAccount(this.test.cloud);
    this.#engine = await Engine.open({
      programDirectory: join(import.meta.dirname, "../fixtures/pythonSystems"),
      stack: "local",
      stateDirectory: join(this.test.directory, "engine"),
      registry: createRegistry(this.test.cloud),
      environment: {
        AWS_ENDPOINT_URL: this.test.origin,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_REGION: "eu-west-1",
      },
      config: this.#config,
      onEvent: (event) => this.#events.push(event),
    });
    await this.up();
  }

  async stop(): Promise<void> {
    await this.#engine?.close();
    await this.test?.stop();
  }

  async up(changes: Record<string, string> = {}): Promise<void> {
    Object.assign(this.#config, changes);
    this.#events = [];
    try {
      await this.#engine?.up();
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.#said()}`);
    }
    this.outputs = this.#engine?.outputs() as never;
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers of every handler
  async invoke(FunctionName: string, event: object): Promise<any> {
    const { Payload, FunctionError } = await this.test
      .client(LambdaClient)
      .send(new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)) }));
    const answer = JSON.parse(Buffer.from(Payload ?? []).toString());
    if (FunctionError) throw Object.assign(new Error(answer.errorMessage), { name: answer.errorType });
    return answer;
  }

  #said = () => this.#events.flatMap((event) => (event.kind === "message" ? [event.text] : [])).join("\n");
}
