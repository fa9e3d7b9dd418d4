import assert from "node:assert/strict";
import {
  CreateNotebookInstanceLifecycleConfigCommand,
  DeleteNotebookInstanceLifecycleConfigCommand,
  DescribeNotebookInstanceLifecycleConfigCommand,
  ListNotebookInstanceLifecycleConfigsCommand,
  ListTagsCommand,
  UpdateNotebookInstanceLifecycleConfigCommand,
} from "@aws-sdk/client-sagemaker";
import { NotebookLab } from "./lab.ts";

const script = (text: string) => [{ Content: Buffer.from(`#!/bin/sh\n${text}\n`).toString("base64") }];

describe("lifecycle configurations of notebook instances", () => {
  let lab: NotebookLab;
  before(async () => {
    lab = await NotebookLab.start();
  });
  after(() => lab.test.stop());

  const named = (NotebookInstanceLifecycleConfigName: string) => ({ NotebookInstanceLifecycleConfigName });
  const look = (name: string) => lab.client.send(new DescribeNotebookInstanceLifecycleConfigCommand(named(name)));

  it("keep their scripts, until an update gives others or none", async () => {
    const Tags = [{ Key: "a", Value: "1" }];
    const given = { ...named("kept"), OnCreate: script("create"), OnStart: script("start"), Tags };
    const made = await lab.client.send(new CreateNotebookInstanceLifecycleConfigCommand(given));
    const ResourceArn = made.NotebookInstanceLifecycleConfigArn!;
    assert.equal(ResourceArn, "arn:aws:sagemaker:us-east-1:000000000000:notebook-instance-lifecycle-config/kept");
    assert.deepEqual((await lab.client.send(new ListTagsCommand({ ResourceArn }))).Tags, Tags);
    await lab.client.send(
      new UpdateNotebookInstanceLifecycleConfigCommand({ ...named("kept"), OnStart: script("other") }),
    );
    const { OnCreate, OnStart } = await look("kept");
    assert.deepEqual([OnCreate, OnStart], [[], script("other")]);
    await lab.client.send(new DeleteNotebookInstanceLifecycleConfigCommand(named("kept")));
    await assert.rejects(look("kept"), {
      name: "ValidationException",
      message: `Unable to describe Notebook Instance Lifecycle Config '${ResourceArn}'. (Details: Notebook Instance Lifecycle Config does not exist.)`,
    });
  });

  it("are made once", async () => {
    const create = () => lab.client.send(new CreateNotebookInstanceLifecycleConfigCommand(named("once")));
    await create();
    await assert.rejects(create(), { name: "ValidationException", message: /already exists/ });
  });

  it("are listed by pages", async () => {
    for (const name of ["list-b", "list-a", "list-c"]) {
      await lab.client.send(new CreateNotebookInstanceLifecycleConfigCommand(named(name)));
    }
    const list = new ListNotebookInstanceLifecycleConfigsCommand({ NameContains: "list", MaxResults: 2 });
    const { NotebookInstanceLifecycleConfigs: configs, NextToken } = await lab.client.send(list);
    assert.deepEqual(
      configs!.map(({ NotebookInstanceLifecycleConfigName }) => NotebookInstanceLifecycleConfigName),
      ["list-a", "list-b"],
    );
    assert.ok(NextToken);
  });

  for (const [what, OnStart, message] of [
    ["text that is not base64", [{ Content: "#!/bin/sh" }], /not base64/],
    ["two scripts", [...script("a"), ...script("b")], /onStart/],
    ["a script that is too long", [{ Content: "A".repeat(16_388) }], /16384/],
  ] as const) {
    it(`are refused with ${what}`, async () => {
      const command = new CreateNotebookInstanceLifecycleConfigCommand({ ...named("refused"), OnStart: [...OnStart] });
      await assert.rejects(lab.client.send(command), { name: "ValidationException", message });
    });
  }
});
