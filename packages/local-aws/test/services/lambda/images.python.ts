import assert from "node:assert/strict";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Lambda } from "@aws-sdk/client-lambda";
import { PythonRuntimes } from "../../../src/services/lambda/python/runtime.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { pythonTools, withoutPython } from "../../../testing/python.ts";

const registry = "000000000000.dkr.ecr.us-east-1.amazonaws.com";

describe("functions of container images", function () {
  this.timeout(120_000);
  let folder = "";
  let test: TestCloud;
  let lambda: Lambda;
  let roleArn = "";

  before(async function () {
    const reason = await withoutPython();
    if (reason) {
      console.log(reason);
      return this.skip();
    }
    folder = await realpath(await mkdtemp(join(tmpdir(), "images-")));
    await writeFile(
      join(folder, "app.py"),
      `
import os, boto3
def handler(event, context):
    if event.get("fail"): raise ValueError("as asked")
    me = boto3.client("sts").get_caller_identity()["Arn"]
    return [event, context.function_name, os.environ["_HANDLER"], os.environ.get("AWS_EXECUTION_ENV"), os.getcwd(), me]
def other(event, context): return "other"`,
    );
    const { python } = await new PythonRuntimes(pythonTools).get("3.11");
    const images = { "*/predict*": [python, "-m", "awslambdaric"], "*/gone*": ["/none/such"] };
    test = await startCloud({ images, workingDirectory: folder });
    lambda = test.client(Lambda);
    ({ roleArn } = await test.mintRole());
  });
  after(async () => {
    await test?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  const create = (FunctionName: string, image: string, more: object = {}) =>
    lambda.createFunction({
      FunctionName,
      PackageType: "Image",
      Role: roleArn,
      Code: { ImageUri: `${registry}/${image}` },
      ImageConfig: { Command: ["app.handler"] },
      Timeout: 20,
      MemorySize: 512,
      ...more,
    });
  const invoke = async (FunctionName: string, event: object) => {
    const { Payload, FunctionError } = await lambda.invoke({
      FunctionName,
      Payload: Buffer.from(JSON.stringify(event)),
    });
    return { value: JSON.parse(Buffer.from(Payload ?? []).toString()), error: FunctionError };
  };

  it("run the command that stands for theirs, as their role", async () => {
    const made = await create("predict", "predictor:1");
    assert.deepEqual(
      [made.PackageType, made.Runtime, made.Handler, made.CodeSize, made.ImageConfigResponse],
      ["Image", undefined, undefined, 0, { ImageConfig: { Command: ["app.handler"] } }],
    );
    const { value, error } = await invoke("predict", { a: "ü€😀" });
    assert.equal(error, undefined, JSON.stringify(value));
    const [event, name, handler, environment, directory, arn] = value;
    assert.deepEqual(
      [event, name, handler, environment, directory],
      [{ a: "ü€😀" }, "predict", "app.handler", null, folder],
    );
    assert.match(arn, /:assumed-role\/minted-\d+\/predict$/);
    const failed = await invoke("predict", { fail: true });
    assert.deepEqual(
      [failed.error, failed.value.errorType, failed.value.errorMessage],
      ["Unhandled", "ValueError", "as asked"],
    );
  });

  it("are shown by their image, and become another one", async () => {
    await create("changing", "predictor:1");
    const { Code } = await lambda.getFunction({ FunctionName: "changing" });
    const uri = `${registry}/predictor:1`;
    assert.deepEqual(Code, { RepositoryType: "ECR", ImageUri: uri, ResolvedImageUri: uri });
    const before = await lambda.publishVersion({ FunctionName: "changing" });
    await lambda.updateFunctionCode({ FunctionName: "changing", ImageUri: `${registry}/predictor:2` });
    await lambda.updateFunctionConfiguration({ FunctionName: "changing", ImageConfig: { Command: ["app.other"] } });
    assert.equal((await invoke("changing", {})).value, "other");
    assert.equal((await invoke("changing:1", {})).value[2], "app.handler");
    const after = await lambda.publishVersion({ FunctionName: "changing" });
    assert.deepEqual([before.Version, after.Version], ["1", "2"]);
    assert.notEqual(after.CodeSha256, before.CodeSha256);
  });

  it("say which command is missing", async () => {
    await create("unknown", "unknown:1");
    await assert.rejects(invoke("unknown", {}), {
      name: "InvalidRuntimeException",
      message: /unknown:1 cannot run on this machine: no command is configured for it/,
    });
    await create("gone", "gone:1");
    const { value, error } = await invoke("gone", {});
    assert.deepEqual([error, value.errorType], ["Unhandled", "Runtime.ExitError"]);
  });

  const refused: [string, object, RegExp][] = [
    ["no image", { Code: { ZipFile: Buffer.from("x") } }, /Please provide ImageUri/],
    ["a runtime", { Runtime: "python3.13" }, /don't provide handler or runtime or layer/],
    ["a handler", { Handler: "app.handler" }, /don't provide handler or runtime or layer/],
    ["no URI", { Code: { ImageUri: "not an image" } }, /imageUri/],
    ["another kind", { PackageType: "Jar" }, /packageType/],
  ];
  for (const [what, settings, message] of refused) {
    it(`are refused with ${what}`, async () => {
      await assert.rejects(create("refused", "predictor:1", settings), { message });
    });
  }

  it("stay of their kind", async () => {
    await create("kind", "predictor:1");
    await assert.rejects(lambda.updateFunctionCode({ FunctionName: "kind", ZipFile: Buffer.from("x") }), {
      name: "InvalidParameterValueException",
      message: /don't provide a \.zip file when updating a function with packageType Image/,
    });
  });
});
