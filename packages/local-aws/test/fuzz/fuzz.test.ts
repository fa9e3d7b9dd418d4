import assert from "node:assert/strict";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { startCloud, type TestCloud } from "../../testing/cloud.ts";
import { stackTraces } from "../../testing/console.ts";
import { attempt, attemptRaw, bodyFor, inputFor, type Target, targetsOf } from "./requests.ts";
import { makeWorld } from "./world.ts";

/** How long it goes on at most, and how often each operation is asked: the same on every machine, however fast it is. */
const seconds = Number(process.env.FUZZ_SECONDS ?? 60);
const rounds = Number(process.env.FUZZ_ROUNDS ?? (process.env.FUZZ_SECONDS ? Number.POSITIVE_INFINITY : 12));
/** The same requests again for the same seed; another one each time in the long run. */
const seed = Number(process.env.FUZZ_SEED ?? (process.env.FUZZ_SECONDS ? Date.now() % 2 ** 31 : 1));
/** Operations by the start of their name, `lambda Create`. Default: all. */
const only = process.env.FUZZ_ONLY ?? "";

/** Lets everything happen, and looks at whatever conditions can look at: nothing is ever tagged so. */
const watchful = [
  { Effect: "Allow", Action: "*", Resource: "*" },
  {
    Effect: "Deny",
    Action: "*",
    Resource: "*",
    Condition: { StringEquals: { "aws:ResourceTag/watched": "yes", "aws:RequestTag/watched": "yes" } },
  },
];

describe("every operation, whatever it is given", function () {
  this.timeout((seconds + 120) * 1_000);
  let test: TestCloud;
  let known: string[];
  let targets: Target[];
  before(async () => {
    test = await startCloud();
    known = await makeWorld(test);
    const { credentials } = await test.mintRole(watchful);
    targets = (await targetsOf(test, credentials)).filter(({ name }) => name.startsWith(only));
  });
  after(() => {
    for (const { client } of targets) client.destroy();
    return test.stop();
  });

  it(`is answered, and never by a fault of the local cloud (FUZZ_SEED=${seed})`, async () => {
    const faults = new Map<string, string>();
    const end = Date.now() + seconds * 1_000;
    let random = seed;
    let requests = 0;
    for (let round = 0; round < rounds && Date.now() < end; round++) {
      // Another order each round: what a request finds depends on those before.
      const order = targets.map((target) => {
        random = next(random);
        return { target, key: random };
      });
      order.sort((a, b) => a.key - b.key);
      for (const { target, key } of order) {
        if (Date.now() >= end) break;
        const raw = round % 3 === 2;
        const given = raw ? bodyFor(target, key) : inputFor(target, known, key);
        const fault = raw ? await attemptRaw(test, target, given as string) : await attempt(target, given as object);
        // The same fault is told once, by its trace where it has one.
        const told = stackTraces();
        for (const trace of told) {
          const place = trace.split("\n").slice(0, 4).join("\n");
          if (!faults.has(place)) faults.set(place, `${target.name} ${show(given)}`);
        }
        if (fault && told.length === 0) faults.set(`${target.name}: ${fault}`, show(given));
        requests++;
      }
    }
    console.log(`      ${requests} requests to ${targets.length} operations`);
    assert.deepEqual([...faults], []);
    assert.ok(requests > 100, `${requests} requests`);
    const { Account } = await test.client(STSClient).send(new GetCallerIdentityCommand({}));
    assert.equal(Account, "000000000000");
  });
});

const show = (given: unknown) => (typeof given === "string" ? given : JSON.stringify(given)).slice(0, 400);

/** A generator of Park and Miller. */
const next = (state: number) => (state * 48_271) % 2_147_483_647 || 1;
