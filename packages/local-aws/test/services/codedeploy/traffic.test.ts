import assert from "node:assert/strict";
import type { ServiceMap } from "../../../src/serviceMap.ts";
import { createCodeDeploy } from "../../../src/services/codedeploy/index.ts";
import { appSpec, Lab, Load, saying } from "../../../testing/codedeploy.ts";

interface Wait {
  minutes: number;
  end(): void;
}

/** A time that passes when the test says so. */
class TestTime {
  #now = Date.now();
  readonly #wanted: ((wait: Wait) => void)[] = [];
  readonly #begun: Wait[] = [];

  now = () => this.#now;

  sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      const end = () => {
        this.#now += ms;
        resolve();
      };
      const wait = { minutes: ms / 60_000, end };
      const wanted = this.#wanted.shift();
      if (wanted) wanted(wait);
      else this.#begun.push(wait);
    });

  /** The next wait that is begun. */
  next(): Promise<Wait> {
    const begun = this.#begun.shift();
    return begun ? Promise.resolve(begun) : new Promise((resolve) => this.#wanted.push(resolve));
  }
}

const linear = (minutes: number) => [10, 20, 30, 40, 50, 60, 70, 80, 90].map((percent) => ({ percent, minutes }));
const presets: Record<string, { percent: number; minutes: number }[]> = {
  AllAtOnce: [],
  Canary10Percent5Minutes: [{ percent: 10, minutes: 5 }],
  Canary10Percent10Minutes: [{ percent: 10, minutes: 10 }],
  Canary10Percent15Minutes: [{ percent: 10, minutes: 15 }],
  Canary10Percent30Minutes: [{ percent: 10, minutes: 30 }],
  Linear10PercentEvery1Minute: linear(1),
  Linear10PercentEvery2Minutes: linear(2),
  Linear10PercentEvery3Minutes: linear(3),
  Linear10PercentEvery10Minutes: linear(10),
};

describe("CodeDeploy, step by step", function () {
  this.timeout(120_000);
  const time = new TestTime();
  let lab: Lab;
  let name: string;
  before(async () => {
    lab = await Lab.start();
    // In the place of the service whose time is the machine's, which has nothing to do yet.
    const { cloud, services } = lab.test;
    (services as ServiceMap).set("codedeploy", createCodeDeploy(cloud, { time }));
    name = await lab.versions();
  });
  after(() => lab?.test.stop());
  beforeEach(() => lab.lambda.updateAlias({ FunctionName: name, Name: "live", FunctionVersion: "1" }));

  /** Within six standard deviations of the binomial distribution: one false alarm in 500 million. */
  async function requireShare(percent: number, requests: number): Promise<void> {
    const share = percent / 100;
    const answered = (await lab.askTimes(name, requests)).get("2") ?? 0;
    const allowed = 6 * Math.sqrt(requests * share * (1 - share));
    const text = `${answered} of ${requests} requests at ${percent} %`;
    assert.ok(Math.abs(answered - requests * share) <= allowed, text);
  }

  it("knows every preset of Lambda", async () => {
    const { deploymentConfigsList = [] } = await lab.codedeploy.listDeploymentConfigs({});
    assert.deepEqual(
      deploymentConfigsList,
      Object.keys(presets).map((preset) => `CodeDeployDefault.Lambda${preset}`),
    );
  });

  for (const [preset, steps] of Object.entries(presets)) {
    it(`${preset}: each step has its share of 2,000 requests, and its time`, async () => {
      await requireShare(0, 100);
      const id = await lab.deploy(await lab.group(preset), appSpec(name));
      for (const { percent, minutes } of steps) {
        const wait = await time.next();
        assert.equal(wait.minutes, minutes);
        assert.equal(await lab.weight(name), percent / 100);
        await requireShare(percent, 2_000);
        wait.end();
      }
      assert.equal((await lab.ended(id)).status, "Succeeded");
      await requireShare(100, 100);
    });
  }

  it("takes a share and a time of one's own", async () => {
    await lab.codedeploy.createDeploymentConfig({
      deploymentConfigName: "mine",
      computePlatform: "Lambda",
      trafficRoutingConfig: { type: "TimeBasedLinear", timeBasedLinear: { linearPercentage: 40, linearInterval: 7 } },
    });
    const id = await lab.deploy(await lab.group("", { deploymentConfigName: "mine" }), appSpec(name));
    for (const percent of [40, 80]) {
      const wait = await time.next();
      assert.deepEqual([wait.minutes, await lab.weight(name)], [7, percent / 100]);
      wait.end();
    }
    assert.equal((await lab.ended(id)).status, "Succeeded");
  });

  it("loses none of 20,000 requests, forth and back", async () => {
    const load = new Load(lab, name);
    const forth = await lab.deploy(await lab.group("Linear10PercentEvery1Minute"), appSpec(name));
    for (let step = 1; step <= 9; step++) {
      const wait = await time.next();
      await load.more(1_200);
      wait.end();
    }
    assert.equal((await lab.ended(forth)).status, "Succeeded");
    const turned = appSpec(name, [], { CurrentVersion: "2", TargetVersion: "1" });
    const back = await lab.deploy(await lab.group("Canary10Percent5Minutes"), turned);
    await time.next();
    await load.more(4_000);
    await lab.codedeploy.stopDeployment({ deploymentId: back, autoRollbackEnabled: true });
    assert.equal((await lab.ended(back)).status, "Stopped");
    await load.more(Math.max(1_000, 20_000 - load.count));
    const versions = await load.stop();
    assert.deepEqual(load.failures, []);
    assert.ok(load.count >= 20_000 && versions.get("1")! > 1_000 && versions.get("2")! > 1_000, `${load.count}`);
    assert.equal(await lab.weight(name), 1);
  });

  it("gives a hook that never reports an hour, and no more", async () => {
    const mute = await lab.create("mute", saying("nothing"));
    const id = await lab.deploy(await lab.group("AllAtOnce"), appSpec(name, [{ BeforeAllowTraffic: mute }]));
    const wait = await time.next();
    assert.equal(wait.minutes, 60);
    wait.end();
    const { status, errorInformation } = await lab.ended(id);
    assert.equal(status, "Failed");
    assert.match(errorInformation?.message ?? "", /did not report within an hour/);
  });
});
