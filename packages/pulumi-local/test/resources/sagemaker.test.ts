import assert from "node:assert/strict";
import type { DescribeNotebookInstanceOutput } from "@aws-sdk/client-sagemaker";
import { startCloud, type TestCloud } from "local-aws/testing";
import { TestResource } from "../../testing/resource.ts";

const instanceToken = "aws:sagemaker/notebookInstance:NotebookInstance";
const configToken = "aws:sagemaker/notebookInstanceLifecycleConfiguration:NotebookInstanceLifecycleConfiguration";

describe("resources of SageMaker", () => {
  let test: TestCloud;
  let roleArn: string;
  before(async () => {
    // Notebooks go through their states; none has pages, whatever is installed here.
    test = await startCloud({ jupyter: ["/none/jupyter-lab"] });
    ({ roleArn } = await test.mintRole([], { trust: "sagemaker.amazonaws.com" }));
  });
  after(() => test.stop());

  const describe_ = (NotebookInstanceName: string) =>
    test.cloud.call<DescribeNotebookInstanceOutput>("sagemaker", "DescribeNotebookInstance", { NotebookInstanceName });
  const script = (text: string) => Buffer.from(`#!/bin/sh\n${text}\n`).toString("base64");

  it("a lifecycle configuration keeps what the program says of it, and nothing that it no longer says", async () => {
    const config = new TestResource(test.cloud, configToken, "setup", { project: "p" });
    const made = await config.create({ onCreate: script("a"), onStart: script("b"), tags: { a: "1" } });
    assert.match(String(made.name), /^setup-[0-9a-f]{7}$/);
    assert.equal(made.arn, `arn:aws:sagemaker:us-east-1:000000000000:notebook-instance-lifecycle-config/${made.name}`);
    await config.update({ onStart: script("c") });
    const found = await config.read();
    assert.deepEqual(
      [found!.outputs.onCreate, found!.outputs.onStart, found!.outputs.tagsAll],
      [undefined, script("c"), { project: "p" }],
    );
    await config.delete();
    assert.equal(await config.read(), undefined);
    await config.delete();
  });

  it("a notebook instance that cannot serve is an error with the reason, and can be deleted", async () => {
    const instance = new TestResource(test.cloud, instanceToken, "broken");
    const inputs = { instanceType: "ml.t3.medium", roleArn, name: "broken" };
    await assert.rejects(instance.create(inputs), /the notebook instance broken has failed: JupyterLab ended/);
    instance.id = "broken";
    await instance.delete();
    assert.equal(await instance.read(), undefined);
  });

  it("a notebook instance's inputs are checked, and some replace it", async () => {
    const instance = new TestResource(test.cloud, instanceToken, "checked");
    const inputs = { instanceType: "ml.t3.medium", roleArn };
    assert.deepEqual(await instance.failures({ ...inputs, rootAccess: "Maybe" }), [
      'rootAccess: is "Maybe"; allowed are Enabled, Disabled',
    ]);
    assert.deepEqual(await instance.failures({ roleArn }), ["instanceType: is required and was not given"]);
    instance.inputs = await instance.check({ ...inputs, name: "checked" });
    instance.id = "checked";
    const changed = { ...inputs, name: "checked", instanceType: "ml.t3.large", subnetId: "subnet-1" };
    assert.deepEqual((await instance.diff(changed)).replaces, ["subnetId"]);
  });

  describe("where notebooks have servers", () => {
    let serving: TestCloud;
    before(async () => {
      const standIn = new URL("../../../local-aws/test/fixtures/jupyter.mjs", import.meta.url).pathname;
      serving = await startCloud({ jupyter: [process.execPath, standIn] });
      ({ roleArn } = await serving.mintRole([], { trust: "sagemaker.amazonaws.com" }));
    });
    after(() => serving.stop());

    it("a notebook instance is made, stopped for a change, started again, and deleted", async () => {
      const instance = new TestResource(serving.cloud, instanceToken, "whole", { project: "p" });
      const made = await instance.create({ instanceType: "ml.t3.medium", roleArn, tags: { a: "1" } });
      const name = String(made.name);
      const state = async () =>
        (
          await serving.cloud.call<DescribeNotebookInstanceOutput>("sagemaker", "DescribeNotebookInstance", {
            NotebookInstanceName: name,
          })
        ).NotebookInstanceStatus;
      assert.equal(await state(), "InService");
      assert.match(String(made.url), /\.notebook\.us-east-1\.sagemaker\.localhost:\d+$/);
      const { port } = new URL(serving.origin);
      assert.deepEqual(instance.provider && String(made.url).split(":")[1], port);

      const changed = await instance.update({ instanceType: "ml.t3.large", roleArn, name, volumeSize: 10 });
      assert.equal(changed.instanceType, "ml.t3.large");
      assert.equal(await state(), "InService");
      const found = await instance.read();
      assert.deepEqual([found!.outputs.volumeSize, found!.outputs.tagsAll], [10, { project: "p" }]);

      await serving.cloud.call("sagemaker", "StopNotebookInstance", { NotebookInstanceName: name });
      await instance.update({ instanceType: "ml.t3.xlarge", roleArn, name, volumeSize: 10 });
      assert.equal(await state(), "Stopped");
      await instance.delete();
      assert.equal(await instance.read(), undefined);
      await instance.delete();
    });
  });

  it("knows what is not there", async () => {
    await assert.rejects(describe_("none"), { message: "RecordNotFound" });
  });
});
