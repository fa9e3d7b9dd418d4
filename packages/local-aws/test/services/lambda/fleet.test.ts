import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { administrator } from "../../../src/service.ts";
import { Fleet, type FleetOptions } from "../../../src/services/lambda/execution/fleet.ts";
import { RuntimeApi } from "../../../src/services/lambda/execution/runtimeApi.ts";
import { EnvironmentStarter } from "../../../src/services/lambda/execution/starter.ts";
import { Packages } from "../../../src/services/lambda/packages.ts";
import { PythonRuntimes } from "../../../src/services/lambda/python/runtime.ts";
import type { VersionRecord } from "../../../src/services/lambda/records.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { zip } from "../../../testing/lambda.ts";

describe("execution environments", () => {
  let test: TestCloud;
  let packages: Packages;
  let role: string;

  before(async () => {
    test = await startCloud();
    packages = new Packages(test.cloud);
    role = (await test.mintRole()).roleArn;
  });
  after(() => test.stop());

  async function version(name: string, code: string): Promise<VersionRecord> {
    const file = { ZipFile: zip({ "index.mjs": code }) };
    const id = await packages.add(file, administrator(test.cloud.accountId), (added) => added.id);
    const configuration = {
      FunctionName: name,
      FunctionArn: name,
      Version: "$LATEST",
      Role: role,
      Runtime: "nodejs24.x" as const,
      Handler: "index.handler",
      Timeout: 5,
      MemorySize: 128,
    };
    return { configuration, code: id, generation: randomUUID() };
  }

  async function withFleet(options: Partial<FleetOptions>, work: (fleet: Fleet) => Promise<void>): Promise<void> {
    const given = { idleMs: 60_000, maxEnvironments: 64, ...options };
    const { cloud, directory } = test;
    const layers = { root: async () => undefined };
    const images = { images: {}, workingDirectory: directory };
    const pythons = new PythonRuntimes(directory);
    const parts = { cloud, packages, layers, runtimeApi: new RuntimeApi(), pythons, images };
    const fleet = new Fleet(cloud, new EnvironmentStarter(parts), given);
    fleet.start();
    try {
      await work(fleet);
    } finally {
      await fleet.stop();
      assert.equal(fleet.size, 0);
    }
  }

  const run = (fleet: Fleet, one: VersionRecord) =>
    fleet.run(one, { requestId: randomUUID(), payload: "{}", functionArn: "arn", trace: "", tail: false });
  const slow = "export const handler = () => new Promise((done) => setTimeout(done, 250))";

  it("end when they have been idle for long enough", async () => {
    await withFleet({ idleMs: 50 }, async (fleet) => {
      await run(fleet, await version("idle", "export const handler = async () => 1"));
      assert.equal(fleet.size, 1);
      for (let tries = 0; fleet.size > 0 && tries < 100; tries++) await new Promise((done) => setTimeout(done, 20));
      assert.equal(fleet.size, 0);
    });
  });

  it("are as many as long requests need, and no more than allowed once idle", async () => {
    await withFleet({ maxEnvironments: 3 }, async (fleet) => {
      const one = await version("slow", slow);
      const outcomes = await Promise.all([1, 2, 3, 4, 5].map(() => run(fleet, one)));
      assert.ok(outcomes.every(({ outcome }) => outcome.kind === "result"));
      assert.ok(fleet.size <= 3, `${fleet.size} environments`);
    });
  });

  it("are few for many short requests", async () => {
    await withFleet({}, async (fleet) => {
      const one = await version("short", "export const handler = async () => 1");
      await Promise.all(Array.from({ length: 300 }, () => run(fleet, one)));
      assert.ok(fleet.size <= 6, `${fleet.size} environments`);
    });
  });

  it("do not lock each other out: functions that wait for one another get their own", async () => {
    await withFleet({ maxEnvironments: 1 }, async (fleet) => {
      const names = ["a", "b", "c", "d"];
      const versions = await Promise.all(names.map((name) => version(`waiting-${name}`, slow)));
      const outcomes = await Promise.all(versions.map((one) => run(fleet, one)));
      assert.ok(outcomes.every(({ outcome }) => outcome.kind === "result"));
    });
  });

  it("end with the cloud, and so do their requests, running or waiting", async () => {
    const one = await version("endless", "export const handler = () => new Promise((done) => setTimeout(done, 4000))");
    let requests: Promise<PromiseSettledResult<unknown>[]> | undefined;
    await withFleet({}, async (fleet) => {
      requests = Promise.allSettled(Array.from({ length: 20 }, () => run(fleet, one)));
      await new Promise((done) => setTimeout(done, 100));
    });
    const outcomes = (await requests) ?? [];
    assert.equal(outcomes.length, 20);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") assert.equal(outcome.reason.code, "ServiceException");
      else assert.equal((outcome.value as { outcome: { errorType: string } }).outcome.errorType, "Runtime.ExitError");
    }
  });

  it("are not made for a role that is gone, and the request says so", async () => {
    await withFleet({}, async (fleet) => {
      const one = await version("orphan", slow);
      one.configuration.Role = "arn:aws:iam::000000000000:role/gone";
      await assert.rejects(run(fleet, one), {
        code: "AccessDeniedException",
        message: "The role defined for the function cannot be assumed by Lambda.",
      });
    });
  });
});
