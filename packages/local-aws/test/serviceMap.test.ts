import assert from "node:assert/strict";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { AwsError, type Cloud, type Service } from "../src/service.ts";
import { ServiceMap } from "../src/serviceMap.ts";
import type { Factories, ServiceSetup } from "../src/services.ts";
import { unsignedServices } from "../src/services.ts";
import { UsedServices } from "../src/state.ts";
import { Store } from "../src/store.ts";
import { startCloud, type TestCloud } from "../testing/cloud.ts";

/** Which services a state folder has used, by its own note. */
const usedBy = ({ cloud }: TestCloud): string[] =>
  cloud.store
    .collection("cloud.services")
    .entries()
    .map(([name]) => name);

describe("services of a region", () => {
  it("are created when they are first asked for, and from the beginning where the folder has used them", async () => {
    const first = await startCloud();
    assert.deepEqual(usedBy(first), []);
    assert.ok(first.services.keys().length > 25);
    await first.client(S3Client).send(new ListBucketsCommand({}));
    await first.client(LambdaClient).send(new ListFunctionsCommand({}));
    assert.deepEqual(usedBy(first), ["lambda", "s3"]);
    await first.stop({ keep: true });
    const second = await startCloud({ directory: first.directory });
    try {
      assert.ok(second.cloud.store.hasCollection("lambda.layers"));
      assert.equal(second.cloud.store.hasCollection("scheduler.schedules"), false);
    } finally {
      await second.stop();
    }
  });

  it("say by their table which of them have operations without a signature", async () => {
    const test = await startCloud();
    try {
      const having = test.services.keys().filter((name) => test.services.get(name)?.unsigned);
      assert.deepEqual(having.sort(), [...unsignedServices].sort());
    } finally {
      await test.stop();
    }
  });

  it("have the names that their table gives them", async () => {
    const test = await startCloud();
    try {
      for (const name of test.services.keys()) assert.equal(test.services.get(name)?.name, name);
      assert.equal(test.services.get("constructor"), undefined);
    } finally {
      await test.stop();
    }
  });

  it("are started before they answer, and stopped; who asks for one that cannot start gets its error", async () => {
    const said: string[] = [];
    const gate = Promise.withResolvers<void>();
    const service = (name: string, start: () => Promise<void>): Service => ({
      name,
      operations: {},
      start,
      async stop() {
        said.push(`${name} stopped`);
      },
    });
    const factories: Factories = {
      slow: () => service("slow", () => gate.promise),
      broken: () => service("broken", () => Promise.reject(new AwsError("Broken", "it does not start"))),
    };
    const store = new Store(":memory:");
    const map = new ServiceMap({ factories, setup: {} as ServiceSetup, used: new UsedServices(store) });
    map.open({} as Cloud);
    await map.start();
    assert.equal(map.get("slow")?.name, "slow");
    let ready = false;
    const waiting = map.starting("slow")?.then(() => {
      ready = true;
    });
    await Promise.resolve();
    assert.equal(ready, false);
    gate.resolve();
    await waiting;
    assert.equal(map.starting("slow"), undefined);
    map.get("broken");
    await assert.rejects(map.starting("broken") as Promise<void>, { code: "Broken" });
    await map.stop();
    assert.deepEqual(said, ["slow stopped", "broken stopped"]);
    store.close();
  });
});
