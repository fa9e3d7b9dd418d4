import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { startCloud } from "local-aws/testing";
import { bundle } from "../../../containers/recommender/bundle.ts";
import { generateRatings, toCsv } from "../../../containers/recommender/generate.ts";
import { jobFolder, openInvocation, requiredHyperparameters as required } from "./support.ts";

const quick = { ...required, epochs: "2", factors: "4" };
const csv = toCsv(generateRatings({ users: 50, items: 40, ratings: 600, stars: true }));

/** The program as it is in the image: the bundle, run by Node. */
describe("the container", () => {
  let program: string;
  before(async () => {
    program = await mkdtemp(join(tmpdir(), "program-"));
    await bundle(program);
  });
  after(() => rm(program, { recursive: true }));

  function start(command: string[], root: string, env: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, [join(program, "main.mjs"), ...command], {
      env: { PATH: process.env.PATH, HOME: root, SM_ROOT: root, ...env },
    });
    const output = { text: "" };
    child.stdout.on("data", (chunk) => (output.text += chunk));
    child.stderr.on("data", (chunk) => (output.text += chunk));
    const code = new Promise<number | null>((resolve) => child.on("close", resolve));
    return { child, output, code };
  }

  async function train(
    hyperparameters: Record<string, string>,
    files: Record<string, string> = { "r.csv": csv },
    env = {},
  ) {
    const job = await jobFolder(hyperparameters, files);
    const { code, output } = start(["train"], job.root, env);
    const failure = await code.then(() => readFile(job.folders.failure, "utf8").catch(() => undefined));
    return { ...job, code: await code, output: output.text, failure };
  }

  async function until(child: ChildProcess, output: { text: string }, pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(output.text);
      if (match) return match;
      assert.equal(child.exitCode, null, output.text);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  it("trains, and serves what it trained until SIGTERM", async () => {
    const { root, folders, remove, code, output, failure } = await train({ ...quick, threads: "2" });
    try {
      assert.deepEqual([code, failure], [0, undefined], output);
      assert.match(output, /^600 ratings of 40 items by 50 users from 1 file\(s\)/);
      assert.match(output, /^validation:rmse=([0-9.]+); validation:mae=([0-9.]+);$/m);
      assert.deepEqual((await readdir(folders.model)).sort(), [
        "items.f32",
        "items.json",
        "manifest.json",
        "users.f32",
        "users.json",
      ]);
      const file = await readFile(join(folders.outputData, "recommendations/recommendations.csv.gz"));
      assert.equal(gunzipSync(file).toString().trim().split("\n").length, 51);

      const server = start(["serve"], root, { SAGEMAKER_BIND_TO_PORT: "0", BIND_HOST: "127.0.0.1" });
      const [, port] = await until(
        server.child,
        server.output,
        /listening on port (\d+)\n.*model \w+: 50 users, 40 items/s,
      );
      const url = `http://127.0.0.1:${port}`;
      assert.equal((await fetch(`${url}/ping`)).status, 200);
      // A request that is in work when the signal comes is still answered.
      const { request, answer } = await openInvocation(url);
      request.write("1,1\n");
      server.child.kill("SIGTERM");
      let refused = false;
      while (!refused)
        refused = await fetch(`${url}/ping`).then(
          () => false,
          () => true,
        );
      request.end("2,2\n");
      assert.match((await answer).body, /^\d\.\d{4}\n\d\.\d{4}\n$/);
      assert.equal(await server.code, 0, server.output.text);
    } finally {
      await remove();
    }
  });

  const failures: [string, Record<string, string>, Record<string, string>, RegExp][] = [
    [
      "a wrong hyperparameter",
      { ...quick, epochs: "none" },
      { "r.csv": csv },
      /^Hyperparameter epochs is "none", expected an integer/,
    ],
    [
      "a bad row",
      quick,
      { "r.csv": "1,1,good\n2,2,5" },
      /^1 bad row, max_bad_rows is 0: r\.csv:1: rating "good" is not a number$/,
    ],
    ["no data", quick, {}, /^The input channel has no files/],
    ["too few ratings", quick, { "r.csv": "1,1,1\n" }, /^folds is 5, but there are only 1 ratings$/],
  ];
  for (const [name, hyperparameters, files, reason] of failures) {
    it(`fails with the reason for ${name}, and no stack trace`, async () => {
      const { code, failure, output, folders, remove } = await train(hyperparameters, files);
      assert.equal(code, 1);
      assert.match(failure!, reason);
      assert.equal(output.trim().split("\n").at(-1), failure);
      assert.ok(!existsSync(join(folders.model, "manifest.json")));
      await remove();
    });
  }

  it("writes recommendations to S3 instead, always to the same key, by a role that may do just that", async () => {
    const cloud = await startCloud({ region: "eu-west-1" });
    try {
      const s3 = cloud.client(S3Client);
      const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" } as const;
      await s3.send(new CreateBucketCommand({ Bucket: "ratings", CreateBucketConfiguration }));
      const { credentials } = await cloud.mintRole(
        { Effect: "Allow", Action: "s3:PutObject", Resource: "arn:aws:s3:::ratings/output/*" },
        { trust: "sagemaker.amazonaws.com" },
      );
      const env = {
        AWS_ENDPOINT_URL: cloud.origin,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: credentials.sessionToken,
      };
      const run = (uri: string, seed: string) =>
        train({ ...quick, folds: "0", region: "eu-west-1", output_s3_uri: uri, seed }, undefined, env);
      const Key = "output/prefix/recommendations/recommendations.csv.gz";
      const contents: string[] = [];
      for (const seed of ["1", "2"]) {
        const { code, output, folders, remove } = await run("s3://ratings/output/prefix/", seed);
        assert.equal(code, 0, output);
        assert.ok(output.includes(`recommendations for 50 users: s3://ratings/${Key}\n`), output);
        assert.ok(!existsSync(folders.outputData));
        await remove();
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: "ratings", Key }));
        contents.push(gunzipSync(await Body!.transformToByteArray()).toString());
        assert.equal(contents.at(-1)!.trim().split("\n").length, 51, "replaced, not appended");
      }
      assert.notEqual(contents[0], contents[1]);
      const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: "ratings" }));
      assert.deepEqual(
        Contents?.map((object) => object.Key),
        [Key],
      );

      const denied = await run("s3://ratings/elsewhere", "1");
      assert.equal(denied.code, 1);
      assert.match(
        denied.failure!,
        /^Upload to s3:\/\/ratings\/elsewhere\/recommendations\/recommendations\.csv\.gz failed: AccessDenied: /,
      );
      assert.ok(!existsSync(join(denied.folders.model, "manifest.json")));
      await denied.remove();
    } finally {
      await cloud.stop();
    }
  });

  it("stops training on SIGTERM", async () => {
    const { root, folders, remove } = await jobFolder({ ...required, epochs: "1000" }, { "r.csv": csv });
    const { child, output, code } = start(["train"], root);
    await until(child, output, /600 ratings/);
    child.kill("SIGTERM");
    assert.equal(await code, 1);
    assert.equal(await readFile(folders.failure, "utf8"), "Training was stopped");
    assert.ok(!existsSync(join(folders.model, "manifest.json")));
    await remove();
  });

  it("does not serve without a model, and says why", async () => {
    const root = await mkdtemp(join(tmpdir(), "sagemaker-"));
    const { output, code } = start(["serve"], root, { SAGEMAKER_BIND_TO_PORT: "0", BIND_HOST: "127.0.0.1" });
    assert.equal(await code, 1);
    assert.match(output.text, /The model in .* has no readable manifest\.json \(ENOENT\)\n$/);
    await rm(root, { recursive: true });
  });

  it("knows two commands", async () => {
    const { output, code } = start(["dance"], tmpdir());
    assert.equal(await code, 2);
    assert.equal(output.text, "The command is dance, expected train or serve\n");
  });

  it("gives up root's rights where it has them", async function () {
    if (process.getuid?.() !== 0) return this.skip();
    const { root, folders, remove, code, output } = await (async () => {
      const job = await jobFolder({ ...quick, threads: "2" }, { "r.csv": csv });
      // The program and the job's folder are root's, as in SageMaker; others may read them.
      const { chmod } = await import("node:fs/promises");
      await chmod(job.root, 0o755);
      await chmod(program, 0o755);
      const run = start(["train"], job.root, { RUN_AS: "1000:1000" });
      return { ...job, code: await run.code, output: run.output.text };
    })();
    assert.equal(code, 0, output);
    assert.equal(statSync(join(folders.model, "manifest.json")).uid, 1000);
    const bad = start(["train"], root, { RUN_AS: "root" });
    assert.equal(await bad.code, 1);
    assert.match(bad.output.text, /RUN_AS is "root", expected UID:GID/);
    await remove();
  });
});
