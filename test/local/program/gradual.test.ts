import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CodeDeploy } from "@aws-sdk/client-codedeploy";
import { Lambda } from "@aws-sdk/client-lambda";
import { prepareAccount } from "../../../local/account.ts";
import { createCloud, type LocalCloud } from "../../../local/cloud/index.ts";
import { Engine, type EngineEvent } from "../../../local/engine/index.ts";
import { createRegistry } from "../../../local/resources/index.ts";

const region = "eu-west-1";
const programDirectory = join(import.meta.dirname, "fixtures/gradual");

/** A function's new versions, brought to its callers by CodeDeploy: as a user's `up` does it. */
describe("gradual deployment of a program on this machine", function () {
  this.timeout(120_000);
  let folder: string;
  let local: LocalCloud;
  let engine: Engine;
  let codedeploy: CodeDeploy;
  let lambda: Lambda;
  let names: { functionName: string; version: string; application: string; group: string };
  const config: Record<string, string> = {};
  let events: EngineEvent[] = [];

  /** @param clock how many times faster than AWS's: a canary of five minutes takes 300 s by that. */
  async function open(clock: number): Promise<void> {
    local = createCloud({ directory: join(folder, "cloud"), region, awsPort: 0, apiPort: 0, deploymentClock: clock });
    const endpoint = await local.listen();
    await prepareAccount(local.cloud);
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    codedeploy = new CodeDeploy({ endpoint, region, credentials });
    lambda = new Lambda({ endpoint, region, credentials });
    await openEngine();
  }
  async function openEngine(): Promise<void> {
    engine = await Engine.open({
      programDirectory,
      stack: "local",
      stateDirectory: join(folder, "state"),
      registry: createRegistry(local.cloud),
      environment: {
        AWS_ENDPOINT_URL: local.cloud.origin,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_REGION: region,
      },
      config,
      onEvent: (event) => events.push(event),
    });
  }
  async function up(changes: Record<string, string> = {}): Promise<void> {
    Object.assign(config, changes);
    events = [];
    names = (await engine.up()).outputs as never;
  }
  const said = () =>
    events.flatMap((event) => (event.kind === "message" && event.severity !== "debug" ? event.text : [])).join("\n");
  const deployments = async () =>
    (await codedeploy.listDeployments({ applicationName: names.application, deploymentGroupName: names.group }))
      .deployments ?? [];
  const alias = () => lambda.getAlias({ FunctionName: names.functionName, Name: "live" });
  const ask = async () => {
    const { Payload } = await lambda.invoke({ FunctionName: `${names.functionName}:live` });
    return JSON.parse(Buffer.from(Payload!).toString());
  };
  const shiftBegins = async () => {
    while (!(await alias()).RoutingConfig?.AdditionalVersionWeights) await sleep(20);
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "gradual-"));
    await open(600);
    await up();
  });
  after(async () => {
    await engine?.close();
    await local?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("has nothing to shift the first time, nor when nothing changes", async () => {
    assert.equal(await ask(), "v1");
    await up();
    assert.deepEqual(await deployments(), []);
  });

  it("says in a preview that there will be a shift", async () => {
    Object.assign(config, { version: "v2" });
    events = [];
    await engine.preview();
    const steps = events.flatMap((event) => (event.kind === "step" ? [event] : []));
    assert.ok(steps.some(({ urn, operation }) => urn.includes("TrafficShift") && operation === "update"));
    assert.deepEqual(await deployments(), []);
  });

  it("shifts, asking both hooks, and tells how it goes", async () => {
    await up({ version: "v2" });
    assert.equal(await ask(), "v2");
    assert.match(said(), /deployment d-\w+: Canary10Percent5Minutes from version 1 to 2/);
    assert.match(said(), /BeforeAllowTraffic Succeeded, 10 % to version 2/);
    assert.match(said(), /BeforeAllowTraffic Succeeded, AfterAllowTraffic Succeeded, 100 % to version 2/);
  });

  it("lets nothing through when the hook before refuses, and says what the hook said", async () => {
    await assert.rejects(up({ version: "v3", before: "refuses" }), (error: Error) => {
      assert.match(error.message, /to version 3 failed: .*BeforeAllowTraffic.*LAMBDA_HOOK_FAILED/);
      assert.match(error.message, /not fit for traffic: it is not to my liking/);
      return true;
    });
    assert.equal((await alias()).FunctionVersion, "2");
    assert.equal(await ask(), "v2");
  });

  it("tries again by the next up", async () => {
    await up({ before: "accepts" });
    assert.equal(await ask(), "v3");
  });

  it("takes all traffic back when the hook after refuses", async () => {
    await assert.rejects(up({ version: "v4", after: "refuses" }), /AfterAllowTraffic.*LAMBDA_HOOK_FAILED/);
    const { FunctionVersion, RoutingConfig } = await alias();
    assert.deepEqual([FunctionVersion, RoutingConfig?.AdditionalVersionWeights ?? {}], ["3", {}]);
    assert.equal(await ask(), "v3");
    await up({ after: "accepts" });
    assert.equal(await ask(), "v4");
  });

  it("joins the deployment of an engine that ended in the middle, and stops it when the stack is destroyed", async () => {
    await engine.close();
    await local.close();
    await open(5);
    const endInTheMiddle = async (run: Promise<void>) => {
      const interrupted = assert.rejects(run);
      await engine.close();
      await interrupted;
      await openEngine();
    };
    const first = up({ version: "v5" });
    await shiftBegins();
    const [running] = await deployments();
    await endInTheMiddle(first);

    const second = up();
    while (!said().includes(`deployment ${running} is under way already: joined`)) await sleep(20);
    assert.deepEqual((await deployments())[0], running);
    await endInTheMiddle(second);

    await engine.destroy();
    const { deploymentInfo } = await codedeploy.getDeployment({ deploymentId: running });
    assert.equal(deploymentInfo?.status, "Stopped");
  });
});
