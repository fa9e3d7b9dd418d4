import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { startCloud, type TestCloud } from "local-aws/testing";
import { faultsAt } from "../../../scripts/lib/localFaults.ts";
import type { Invariant } from "../../../scripts/soak/invariants/invariant.ts";
import { Ledger } from "../../../scripts/soak/ledger.ts";
import { Measures } from "../../../scripts/soak/measures.ts";
import type { SoakPlatform } from "../../../scripts/soak/platform.ts";
import { runLoad, settle } from "../../../scripts/soak/run.ts";
import type { Load } from "../../../scripts/soak/systems/load.ts";
import { clientsOf, type World } from "../../../scripts/soak/world.ts";

describe("A soak's load", function () {
  this.timeout(30_000);
  let test: TestCloud;
  let world: World;
  const platform = {
    runs: true,
    memory: () => ({ cloud: 7, all: 8 }),
    killContainer: () => false,
  } as unknown as SoakPlatform;

  before(async () => {
    test = await startCloud();
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const client = { region: "us-east-1", endpoint: test.origin, credentials };
    const stack = { name: "soak", outputs: {}, client };
    world = {
      ...{ stack, clients: clientsOf(stack), ledger: new Ledger(), measures: new Measures() },
      ...{ denied: [], mistakes: [], config: [] },
    };
  });
  after(() => test.stop());

  it("counts what was done and what was refused, of each client, and ends its faults with it", async () => {
    const draws: number[] = [];
    const step: Load["step"] = async (_, chance) => {
      draws.push(chance.draw());
      if (draws.length % 2 === 0) throw new Error("refused");
    };
    const loads = [{ name: "greetings", pause: 5, clients: 2, step }];
    const { steps } = await runLoad(world, platform, { loads, until: Date.now() + 500, seed: 1, calm: false });
    const { done, refused } = steps.get("greetings")!;
    assert.equal(done + refused, draws.length);
    assert.ok(refused >= 1 && done - refused <= 1, `${done} ${refused}`);
    assert.equal(new Set(draws).size, draws.length);
    assert.deepEqual(world.measures.of("memory"), ["memory of all", "memory of the cloud"]);
    assert.equal((await faultsAt(world.stack.client).status()).running, false);
  });

  it("is looked at until what may come true has, and no longer than that", async () => {
    let looks = 0;
    const late: Invariant = {
      name: "late",
      check: async () => ({ checked: 1, broken: ++looks < 2 ? ["not yet"] : [] }),
    };
    const final: Invariant = { name: "final", final: true, check: async () => ({ checked: 1, broken: ["never"] }) };
    const found = await settle(world, [late, final], 20);
    assert.deepEqual([found.get(late)?.broken, found.get(final)?.broken, looks], [[], ["never"], 2]);
    const failing: Invariant = { name: "failing", check: () => Promise.reject(new Error("no table")) };
    const began = await Promise.race([settle(world, [failing], 0), sleep(20_000, undefined, { ref: false })]);
    assert.deepEqual(began?.get(failing)?.broken, ["it cannot be looked at: Error: no table"]);
  });
});
