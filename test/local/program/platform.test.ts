import assert from "node:assert/strict";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateNotebookInstanceCommand,
  DescribeNotebookInstanceCommand,
  ListNotebookInstanceLifecycleConfigsCommand,
  ListNotebookInstancesCommand,
  SageMakerClient,
  StopNotebookInstanceCommand,
} from "@aws-sdk/client-sagemaker";
import { PlatformStack } from "./platformStack.ts";

/** From the first `up` to `destroy`: what a data scientist does on the command line, by an API with IAM enforced. */
describe("notebooks and jobs, brought up on this machine", function () {
  this.timeout(180_000);
  let stack: PlatformStack;
  let sagemaker: SageMakerClient;

  before(async () => {
    stack = new PlatformStack();
    await stack.open();
    await stack.up();
    sagemaker = stack.cloud.client(SageMakerClient);
  });
  after(() => stack?.close());

  /** What a command prints; it must succeed. */
  const dsp = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await stack.dsp(...args);
    assert.equal(code, 0, `dsp ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  const dspJson = async (...args: string[]) => JSON.parse(await dsp(...args, "--json"));
  const refusal = async (...args: string[]): Promise<string> => {
    const { code, stderr } = await stack.dsp(...args);
    assert.equal(code, 1, `dsp ${args.join(" ")}`);
    return stderr.trim();
  };

  it("changes nothing the second time", async () => {
    const { same, ...changes } = (await stack.up()).counts;
    assert.ok(same > 100, String(same));
    assert.deepEqual([...new Set(Object.values(changes))], [0], JSON.stringify(changes));
  });

  it("answers callers with an AWS identity alone", async () => {
    for (const path of ["/notebooks", "/jobs"]) {
      assert.equal((await fetch(`${stack.outputs.platformUrl}${path}`)).status, 403, path);
    }
  });

  it("says that there is nothing yet", async () => {
    assert.equal(await dsp("notebooks", "list"), "No notebooks.\n");
    assert.equal(await dsp("jobs", "list"), "No jobs.\n");
    assert.deepEqual([await dspJson("notebooks", "list"), await dspJson("jobs", "list")], [[], []]);
  });

  it("notebooks: made, opened, stopped, started and deleted; events bring their states", async () => {
    assert.match(await dsp("notebooks", "create", "Anna", "--idle", "45"), /^anna +InService +ml\.t3\.medium +5 GB/);
    assert.match(
      await refusal("notebooks", "create", "anna"),
      /^Name: is "anna"; allowed is one that no notebook has$/,
    );
    assert.match(await dsp("notebooks", "open", "anna"), /^https?:\/\/.*authToken=/);
    assert.match(await dsp("notebooks", "stop", "anna"), /^anna +Stopped/);
    assert.match(await refusal("notebooks", "open", "anna"), /^anna is Stopped\. Start it: dsp notebooks start anna$/);
    const [listed] = await dspJson("notebooks", "list");
    assert.deepEqual([listed.NotebookId, listed.Nb_status, listed.IdleMinutes], ["anna", "Stopped", 45]);
    assert.match(await dsp("notebooks", "start", "anna"), /^anna +InService/);
    assert.match(await refusal("notebooks", "delete", "anna"), /--yes$/);
    assert.equal(await dsp("notebooks", "delete", "anna", "--yes"), "anna is deleted\n");
    assert.equal(await refusal("notebooks", "open", "anna"), "there is no such notebook");
    const { NotebookInstanceLifecycleConfigs } = await sagemaker.send(
      new ListNotebookInstanceLifecycleConfigsCommand({}),
    );
    assert.deepEqual(NotebookInstanceLifecycleConfigs, []);
  });

  it("notebooks: another stack's are out of reach of every function, and of notebooks", async () => {
    const RoleArn = stack.outputs.notebookRoleArn;
    const other = { NotebookInstanceName: "other-books-anna" };
    await sagemaker.send(new CreateNotebookInstanceCommand({ ...other, InstanceType: "ml.t3.medium", RoleArn }));
    for (const role of [stack.outputs.cleanRoleArn, stack.outputs.changeRoleArn]) {
      const credentials = await stack.as(role, "lambda.amazonaws.com");
      const client = stack.cloud.client(SageMakerClient, { credentials });
      for (const command of [DescribeNotebookInstanceCommand, StopNotebookInstanceCommand]) {
        await assert.rejects(client.send(new command(other)), { name: "AccessDeniedException" });
      }
      const own = { NotebookInstanceName: `${stack.outputs.namePrefix}-nobody` };
      await assert.rejects(client.send(new DescribeNotebookInstanceCommand(own)), { message: "RecordNotFound" });
    }
  });

  it("notebooks: act as a role that has the stack's data, and nothing else in S3", async () => {
    const credentials = await stack.as(stack.outputs.notebookRoleArn, "sagemaker.amazonaws.com");
    const s3 = stack.cloud.client(S3Client, { credentials, config: { forcePathStyle: true } });
    const Bucket = stack.outputs.jobsDataUri.split("/")[2]!;
    await s3.send(new PutObjectCommand({ Bucket, Key: "data/notes.txt", Body: "x" }));
    await s3.send(new GetObjectCommand({ Bucket, Key: "data/notes.txt" }));
    await assert.rejects(s3.send(new PutObjectCommand({ Bucket, Key: "scripts/hello.py", Body: "x" })), {
      name: "AccessDenied",
    });
  });

  it("jobs: run, followed, listed and deleted", async () => {
    const ran = await dsp("jobs", "run", "greeting", "--script", "hello.py", "--arg", "you");
    assert.match(ran, /SUCCESS\nhello you\n/);
    assert.match(await dsp("jobs", "run", "greeting", "--arg", "all"), /SUCCESS\nhello all\n/);
    assert.equal(await dsp("jobs", "logs", "greeting", "--follow"), "hello all\n");
    const history = await dspJson("jobs", "history", "greeting");
    assert.deepEqual(
      history.map(({ State, Trigger }: Record<string, string>) => `${State} ${Trigger}`),
      ["SUCCESS request", "SUCCESS init"],
    );
    assert.match(await dsp("jobs", "list"), /^greeting +hello\.py +by request +SUCCESS/);
    const failed = await stack.dsp("jobs", "run", "broken", "--script", "fail.py");
    assert.equal(failed.code, 1);
    assert.match(failed.stdout, /FAILED\nit went wrong/);
    assert.match(failed.stderr, /^broken failed: .*it went wrong/);
    for (const job of ["greeting", "broken"])
      assert.equal(await dsp("jobs", "delete", job, "--yes"), `${job} is deleted\n`);
    assert.equal(await refusal("jobs", "logs", "greeting"), "there is no such job");
  });

  it("jobs: scheduled in a time zone, and no more", async () => {
    const made = await dsp(
      ...["jobs", "schedule", "nightly", "cron(30 2 * * ? *)"],
      ...["--timezone", "Europe/Berlin", "--script", "hello.py"],
    );
    assert.equal(made, "nightly runs cron(30 2 * * ? *) Europe/Berlin\n");
    assert.equal(await dsp("jobs", "schedule", "nightly", "rate(2 days)"), "nightly runs rate(2 days) Europe/Berlin\n");
    assert.match(
      await refusal("jobs", "schedule", "nightly", "daily"),
      /^schedule: is "daily"; allowed is rate\(1 day\)/,
    );
    assert.equal(await dsp("jobs", "schedule", "nightly", "--off"), "nightly runs by request\n");
    assert.match(await refusal("jobs", "schedule", "nightly"), /^Give an expression/);
    assert.match(await refusal("jobs", "logs", "nightly"), /^nightly has never run/);
    assert.equal(await dsp("jobs", "history", "nightly"), "No runs.\n");
  });

  it("jobs: cancelled while they run", async () => {
    await dsp("jobs", "run", "long", "--script", "wait.py", "--no-wait");
    for (;;) if ((await dsp("jobs", "logs", "long")).includes("waiting")) break;
    assert.match(await dsp("jobs", "cancel", "long"), /CANCELL(ING|ED)\n$/);
    for (;;) {
      const [{ State }] = await dspJson("jobs", "history", "long");
      if (State === "CANCELLED") break;
    }
  });

  it("leaves no notebook and no run behind when the stack is destroyed", async () => {
    await dsp("notebooks", "create", "last");
    await dsp("jobs", "run", "late", "--script", "wait.py", "--no-wait");
    await stack.engine.destroy();
    const { NotebookInstances } = await sagemaker.send(new ListNotebookInstancesCommand({}));
    assert.deepEqual(
      NotebookInstances!.map(({ NotebookInstanceName }) => NotebookInstanceName),
      ["other-books-anna"],
    );
  });
});
