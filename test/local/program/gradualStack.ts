import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { CodeDeploy } from "@aws-sdk/client-codedeploy";
import { Lambda } from "@aws-sdk/client-lambda";
import { createCloud, type LocalCloud } from "local-aws";
import { createRegistry, Engine, type EngineEvent } from "pulumi-local";
import { prepareAccount } from "../../../bootstrap/localAccount.ts";

const region = "eu-west-1";
const programDirectory = join(import.meta.dirname, "fixtures/gradual");
const credentials = { accessKeyId: "test", secretAccessKey: "test" };

/** The fixture `gradual` as a stack of a folder, which may be closed and opened again. */
export class GradualStack {
  readonly folder: string;
  /** The program's configuration. */
  readonly config: Record<string, string> = {};
  /** What the run under way, or the last one, has said; a run that begins starts anew. */
  events: EngineEvent[] = [];
  onEvent: (event: EngineEvent) => void = () => {};
  codedeploy!: CodeDeploy;
  lambda!: Lambda;
  local!: LocalCloud;
  engine!: Engine;
  outputs = { functionName: "", deployments: { app: { application: "", group: "" } } };

  constructor(folder: string) {
    this.folder = folder;
  }

  /** @param clock how many times faster than AWS's: a canary of five minutes takes 300 s by that. */
  async open(clock: number): Promise<void> {
    const directory = join(this.folder, "cloud");
    this.local = createCloud({ directory, region, awsPort: 0, apiPort: 0, deploymentClock: clock });
    const endpoint = await this.local.listen();
    await prepareAccount(this.local.cloud);
    this.codedeploy = new CodeDeploy({ endpoint, region, credentials });
    this.lambda = new Lambda({ endpoint, region, credentials });
    await this.openEngine();
  }

  async openEngine(): Promise<void> {
    this.engine = await Engine.open({
      programDirectory,
      stack: "local",
      stateDirectory: join(this.folder, "state"),
      registry: createRegistry(this.local.cloud),
      environment: {
        AWS_ENDPOINT_URL: this.local.cloud.origin,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_REGION: region,
      },
      config: this.config,
      onEvent: (event) => {
        if (event.kind === "start") this.events = [];
        this.events.push(event);
        this.onEvent(event);
      },
    });
  }

  async close(): Promise<void> {
    await this.engine?.close();
    await this.local?.close();
  }

  async up(changes: Record<string, string> = {}): Promise<void> {
    Object.assign(this.config, changes);
    this.outputs = (await this.engine.up()).outputs as never;
  }

  /** What is shown to the user, by line. */
  said(): string[] {
    return this.events.flatMap((event) =>
      event.kind === "message" && event.severity !== "debug" ? event.text.split("\n") : [],
    );
  }

  async says(pattern: RegExp): Promise<void> {
    while (!this.said().some((line) => pattern.test(line))) await sleep(10);
  }

  /** Ids, newest first. */
  async deployments(): Promise<string[]> {
    const { application: applicationName, group: deploymentGroupName } = this.outputs.deployments.app;
    return (await this.codedeploy.listDeployments({ applicationName, deploymentGroupName })).deployments ?? [];
  }

  /** `dsp deploy`, as a person calls it in another terminal. @returns what it prints. */
  async dsp(command: string): Promise<string> {
    const write = (leaf: string, value: object) => writeFileSync(join(this.folder, leaf), JSON.stringify(value));
    write("endpoint.json", { aws: this.local.cloud.origin, region });
    write("outputs.json", this.outputs);
    const env = { ...process.env, LOCAL_STATE_DIR: this.folder };
    const dsp = join(import.meta.dirname, "../../../scripts/dsp.ts");
    const { stdout } = await promisify(execFile)(process.execPath, [dsp, "deploy", command], { env });
    return stdout.trim();
  }

  alias() {
    return this.lambda.getAlias({ FunctionName: this.outputs.functionName, Name: "live" });
  }

  /** What a caller is told, without HTTP; `undefined` for an error. */
  async ask(): Promise<string | undefined> {
    const { Payload, FunctionError } = await this.local.cloud.call<{ Payload: Uint8Array; FunctionError?: string }>(
      "lambda",
      "Invoke",
      { FunctionName: `${this.outputs.functionName}:live`, Payload: Buffer.from('{"caller":true}') },
    );
    return FunctionError ? undefined : JSON.parse(Buffer.from(Payload).toString());
  }
}
