import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { GradualStack } from "./gradualStack.ts";

/** Long enough for what is to be met in the middle: on a clock of 60 two minutes. */
const slow = JSON.stringify({ canary: { percent: 10, minutes: 120 } });

/** New versions of functions, brought to their callers by CodeDeploy: as a user's `up` does it. */
describe("gradual deployment of a program on this machine", function () {
  this.timeout(180_000);
  let stack: GradualStack;

  before(async () => {
    stack = new GradualStack(mkdtempSync(join(tmpdir(), "gradual-")));
    await stack.open(600);
    await stack.up();
  });
  after(async () => {
    await stack?.close();
    if (stack) rmSync(stack.folder, { recursive: true, force: true });
  });

  it("has nothing to shift the first time, nor when nothing changes", async () => {
    assert.equal(await stack.ask(), "v1");
    await stack.up();
    assert.deepEqual(await stack.deployments(), []);
  });

  it("says in a preview that there will be a shift, and of what kind", async () => {
    stack.config.version = "v2";
    await stack.engine.preview();
    const steps = stack.events.flatMap((event) => (event.kind === "step" ? [event] : []));
    assert.ok(steps.some(({ urn, operation }) => urn.endsWith("::app-shift") && operation === "update"));
    assert.deepEqual(stack.said(), ["the new version gets its traffic by Canary10Percent5Minutes, in 5 minutes"]);
    assert.deepEqual(await stack.deployments(), []);
  });

  it("shifts, asking both hooks, and tells how it goes; another function in turn", async () => {
    await stack.up({ version: "v2", others: "v2" });
    assert.equal(await stack.ask(), "v2");
    const own = stack.events.flatMap((event) =>
      event.kind === "message" && event.urn?.endsWith("::app-shift") ? event.text : [],
    );
    const lines = [
      /^version 2 gets its traffic by Canary10Percent5Minutes, in 5 minutes$/,
      /^deployment d-\w+: Canary10Percent5Minutes from version 1 to 2$/,
      /^BeforeAllowTraffic Succeeded, AfterAllowTraffic Succeeded, 100 % to version 2, 0:\d\d$/,
    ];
    const at = lines.map((line) => own.findIndex((text) => line.test(text)));
    assert.ok(!at.includes(-1) && at.join() === at.toSorted((a, b) => a - b).join(), `${at}\n${own.join("\n")}`);

    const ofShift = (name: string, status: string) =>
      stack.events.findIndex(
        (event) => event.kind === "step" && event.urn.endsWith(`::${name}-shift`) && event.status === status,
      );
    assert.notEqual(ofShift("beside", "done"), -1);
    assert.ok(ofShift("app", "done") < ofShift("later", "started"));
  });

  it("lets nothing through when the hook before refuses, and says what the hook said", async () => {
    await assert.rejects(stack.up({ version: "v3", before: "refuses" }), (error: Error) => {
      assert.match(error.message, /to version 3 failed: .*BeforeAllowTraffic.*HOOK_EXECUTION_FAILURE/);
      assert.match(error.message, /not fit for traffic: it is not to my liking/);
      return true;
    });
    const { FunctionVersion, RoutingConfig } = await stack.alias();
    assert.deepEqual([FunctionVersion, RoutingConfig?.AdditionalVersionWeights ?? {}], ["2", {}]);
  });

  it("takes all traffic back when the hook after refuses", async () => {
    await assert.rejects(
      stack.up({ before: "accepts", after: "refuses" }),
      /AfterAllowTraffic.*HOOK_EXECUTION_FAILURE/,
    );
    const { FunctionVersion, RoutingConfig } = await stack.alias();
    assert.deepEqual([FunctionVersion, RoutingConfig?.AdditionalVersionWeights ?? {}], ["2", {}]);
    assert.equal(await stack.ask(), "v2");
  });

  it("tries again by the next up; of two in quick succession the second shifts when the first has", async () => {
    const first = stack.up({ after: "accepts" });
    await stack.says(/^deployment d-\w+: .* from version 2 to 3$/);
    const second = stack.up({ version: "v4" });
    await Promise.all([first, second]);
    assert.equal(await stack.ask(), "v4");
    const [to4, to3] = await Promise.all(
      (await stack.deployments()).slice(0, 2).map(async (deploymentId) => {
        const { deploymentInfo } = await stack.codedeploy.getDeployment({ deploymentId });
        return deploymentInfo!;
      }),
    );
    assert.deepEqual([to3?.status, to4?.status], ["Succeeded", "Succeeded"]);
    assert.ok(to3!.completeTime! <= to4!.createTime!);
  });

  it("goes back when the new version fails for a fifth of its callers, of whom it has a tenth", async () => {
    await stack.close();
    await stack.open(60);
    let asked = 0;
    let hurt = 0;
    let over = false;
    const callers = (async () => {
      for (; !over; asked += 10) {
        const answers = await Promise.all(Array.from({ length: 10 }, () => stack.ask()));
        hurt += answers.filter((answer) => answer === undefined).length;
        await sleep(10);
      }
    })();
    const changes = { version: "flaky", type: slow };
    const failure = await stack.up(changes).catch((error: Error) => error.message);
    over = true;
    await callers;
    assert.match(String(failure), /to version 5 stopped: .*alarms.*app-(alias|version)-errors.* \(ALARM_ACTIVE\)/);
    const most = asked * 0.02 + 6 * Math.sqrt(asked * 0.02);
    assert.ok(hurt > 0 && hurt <= most, `${hurt} of ${asked} callers were hurt; at most ${most} may be`);
    const answers = await Promise.all(Array.from({ length: 100 }, () => stack.ask()));
    assert.deepEqual([...new Set(answers)], ["v4"]);
  });

  it("ends the shift that a kill -9 interrupted, and does not begin another; alarms are ignored where the program says so", async () => {
    const before = await stack.deployments();
    await stack.close();

    const script = join(import.meta.dirname, "killedShift.ts");
    const changes = { ...stack.config, version: "v6", ignoreAlarms: "true" };
    const child = spawn(process.execPath, [script, stack.folder, JSON.stringify(changes)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    for await (const line of createInterface({ input: child.stdout })) if (line.includes("10 % to version 6")) break;
    child.kill("SIGKILL");
    assert.deepEqual(await ended, [null, "SIGKILL"]);

    // The rest of the two hours passes at once.
    await stack.open(10_000);
    await stack.up(changes);
    assert.equal(await stack.ask(), "v6");
    assert.equal((await stack.deployments()).length, before.length + 1);
    await stack.close();
    await stack.open(60);
  });

  it("waits for the deployment of another version, joins one of its own, and stops it when the stack is destroyed", async () => {
    const interrupt = async (run: Promise<void>) => {
      const interrupted = assert.rejects(run);
      await stack.engine.close();
      await interrupted;
      await stack.openEngine();
    };
    const left = stack.up({ version: "v7" });
    await stack.says(/10 % to version 7/);
    const [other] = await stack.deployments();
    await interrupt(left);

    const waiting = stack.up({ version: "v8" });
    await stack.says(new RegExp(`^waits for the end of deployment ${other}$`));
    assert.match(await stack.dsp("status"), new RegExp(`^app +${other} +InProgress +6 -> 7 +\\[##-+\\] 10 %`));
    assert.equal(await stack.dsp("stop"), `app: ${other} is stopped; its traffic goes back`);
    await stack.says(/^deployment d-\w+: Canary10Percent120Minutes from version 6 to 8$/);
    await stack.says(/10 % to version 8/);
    const [running] = await stack.deployments();
    const history = (await stack.dsp("history")).split("\n");
    assert.match(history[0] ?? "", /^app +d-\w+ +InProgress +6 -> 8 /);
    assert.match(history[1] ?? "", new RegExp(`^app +d-\\w+ +Succeeded +7 -> 6 .* rollback of ${other}$`));
    assert.match(history[2] ?? "", new RegExp(`^app +${other} +Stopped +6 -> 7 .* 0 % .* rolled back by d-\\w+$`));
    await interrupt(waiting);

    const joined = stack.up();
    await stack.says(new RegExp(`^deployment ${running} is under way already: joined$`));
    assert.equal((await stack.deployments())[0], running);
    await interrupt(joined);

    await stack.engine.destroy();
    const { deploymentInfo } = await stack.codedeploy.getDeployment({ deploymentId: running });
    assert.equal(deploymentInfo?.status, "Stopped");
  });
});
