import assert from "node:assert/strict";
import {
  AddTagsCommand,
  CreateNotebookInstanceLifecycleConfigCommand,
  DeleteNotebookInstanceCommand,
  DeleteNotebookInstanceLifecycleConfigCommand,
  ListNotebookInstancesCommand,
  SageMakerClient,
  StartNotebookInstanceCommand,
  StopNotebookInstanceCommand,
  UpdateNotebookInstanceCommand,
} from "@aws-sdk/client-sagemaker";
import { NotebookLab } from "./lab.ts";

describe("notebook instances", function () {
  this.timeout(60_000);
  let lab: NotebookLab;
  before(async () => {
    lab = await NotebookLab.start();
  });
  after(() => lab.test.stop());

  const arn = (name: string) => `arn:aws:sagemaker:us-east-1:000000000000:notebook-instance/${name}`;
  const named = (name: string) => ({ NotebookInstanceName: name });

  it("go from state to state in AWS's order, and EventBridge is told", async () => {
    const { cloud, origin } = lab.test;
    await cloud.call("sqs", "CreateQueue", { QueueName: "told" });
    const QueueArn = "arn:aws:sqs:us-east-1:000000000000:told";
    const QueueUrl = `${origin}/000000000000/told`;
    const allow = { Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: QueueArn };
    await cloud.call("sqs", "SetQueueAttributes", {
      QueueUrl,
      Attributes: { Policy: JSON.stringify({ Statement: allow }) },
    });
    const EventPattern = JSON.stringify({ "detail-type": ["SageMaker Notebook Instance State Change"] });
    await cloud.call("events", "PutRule", { Name: "told", EventPattern });
    await cloud.call("events", "PutTargets", { Rule: "told", Targets: [{ Id: "1", Arn: QueueArn }] });

    await lab.create("Whole", { Tags: [{ Key: "team", Value: "a" }], VolumeSizeInGB: 7 });
    const made = await lab.until("Whole", "InService");
    assert.equal(made.NotebookInstanceArn, arn("whole"));
    assert.equal(made.VolumeSizeInGB, 7);
    assert.deepEqual([made.DirectInternetAccess, made.RootAccess], ["Enabled", "Enabled"]);
    assert.match(made.Url!, /^whole\.notebook\.us-east-1\.sagemaker\.localhost:\d+$/);

    await assert.rejects(lab.client.send(new DeleteNotebookInstanceCommand(named("Whole"))), {
      name: "ValidationException",
      message: `Status (InService) not in ([Stopped, Failed]). Unable to transition to (Deleting) for Notebook Instance (${arn("whole")}).`,
    });
    await lab.client.send(new StopNotebookInstanceCommand(named("Whole")));
    await assert.rejects(lab.client.send(new StopNotebookInstanceCommand(named("Whole"))), {
      name: "ValidationException",
    });
    await lab.until("Whole", "Stopped");
    await lab.client.send(new UpdateNotebookInstanceCommand({ ...named("Whole"), InstanceType: "ml.t3.large" }));
    assert.equal((await lab.until("Whole", "Stopped")).InstanceType, "ml.t3.large");
    await lab.client.send(new StartNotebookInstanceCommand(named("Whole")));
    await lab.until("Whole", "InService");
    await lab.client.send(new StopNotebookInstanceCommand(named("Whole")));
    await lab.until("Whole", "Stopped");
    await lab.client.send(new DeleteNotebookInstanceCommand(named("Whole")));
    await lab.gone("Whole");
    await assert.rejects(lab.describe("Whole"), { name: "ValidationException", message: "RecordNotFound" });

    const told: { resources: string[]; detail: Record<string, unknown> }[] = [];
    while (told.length < 11) {
      const { Messages = [] } = await cloud.call<{ Messages?: { Body: string; ReceiptHandle: string }[] }>(
        "sqs",
        "ReceiveMessage",
        { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 },
      );
      for (const { Body, ReceiptHandle } of Messages) {
        told.push(JSON.parse(Body));
        await cloud.call("sqs", "DeleteMessage", { QueueUrl, ReceiptHandle });
      }
    }
    const states = told.map(({ detail }) => detail.NotebookInstanceStatus).sort();
    const wanted = ["Pending", "InService", "Stopping", "Stopped", "Updating", "Stopped", "Pending", "InService"];
    assert.deepEqual(states, [...wanted, "Stopping", "Stopped", "Deleting"].sort());
    const [{ resources, detail }] = told as [(typeof told)[number]];
    assert.deepEqual(resources, [arn("whole")]);
    assert.equal(detail.NotebookInstanceName, "Whole");
    assert.deepEqual(detail.Tags, { team: "a" });
    assert.equal(typeof detail.CreationTime, "number");
  });

  it("have one name, whatever its case", async () => {
    await lab.create("once");
    await assert.rejects(lab.create("ONCE"), {
      name: "ValidationException",
      message: `Cannot create a duplicate Notebook Instance (${arn("once")})`,
    });
    const both = await Promise.allSettled([lab.create("twice"), lab.create("twice")]);
    assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    for (const name of ["once", "twice"]) await lab.until(name, "InService");
  });

  for (const [what, input, message] of [
    ["an instance type that there is not", { InstanceType: "ml.huge" }, /instanceType' failed.*enum value set: \[ml\./],
    ["a volume that is too small", { VolumeSizeInGB: 4 }, /volumeSizeInGB.*greater than or equal to 5/],
    ["a volume that is too large", { VolumeSizeInGB: 16_385 }, /less than or equal to 16384/],
    ["no internet and no subnet", { DirectInternetAccess: "Disabled" }, /only when a SubnetId/],
    ["a lifecycle configuration that there is not", { LifecycleConfigName: "none" }, /does not exist/],
    [
      "a role that does not trust SageMaker",
      { RoleArn: "arn:aws:iam::000000000000:role/none" },
      /Could not assume role/,
    ],
    ["a repository that is no URL", { DefaultCodeRepository: "ssh://x" }, /defaultCodeRepository/],
    ["a name with a dot", { NotebookInstanceName: "a.b" }, /notebookInstanceName/],
  ] as const) {
    it(`are refused with ${what}`, async () => {
      await assert.rejects(lab.create("refused", input as object), { name: "ValidationException", message });
      await assert.rejects(lab.describe("refused"), { message: "RecordNotFound" });
    });
  }

  it("grow and never shrink", async () => {
    await lab.create("grows", { VolumeSizeInGB: 10 });
    await lab.until("grows", "InService");
    const update = (input: object) =>
      lab.client.send(new UpdateNotebookInstanceCommand({ ...named("grows"), ...input }));
    await assert.rejects(update({ VolumeSizeInGB: 20 }), { message: /Unable to transition to \(Updating\)/ });
    await lab.client.send(new StopNotebookInstanceCommand(named("grows")));
    await lab.until("grows", "Stopped");
    await assert.rejects(update({ VolumeSizeInGB: 9 }), { message: /Cannot decrease/ });
    await update({ VolumeSizeInGB: 20 });
    assert.equal((await lab.until("grows", "Stopped")).VolumeSizeInGB, 20);
  });

  it("keep a lifecycle configuration that they use", async () => {
    const config = { NotebookInstanceLifecycleConfigName: "used" };
    await lab.client.send(new CreateNotebookInstanceLifecycleConfigCommand(config));
    await lab.create("uses", { LifecycleConfigName: "used" });
    await assert.rejects(lab.client.send(new DeleteNotebookInstanceLifecycleConfigCommand(config)), {
      message: /is in use by 1 Notebook Instance/,
    });
    await lab.until("uses", "InService");
    await lab.client.send(new StopNotebookInstanceCommand(named("uses")));
    await lab.until("uses", "Stopped");
    await lab.client.send(new UpdateNotebookInstanceCommand({ ...named("uses"), DisassociateLifecycleConfig: true }));
    await lab.until("uses", "Stopped");
    await lab.client.send(new DeleteNotebookInstanceLifecycleConfigCommand(config));
  });

  it("need the right to pass their role", async () => {
    const create = { Effect: "Allow", Action: "sagemaker:CreateNotebookInstance", Resource: "*" };
    const { credentials } = await lab.test.mintRole([create]);
    const client = lab.test.client(SageMakerClient, { credentials });
    const command = new ListNotebookInstancesCommand({});
    await assert.rejects(client.send(command), { name: "AccessDeniedException" });
    client.destroy();
    const principal = lab.test.cloud.identify(credentials);
    const input = { NotebookInstanceName: "passed", InstanceType: "ml.t3.medium", RoleArn: lab.role };
    await assert.rejects(lab.test.cloud.call("sagemaker", "CreateNotebookInstance", input, principal), {
      message: /iam:PassRole/,
    });
  });

  it("are within reach by their tags, and can be made only with tags that a policy wants", async () => {
    const mine = { StringEquals: { "aws:ResourceTag/stack": "mine" } };
    const { credentials } = await lab.test.mintRole([
      { Effect: "Allow", Action: "sagemaker:StopNotebookInstance", Resource: "*", Condition: mine },
      {
        Effect: "Allow",
        Action: "sagemaker:CreateNotebookInstance",
        Resource: "*",
        Condition: {
          StringEquals: { "aws:RequestTag/stack": "mine", "sagemaker:InstanceTypes": "ml.t3.medium" },
        },
      },
      { Effect: "Allow", Action: "iam:PassRole", Resource: lab.role },
    ]);
    const as = lab.test.cloud.identify(credentials);
    const create = (name: string, stack: string, InstanceType = "ml.t3.medium") =>
      lab.test.cloud.call(
        "sagemaker",
        "CreateNotebookInstance",
        { ...named(name), InstanceType, RoleArn: lab.role, Tags: [{ Key: "stack", Value: stack }] },
        as,
      );
    await create("mine", "mine");
    await assert.rejects(create("theirs", "theirs"), { name: "AccessDeniedException" });
    await assert.rejects(create("large", "mine", "ml.t3.large"), { name: "AccessDeniedException" });
    await lab.create("theirs", { Tags: [{ Key: "stack", Value: "theirs" }] });
    for (const name of ["mine", "theirs"]) await lab.until(name, "InService");
    const stop = (name: string) => lab.test.cloud.call("sagemaker", "StopNotebookInstance", named(name), as);
    await assert.rejects(stop("theirs"), { name: "AccessDeniedException" });
    await stop("mine");
    await lab.client.send(new AddTagsCommand({ ResourceArn: arn("theirs"), Tags: [{ Key: "stack", Value: "mine" }] }));
    await stop("theirs");
  });
});

describe("many notebook instances", function () {
  this.timeout(60_000);
  let lab: NotebookLab;
  before(async () => {
    lab = await NotebookLab.start({ jupyter: ["true"] });
  });
  after(() => lab.test.stop());

  it("are listed by pages, in any order, and by what is looked for", async () => {
    const names = Array.from({ length: 23 }, (_, index) => `n-${String(index).padStart(3, "0")}`);
    for (const name of names) {
      await lab.create(name, { DefaultCodeRepository: `https://example.com/${name.slice(-1)}.git` });
    }
    const all = async (input: object) => {
      const found: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = await lab.client.send(new ListNotebookInstancesCommand({ ...input, NextToken }));
        found.push(...page.NotebookInstances!.map(({ NotebookInstanceName }) => NotebookInstanceName!));
        NextToken = page.NextToken;
      } while (NextToken);
      return found;
    };
    assert.deepEqual(await all({}), names);
    assert.deepEqual(await all({ SortOrder: "Descending", MaxResults: 7 }), names.toReversed());
    assert.deepEqual(await all({ SortBy: "CreationTime", MaxResults: 100 }), names);
    assert.deepEqual(await all({ NameContains: "N-01" }), names.slice(10, 20));
    assert.deepEqual(await all({ DefaultCodeRepositoryContains: "/3.git" }), ["n-003", "n-013"]);
    assert.deepEqual(await all({ CreationTimeBefore: new Date(0) }), []);
    assert.deepEqual(await all({ StatusEquals: "Stopped" }), []);
    await assert.rejects(all({ MaxResults: 101 }), { name: "ValidationException" });
    const noToken = new ListNotebookInstancesCommand({ NextToken: "?" });
    await assert.rejects(lab.client.send(noToken), { name: "ValidationException" });
  });
});
