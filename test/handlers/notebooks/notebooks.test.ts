import assert from "node:assert/strict";
import {
  DescribeNotebookInstanceCommand,
  DescribeNotebookInstanceLifecycleConfigCommand,
  ListNotebookInstanceLifecycleConfigsCommand,
  ListNotebookInstancesCommand,
  ListTagsCommand,
} from "@aws-sdk/client-sagemaker";
import "../support/proxyEvent.ts";
import { handler as sweep } from "../../../handlers/notebooks/sweep.ts";
import { during, refused } from "../support/environment.ts";
import { context } from "../support/proxyEvent.ts";
import { cleaning } from "./cleaning.suite.ts";
import { kills } from "./killed.suite.ts";
import { refusals } from "./refusals.suite.ts";
import { call, hear, prefix, settled, startNotebooks, type TestNotebooks } from "./support.ts";

describe("notebooks", function () {
  this.timeout(60_000);
  let test: TestNotebooks;
  before(async () => {
    test = await startNotebooks();
  });
  after(() => test.stop());

  const create = (body: unknown, headers?: Record<string, string>) =>
    call("POST", "/notebooks", { body, ...(headers && { headers }) });
  const left = async () => ({
    instances: (await test.sagemaker.send(new ListNotebookInstancesCommand({ MaxResults: 100 }))).NotebookInstances!
      .length,
    configs: (await test.sagemaker.send(new ListNotebookInstanceLifecycleConfigsCommand({ MaxResults: 100 })))
      .NotebookInstanceLifecycleConfigs!.length,
    items: (await call("GET", "/notebooks", { query: { limit: "100" } })).body.items.length,
  });
  const remove = async (id: string) => {
    const { statusCode } = await call("DELETE", "/notebooks/{id}", { id });
    assert.ok(statusCode === 202 || statusCode === 204, String(statusCode));
    assert.equal(await settled(id), undefined);
  };

  it("POST: the item and an instance, from a name alone", async () => {
    const { statusCode, body, headers } = await create({ Name: "Anna" });
    assert.equal(statusCode, 201);
    const { Timestamp, ...item } = body;
    assert.ok(Date.parse(Timestamp) <= Date.now());
    assert.deepEqual(item, {
      NotebookId: "anna",
      Name: "Anna",
      InstanceType: "ml.t3.medium",
      VolumeSize: 5,
      RootAccess: false,
      DirectInternetAccess: true,
      IdleMinutes: 60,
      ClusterBacked: false,
      Nb_status: "Initiated",
    });
    assert.match(String(headers.etag), /^"[0-9a-f]{12}"$/);
    assert.equal(await settled("anna"), "InService");
    const instance = await test.sagemaker.send(
      new DescribeNotebookInstanceCommand({ NotebookInstanceName: `${prefix}-anna` }),
    );
    assert.equal(instance.InstanceType, "ml.t3.medium");
    assert.equal(instance.VolumeSizeInGB, 5);
    assert.equal(instance.RootAccess, "Disabled");
    assert.equal(instance.DirectInternetAccess, "Enabled");
    const { Tags } = await test.sagemaker.send(new ListTagsCommand({ ResourceArn: instance.NotebookInstanceArn }));
    assert.deepEqual(Tags!.map(({ Key, Value }) => `${Key}=${Value}`).toSorted(), ["notebook=anna", "stack=test"]);
  });

  it("GET: the item with a URL that opens it for five minutes, and none while it does not run", async () => {
    const { statusCode, body } = await call("GET", "/notebooks/{id}", { id: "anna" });
    assert.equal(statusCode, 200);
    assert.match(body.Url, /^https?:\/\//);
    const lifetime = Date.parse(body.UrlExpires) - Date.now();
    assert.ok(lifetime > 200_000 && lifetime <= 300_000, String(lifetime));
    assert.equal((await call("POST", "/notebooks/{id}/stop", { id: "anna" })).statusCode, 202);
    assert.equal(await settled("anna"), "Stopped");
    const stopped = await call("GET", "/notebooks/{id}", { id: "anna" });
    assert.deepEqual([stopped.body.Nb_status, stopped.body.Url], ["Stopped", undefined]);
  });

  it("POST start, stop: twice is as well as once; what cannot be is 409 and says what it is", async () => {
    assert.equal((await call("POST", "/notebooks/{id}/stop", { id: "anna" })).statusCode, 202);
    assert.equal((await call("POST", "/notebooks/{id}/start", { id: "anna" })).statusCode, 202);
    assert.equal((await call("POST", "/notebooks/{id}/start", { id: "anna" })).statusCode, 202);
    assert.equal(await settled("anna"), "InService");
  });

  it("PATCH: changes one that is stopped, and nothing of one that runs", async () => {
    const body = { InstanceType: "ml.m5.xlarge", VolumeSize: 20, Repository: "https://github.com/acme/models.git" };
    const running = await call("PATCH", "/notebooks/{id}", { id: "anna", body });
    assert.equal(running.statusCode, 409);
    assert.equal(running.body.message, "the notebook is InService; it can be changed when it is Stopped");
    await call("POST", "/notebooks/{id}/stop", { id: "anna" });
    await settled("anna");
    const changed = await call("PATCH", "/notebooks/{id}", { id: "anna", body });
    assert.equal(changed.statusCode, 200);
    assert.deepEqual([changed.body.InstanceType, changed.body.VolumeSize], ["ml.m5.xlarge", 20]);
    await settled("anna");
    const instance = await test.sagemaker.send(
      new DescribeNotebookInstanceCommand({ NotebookInstanceName: `${prefix}-anna` }),
    );
    assert.deepEqual([instance.InstanceType, instance.VolumeSizeInGB], ["ml.m5.xlarge", 20]);
    const config = await test.sagemaker.send(
      new DescribeNotebookInstanceLifecycleConfigCommand({ NotebookInstanceLifecycleConfigName: `${prefix}-anna` }),
    );
    const script = Buffer.from(config.OnStart![0]!.Content!, "base64").toString();
    assert.match(script, /git clone --quiet 'https:\/\/github.com\/acme\/models.git'/);
    const smaller = await call("PATCH", "/notebooks/{id}", { id: "anna", body: { VolumeSize: 10 } });
    assert.deepEqual([smaller.statusCode, smaller.body.field], [400, "VolumeSize"]);
    assert.equal(smaller.body.message, "VolumeSize: is 10; allowed is at least 20: a volume cannot be made smaller");
    const without = await call("PATCH", "/notebooks/{id}", { id: "anna", body: { Repository: null } });
    assert.equal("Repository" in without.body, false);
  });

  it("PATCH, DELETE: If-Match holds back whoever has not seen the last change", async () => {
    const seen = String((await call("GET", "/notebooks/{id}", { id: "anna" })).headers.etag);
    const patch = (IdleMinutes: number, headers: Record<string, string>) =>
      call("PATCH", "/notebooks/{id}", { id: "anna", body: { IdleMinutes }, headers });
    const first = await patch(90, { "If-Match": seen });
    assert.equal(first.statusCode, 200);
    const second = await patch(120, { "if-match": seen });
    assert.deepEqual([second.statusCode, second.body.field], [412, "If-Match"]);
    assert.equal(
      (await call("DELETE", "/notebooks/{id}", { id: "anna", headers: { "if-match": seen } })).statusCode,
      412,
    );
    assert.equal((await call("GET", "/notebooks/{id}", { id: "anna" })).body.IdleMinutes, 90);
    const both = await Promise.all(
      [100, 110].map((minutes) => patch(minutes, { "If-Match": String(first.headers.etag) })),
    );
    assert.deepEqual(both.map(({ statusCode }) => statusCode).toSorted(), [200, 412]);
  });

  it("PATCH: what SageMaker refuses changes nothing", async () => {
    const before = (await call("GET", "/notebooks/{id}", { id: "anna" })).body;
    const refusing = { UpdateNotebookInstance: refused("ResourceLimitExceeded", 400) };
    const { statusCode } = await during(test.cloud, "sagemaker", refusing, () =>
      call("PATCH", "/notebooks/{id}", { id: "anna", body: { VolumeSize: 30 } }),
    );
    assert.equal(statusCode, 429);
    assert.deepEqual((await call("GET", "/notebooks/{id}", { id: "anna" })).body, before);
  });

  it("DELETE: one that runs is stopped, deleted and forgotten, and so is its lifecycle configuration", async () => {
    await create({ Name: "brief" });
    assert.equal(await settled("brief"), "InService");
    const before = await left();
    const { statusCode, body } = await call("DELETE", "/notebooks/{id}", { id: "brief" });
    assert.equal(statusCode, 202);
    assert.ok(body.DeleteRequested);
    assert.equal((await call("POST", "/notebooks/{id}/start", { id: "brief" })).statusCode, 409);
    assert.equal(await settled("brief"), undefined);
    const { instances, configs, items } = await left();
    assert.deepEqual([instances, configs, items], [before.instances - 1, before.configs - 1, before.items - 1]);
    await remove("anna");
  });

  for (const operation of ["CreateNotebookInstanceLifecycleConfig", "CreateNotebookInstance"]) {
    it(`POST: one that fails at ${operation} leaves nothing, and works the next time`, async () => {
      const before = await left();
      const key = { "Idempotency-Key": operation };
      for (const [code, expected] of [
        ["InternalFailure", 502],
        ["ResourceLimitExceeded", 429],
      ] as const) {
        const failing = { [operation]: refused(code, expected === 502 ? 500 : 400) };
        const { statusCode } = await during(test.cloud, "sagemaker", failing, () => create({ Name: "half" }, key));
        assert.equal(statusCode, expected);
        assert.deepEqual(await left(), before);
      }
      assert.equal((await create({ Name: "half" }, key)).statusCode, 201);
      await settled("half");
      await remove("half");
    });
  }

  it("POST: two at once under one name are one notebook", async () => {
    const both = await Promise.all([create({ Name: "twin" }), create({ Name: "TWIN" })]);
    assert.deepEqual(both.map(({ statusCode }) => statusCode).toSorted(), [201, 409]);
    const refusal = both.find(({ statusCode }) => statusCode === 409)!;
    assert.equal(refusal.body.field, "Name");
    assert.match(refusal.body.message, /^Name: is "(twin|TWIN)"; allowed is one that no notebook has$/);
    await settled("twin");
    await remove("twin");
  });

  it("POST: the same request again, by its key, is the same notebook; another one is refused", async () => {
    const key = { "Idempotency-Key": "0b6f2a" };
    const several = await Promise.all([1, 2, 3].map(() => create({ Name: "again" }, key)));
    assert.deepEqual(several.map(({ statusCode }) => statusCode).toSorted(), [200, 200, 201]);
    assert.equal(new Set(several.map(({ body }) => body.Timestamp)).size, 1);
    const other = await create({ Name: "other" }, key);
    assert.deepEqual([other.statusCode, other.body.field], [422, "Idempotency-Key"]);
    assert.equal((await call("GET", "/notebooks/{id}", { id: "other" })).statusCode, 404);
    const odd = await create({ Name: "other" }, { "idempotency-key": "a b" });
    assert.deepEqual([odd.statusCode, odd.body.field], [400, "Idempotency-Key"]);
    await settled("again");
    await remove("again");
  });

  refusals();

  it("GET: 500 notebooks by pages, each once, newest first", async () => {
    const { ItemTable } = await import("../../../handlers/lib/itemTable.ts");
    const table = new ItemTable(() => "notebooks", ["NotebookId"]);
    const ids = Array.from({ length: 500 }, (_, index) => `many-${index}`);
    const from = Date.parse("2026-01-01T00:00:00Z");
    // Several in one millisecond.
    for (const [index, NotebookId] of ids.entries()) {
      const Timestamp = new Date(from + Math.floor(index / 3)).toISOString();
      await table.create({ NotebookId, Timestamp, Listed: "notebooks", TimeKey: `${Timestamp}#${NotebookId}` });
    }
    const seen: { NotebookId: string; Timestamp: string }[] = [];
    let token: string | undefined;
    do {
      const query: Record<string, string> = { limit: "33", ...(token && { token }) };
      const { body } = await call("GET", "/notebooks", { query });
      assert.ok(body.items.length <= 33);
      seen.push(...body.items);
      token = body.token;
    } while (token);
    assert.deepEqual(seen.map(({ NotebookId }) => NotebookId).toSorted(), ids.toSorted());
    assert.deepEqual(
      seen.map(({ Timestamp }) => Timestamp),
      seen
        .map(({ Timestamp }) => Timestamp)
        .toSorted()
        .toReversed(),
    );
    for (const NotebookId of ids) await table.remove({ NotebookId });
    for (const query of [{ limit: "0" }, { limit: "101" }, { limit: "ten" }, { token: "x" }] as Record<
      string,
      string
    >[]) {
      assert.equal((await call("GET", "/notebooks", { query })).statusCode, 400, JSON.stringify(query));
    }
  });

  it("events: twice, out of order, of another stack's or of no notebook change nothing that is not so", async () => {
    await create({ Name: "told" });
    await settled("told");
    await call("POST", "/notebooks/{id}/stop", { id: "told" });
    await settled("told");
    const before = await call("GET", "/notebooks/{id}", { id: "told" });
    // An event says what it will: the item has what SageMaker says now.
    for (let times = 0; times < 3; times++) await hear("told");
    assert.deepEqual(await call("GET", "/notebooks/{id}", { id: "told" }), before);
    const items = (await left()).items;
    await hear("unknown");
    await hear("told", "another-stack-told");
    await hear("", "");
    assert.equal((await left()).items, items);
    await remove("told");
  });

  cleaning(() => test);

  kills(() => test);

  describe("sweep", () => {
    it("everything goes with the stack, and nothing without", async () => {
      await create({ Name: "last" });
      await settled("last");
      assert.deepEqual(await sweep({ tf: { action: "update" } }, context), { removed: [] });
      assert.deepEqual(await sweep({ tf: { action: "delete" } }, { getRemainingTimeInMillis: () => 60_000 }), {
        removed: ["last"],
      });
      const { instances, configs } = await left();
      assert.deepEqual([instances, configs], [0, 0]);
    });
  });
});
