import assert from "node:assert/strict";
import {
  AddTagsCommand,
  DescribeNotebookInstanceCommand,
  ListTagsCommand,
  StopNotebookInstanceCommand,
} from "@aws-sdk/client-sagemaker";
import { handler as clean } from "../../../handlers/notebooks/clean.ts";
import { tags } from "../../../handlers/notebooks/idleReport.ts";
import { table, updateNotebook } from "../../../handlers/notebooks/store.ts";
import { during, refused } from "../support/environment.ts";
import { call, prefix, settled, type TestNotebooks } from "./support.ts";

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** What the cleaner does with notebooks that run: part of `notebooks.test.ts`, on its cloud. */
export function cleaning(started: () => TestNotebooks): void {
  const describeInstance = () =>
    started().sagemaker.send(new DescribeNotebookInstanceCommand({ NotebookInstanceName: `${prefix}-idle` }));
  const say = async (said: Partial<Record<keyof typeof tags, string>>) => {
    const { NotebookInstanceArn: ResourceArn } = await describeInstance();
    const Tags = Object.entries(said).map(([key, Value]) => ({ Key: tags[key as keyof typeof tags], Value }));
    await started().sagemaker.send(new AddTagsCommand({ ResourceArn, Tags }));
  };
  const stopsAt = async () => {
    const { NotebookInstanceArn: ResourceArn } = await describeInstance();
    const { Tags } = await started().sagemaker.send(new ListTagsCommand({ ResourceArn }));
    return Tags!.find(({ Key }) => Key === tags.stopsAt)?.Value;
  };

  describe("the cleaner", () => {
    beforeEach(async () => {
      await call("POST", "/notebooks", { body: { Name: "idle", IdleMinutes: 60 } });
      await settled("idle");
      // It has run for hours.
      await updateNotebook("idle", { Started: ago(300) });
    });
    afterEach(async () => {
      await call("DELETE", "/notebooks/{id}", { id: "idle" });
      assert.equal(await settled("idle"), undefined);
    });

    it("warns by a tag, then stops what nobody has used", async () => {
      await say({ reported: ago(1), active: ago(50), busy: "" });
      assert.deepEqual((await clean()).warned, ["idle"]);
      const warning = await stopsAt();
      const notice = Date.parse(warning!) - Date.now();
      assert.ok(notice > 14 * 60_000 && notice <= 15 * 60_000, String(notice));
      assert.equal((await call("GET", "/notebooks/{id}", { id: "idle" })).body.StopsAt, warning);
      assert.deepEqual(await clean(), { warned: [], stopped: [], silent: [], failed: [] });
      await say({ active: ago(80), stopsAt: ago(1) });
      assert.deepEqual((await clean()).stopped, ["idle"]);
      assert.equal(await settled("idle"), "Stopped");
    });

    it("takes a warning back when the notebook is used", async () => {
      await say({ reported: ago(1), active: ago(50), busy: "" });
      await clean();
      await say({ active: ago(0) });
      assert.deepEqual(await clean(), { warned: [], stopped: [], silent: [], failed: [] });
      assert.equal(await stopsAt(), undefined);
      assert.equal((await call("GET", "/notebooks/{id}", { id: "idle" })).body.StopsAt, undefined);
    });

    it("never stops a running kernel, an open terminal, or what does not report", async () => {
      for (const busy of ["kernel", "terminal"]) {
        await say({ reported: ago(1), active: ago(290), busy, stopsAt: ago(60) });
        assert.deepEqual((await clean()).stopped, [], busy);
      }
      await say({ reported: ago(31), active: ago(290), busy: "", stopsAt: ago(60) });
      assert.deepEqual(await clean(), { warned: [], stopped: [], silent: ["idle"], failed: [] });
      assert.equal((await describeInstance()).NotebookInstanceStatus, "InService");
    });

    it("says when a stop did not happen, and cleans on", async () => {
      await say({ reported: ago(1), active: ago(120), busy: "", stopsAt: ago(20) });
      const failing = { StopNotebookInstance: refused("InternalFailure", 500) };
      const cleaned = await during(started().cloud, "sagemaker", failing, () => clean());
      assert.deepEqual([cleaned.stopped, cleaned.failed.includes("idle")], [[], true]);
    });

    it("mends what lost events have left: a status, an end, an item without an instance", async () => {
      await started().sagemaker.send(new StopNotebookInstanceCommand({ NotebookInstanceName: `${prefix}-idle` }));
      while ((await describeInstance()).NotebookInstanceStatus !== "Stopped");
      await clean();
      assert.equal((await call("GET", "/notebooks/{id}", { id: "idle" })).body.Nb_status, "Stopped");
      await updateNotebook("idle", { DeleteRequested: ago(1) });
      while ((await call("GET", "/notebooks/{id}", { id: "idle" })).statusCode !== 404) await clean();
      // Whoever made it was killed before there was an instance.
      const item = { NotebookId: "idle", Name: "idle", Timestamp: ago(0), Nb_status: "Initiated", IdleMinutes: 60 };
      await table.create({ ...item, Listed: "notebooks", TimeKey: `${item.Timestamp}#idle` });
      await clean();
      assert.equal((await call("GET", "/notebooks/{id}", { id: "idle" })).body.Nb_status, "Initiated");
      await updateNotebook("idle", { Timestamp: ago(16) });
      await clean();
      assert.equal((await call("GET", "/notebooks/{id}", { id: "idle" })).statusCode, 404);
      await call("POST", "/notebooks", { body: { Name: "idle" } });
      await settled("idle");
    });
  });
}
