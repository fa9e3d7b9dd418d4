import assert from "node:assert/strict";
import {
  DescribeNotebookInstanceCommand,
  DescribeNotebookInstanceLifecycleConfigCommand,
  ListNotebookInstanceLifecycleConfigsCommand,
} from "@aws-sdk/client-sagemaker";
import { handler as clean } from "../../../handlers/notebooks/clean.ts";
import { updateNotebook } from "../../../handlers/notebooks/store.ts";
import { killedAt, type Moment } from "../support/killed.ts";
import { call, prefix, requested, settled, type TestNotebooks } from "./support.ts";

const at = (operation: string, isDone: boolean): Moment => ({ service: "sagemaker", operation, isDone });
const when = ({ operation, isDone }: Moment) => `${isDone ? "after" : "before"} ${operation}`;
const halfway = [
  at("CreateNotebookInstanceLifecycleConfig", false),
  at("CreateNotebookInstanceLifecycleConfig", true),
  at("CreateNotebookInstance", false),
];
const made = at("CreateNotebookInstance", true);

/** What is left of a function that is killed in the middle of a request: part of `notebooks.test.ts`, on its cloud. */
export function kills(started: () => TestNotebooks): void {
  const id = "killed";
  const NotebookInstanceName = `${prefix}-${id}`;
  const kill = (moment: Moment, ...request: Parameters<typeof requested>) =>
    killedAt(started().cloud, moment, "notebooks/change.ts", requested(...request));
  const creation = (key: string) => ({ body: { Name: "Killed" }, headers: { "Idempotency-Key": key } });
  const read = () => call("GET", "/notebooks/{id}", { id });
  const remove = async () => {
    await call("DELETE", "/notebooks/{id}", { id });
    assert.equal(await settled(id), undefined);
  };
  const configs = async () => {
    const { NotebookInstanceLifecycleConfigs } = await started().sagemaker.send(
      new ListNotebookInstanceLifecycleConfigsCommand({ NameContains: NotebookInstanceName }),
    );
    return NotebookInstanceLifecycleConfigs!.length;
  };

  describe("a function that is killed", () => {
    for (const moment of halfway) {
      it(`as it makes a notebook, ${when(moment)}: nothing is left, once it is not going to be made`, async () => {
        await kill(moment, "POST", "/notebooks", creation(crypto.randomUUID()));
        await clean();
        assert.equal((await read()).body.Nb_status, "Initiated");
        await updateNotebook(id, { Timestamp: new Date(Date.now() - 16 * 60_000).toISOString() });
        await clean();
        assert.deepEqual([(await read()).statusCode, await configs()], [404, 0]);
      });
    }

    it(`as it makes a notebook, ${when(made)}: the next event finds it`, async () => {
      await kill(made, "POST", "/notebooks", creation(crypto.randomUUID()));
      assert.equal(await settled(id), "InService");
      await remove();
    });

    for (const moment of [...halfway, made]) {
      it(`as it makes a notebook, ${when(moment)}: the same request again makes it`, async () => {
        const request = creation(when(moment).replace(" ", "-"));
        await kill(moment, "POST", "/notebooks", request);
        const again = await call("POST", "/notebooks", request);
        assert.deepEqual([again.statusCode, again.body.NotebookId], [200, id]);
        assert.equal(await settled(id), "InService");
        await remove();
      });
    }

    it("as it changes a notebook: the item is what SageMaker says, and what runs at the start is what the item says", async () => {
      await call("POST", "/notebooks", { body: { Name: id } });
      await settled(id);
      await call("POST", "/notebooks/{id}/stop", { id });
      await settled(id);
      const body = { InstanceType: "ml.m5.xlarge", VolumeSize: 20, Repository: "https://github.com/acme/models" };
      await kill(at("UpdateNotebookInstance", false), "PATCH", "/notebooks/{id}", { id, body });
      await kill(at("UpdateNotebookInstanceLifecycleConfig", false), "PATCH", "/notebooks/{id}", {
        id,
        body: { Lifecycle: "echo again" },
      });
      assert.equal((await call("POST", "/notebooks/{id}/start", { id })).statusCode, 202);
      assert.equal(await settled(id), "InService");
      const instance = await started().sagemaker.send(new DescribeNotebookInstanceCommand({ NotebookInstanceName }));
      const item = (await read()).body;
      assert.deepEqual(
        [item.InstanceType, item.VolumeSize, item.RootAccess],
        [instance.InstanceType, instance.VolumeSizeInGB, false],
      );
      assert.deepEqual(
        [item.InstanceType, item.Repository, item.Lifecycle],
        ["ml.t3.medium", "https://github.com/acme/models", "echo again"],
      );
      const { OnStart } = await started().sagemaker.send(
        new DescribeNotebookInstanceLifecycleConfigCommand({
          NotebookInstanceLifecycleConfigName: NotebookInstanceName,
        }),
      );
      const script = Buffer.from(OnStart![0]!.Content!, "base64").toString();
      assert.match(script, /git clone --quiet 'https:\/\/github.com\/acme\/models'/);
      assert.match(script, /\necho again\n/);
    });

    for (const moment of [at("StopNotebookInstance", false), at("StopNotebookInstance", true)]) {
      it(`as it deletes a notebook, ${when(moment)}: the next look goes on with it`, async () => {
        await call("POST", "/notebooks", { body: { Name: id } });
        await settled(id);
        await kill(moment, "DELETE", "/notebooks/{id}", { id });
        assert.ok((await read()).body.DeleteRequested);
        while ((await read()).statusCode !== 404) await clean();
        assert.equal(await configs(), 0);
      });
    }
  });
}
