import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { type Credentials, startCloud, type TestCloud } from "local-aws/testing";
import { createRegistry, Engine, type EngineEvent } from "pulumi-local";
import { prepareAccount } from "../../../bootstrap/localAccount.ts";

const programDirectory = join(import.meta.dirname, "fixtures/platform");
const dsp = resolve(import.meta.dirname, "../../../scripts/dsp.ts");

/** The fixture `platform` on a local cloud, and the command line as its user. */
export class PlatformStack {
  readonly events: EngineEvent[] = [];
  cloud!: TestCloud;
  engine!: Engine;
  outputs!: Record<
    "platformUrl" | "namePrefix" | "cleanRoleArn" | "changeRoleArn" | "notebookRoleArn" | "jobsDataUri",
    string
  >;

  async open(): Promise<void> {
    this.cloud = await startCloud({ region: "eu-west-1" });
    await prepareAccount(this.cloud.cloud);
    this.engine = await Engine.open({
      programDirectory,
      stack: "local",
      stateDirectory: join(this.cloud.directory, "engine"),
      registry: createRegistry(this.cloud.cloud),
      config: {},
      onEvent: (event) => this.events.push(event),
    });
  }

  async close(): Promise<void> {
    await this.engine?.close();
    await this.cloud?.stop();
  }

  async up() {
    const counts = await this.engine.up().catch((error: Error) => {
      const said = this.events.filter(({ kind }) => kind === "message").map((event) => JSON.stringify(event));
      throw new Error([error.message, ...said].join("\n"));
    });
    this.outputs = this.engine.outputs() as unknown as PlatformStack["outputs"];
    const { directory, origin } = this.cloud;
    writeFileSync(join(directory, "outputs.json"), JSON.stringify(this.outputs));
    writeFileSync(join(directory, "endpoint.json"), JSON.stringify({ aws: origin, region: "eu-west-1" }));
    return counts;
  }

  /** Runs the command line. */
  async dsp(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const environment = {
      ...process.env,
      LOCAL_STATE_DIR: this.cloud.directory,
      NO_COLOR: "1",
      PULUMI_STACK: undefined,
    };
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", dsp, ...args], {
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise<number>((done) => child.on("close", (code) => done(code ?? 1)));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await ended, stdout, stderr };
  }

  /** Credentials of a role, as the service has them that it is for. */
  async as(roleArn: string, service: string): Promise<Credentials> {
    return (await this.cloud.cloud.assumeRole(roleArn, service, "test", `arn:aws:test:eu-west-1:000000000000:test`))
      .credentials;
  }
}
