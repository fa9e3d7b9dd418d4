import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { unzipSync } from "fflate";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { Archive, Asset, Properties } from "../../src/engine/provider.ts";
import { archiveZip } from "../../src/resources/archiveZip.ts";
import { createRegistry } from "../../src/resources/index.ts";
import { TestResource } from "../../testing/resource.ts";

const text = (value: string): Asset => ({ kind: "asset", text: value, hash: value });
const archive = (files: Record<string, Asset | Archive>): Archive => ({
  kind: "archive",
  assets: files,
  hash: JSON.stringify(files),
});
const answers = (value: string) =>
  archive({ "index.mjs": text(`export const handler = async () => ${JSON.stringify(value)}`) });

describe("deployment packages", () => {
  it("are the same bytes for the same files, whatever their order", async () => {
    const one = await archiveZip(archive({ a: text("1"), b: archive({ c: text("2") }) }));
    const two = await archiveZip(archive({ b: archive({ c: text("2") }), a: text("1") }));
    assert.deepEqual(one, two);
    const files = unzipSync(one);
    assert.deepEqual(Object.keys(files), ["a", "b/c"]);
    assert.equal(Buffer.from(files["b/c"] as Uint8Array).toString(), "2");
  });

  it("are folders by path, zip files by path as they are, and an error when there is neither", async () => {
    const directory = await mkdtemp(join(tmpdir(), "archive-"));
    await writeFile(join(directory, "index.mjs"), "text");
    const folder = await archiveZip({ kind: "archive", path: directory, hash: "" });
    assert.deepEqual(Object.keys(unzipSync(folder)), ["index.mjs"]);
    const path = join(directory, "code.zip");
    await writeFile(path, folder);
    assert.deepEqual(new Uint8Array(await archiveZip({ kind: "archive", path, hash: "" })), new Uint8Array(folder));
    await rm(directory, { recursive: true });
    await assert.rejects(archiveZip({ kind: "archive", path: directory, hash: "" }), /^Error: there is no /);
  });
});

describe("resources of Lambda", () => {
  let test: TestCloud;
  let role: string;
  const arn = "arn:aws:lambda:us-east-1:000000000000:function";

  before(async () => {
    test = await startCloud();
    role = (await test.mintRole()).roleArn;
  });
  after(() => test.stop());

  const thing = (type: string, name?: string) =>
    new TestResource(test.cloud, `aws:lambda/${type[0]!.toLowerCase()}${type.slice(1)}:${type}`, name);
  const call = <T = Properties>(operation: string, input: object) => test.cloud.call<T>("lambda", operation, input);
  const invoke = async (FunctionName: unknown) => {
    const { Payload } = await call<{ Payload: Buffer }>("Invoke", { FunctionName });
    return JSON.parse(Payload.toString());
  };
  const basics = (value: string) => ({ role, handler: "index.handler", runtime: "nodejs24.x", code: answers(value) });

  it("make, change and remove a function, with a version for every change", async () => {
    const made = thing("Function", "whodis");
    const { name, ...outputs } = await made.create({ ...basics("one"), publish: true, tags: { a: "1" } });
    assert.match(String(name), /^whodis-[0-9a-f]{7}$/);
    assert.equal(outputs.arn, `${arn}:${name}`);
    assert.equal(outputs.version, "1");
    assert.equal(outputs.qualifiedArn, `${arn}:${name}:1`);
    assert.equal(
      outputs.invokeArn,
      `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arn}:${name}/invocations`,
    );
    assert.equal(await invoke(name), "one");
    const changed = {
      ...basics("two"),
      publish: true,
      timeout: 10,
      environment: { variables: { COLOUR: "b" } },
      tags: { b: "2" },
    };
    assert.deepEqual((await made.diff(changed)).replaces, []);
    assert.deepEqual(await made.expected({ ...basics("one"), publish: true, tags: { b: "2" } }), {});
    assert.equal((await made.expected(changed)).qualifiedArn, `${arn}:${name}:2`);
    assert.equal((await made.update(changed)).version, "2");
    assert.equal(await invoke(name), "two");
    assert.equal(await invoke(`${name}:1`), "one");
    const shown = await call<{ Configuration: FunctionConfiguration; Tags: object }>("GetFunction", {
      FunctionName: name,
    });
    assert.deepEqual(shown.Configuration.Environment, { Variables: { COLOUR: "b" } });
    assert.deepEqual(shown.Tags, { b: "2" });
    const plain = { ...basics("two"), publish: true };
    await made.update(plain);
    const after = await call<FunctionConfiguration>("GetFunctionConfiguration", { FunctionName: name });
    assert.deepEqual([after.Environment, after.Timeout], [{ Variables: {} }, 3]);
    assert.deepEqual((await made.diff(plain)).changes, []);
    await made.delete();
    await assert.rejects(invoke(name), { code: "ResourceNotFoundException" });
    await made.delete();
  });

  it("refuse a function that cannot be, before anything is made", async () => {
    const failures = (inputs: Properties) => thing("Function").failures({ ...basics("x"), ...inputs });
    assert.match((await failures({ runtime: "ruby3.4" })).join(), /runtime: is "ruby3\.4"; allowed are nodejs20\.x/);
    assert.match((await failures({ code: undefined })).join(), /code: or s3Bucket must be given/);
    assert.match((await failures({ role: undefined })).join(), /role: is required/);
    assert.match(
      (await failures({ capacityProviderConfig: {} })).join(),
      /does not model aws:lambda\/function:Function's property "capacityProviderConfig"/,
    );
    assert.match(
      (await failures({ imageUri: "x" })).join(),
      /packageType: is "Zip"; allowed is Image with an imageUri/,
    );
    assert.match(
      (await failures({ packageType: "Image" })).join(),
      /imageUri: is required for a function whose package/,
    );
    const made = thing("Function", "unmade");
    await assert.rejects(
      made.create({ ...basics("x"), reservedConcurrentExecutions: 2000 }),
      /below its minimum value/,
    );
    const { Functions } = await call<{ Functions: FunctionConfiguration[] }>("ListFunctions", {});
    assert.deepEqual(
      Functions.filter(({ FunctionName }) => FunctionName?.startsWith("unmade")),
      [],
    );
  });

  it("make a function of a container image, with another of its commands", async () => {
    const made = thing("Function", "imaged");
    const { role } = basics("x") as { role: string };
    const inputs = { role, packageType: "Image", imageUri: "registry/a:1", imageConfig: { commands: ["app.handler"] } };
    const { name } = await made.create(inputs);
    const shown = () => call<FunctionConfiguration>("GetFunctionConfiguration", { FunctionName: name });
    const { PackageType, ImageConfigResponse, Runtime } = await shown();
    const config = (Command: string[]) => ({ ImageConfig: { Command } });
    assert.deepEqual([PackageType, ImageConfigResponse, Runtime], ["Image", config(["app.handler"]), undefined]);
    const changed = { ...inputs, imageUri: "registry/a:2", imageConfig: { commands: ["app.other"] } };
    await made.update(changed);
    assert.deepEqual((await shown()).ImageConfigResponse, config(["app.other"]));
    const { Code } = await call<{ Code: object }>("GetFunction", { FunctionName: name });
    assert.deepEqual(Code, { RepositoryType: "ECR", ImageUri: "registry/a:2", ResolvedImageUri: "registry/a:2" });
    assert.deepEqual((await made.diff(changed)).changes, []);
    await made.delete();
  });

  it("make aliases, permissions, asynchronous settings and layers", async () => {
    const made = thing("Function", "full");
    const { name: functionName } = await made.create({ ...basics("one"), publish: true });
    await made.update({ ...basics("two"), publish: true });
    const alias = thing("Alias", "live");
    const outputs = await alias.create({ functionName, name: "live", functionVersion: "1" });
    assert.equal(outputs.arn, `${arn}:${functionName}:live`);
    assert.equal(
      outputs.invokeArn,
      `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${outputs.arn}/invocations`,
    );
    assert.equal(await invoke(outputs.arn), "one");
    const routingConfig = { additionalVersionWeights: { 2: 1 } };
    await alias.update({ functionName, name: "live", functionVersion: "1", routingConfig });
    assert.equal(await invoke(outputs.arn), "two");
    assert.deepEqual((await alias.read())?.outputs.routingConfig, routingConfig);
    await alias.update({ functionName, name: "live", functionVersion: "1" });
    assert.equal(await invoke(outputs.arn), "one");

    const permission = thing("Permission", "gateway");
    await permission.create({
      action: "lambda:InvokeFunction",
      function: functionName,
      qualifier: "live",
      principal: "apigateway.amazonaws.com",
      sourceArn: "arn:aws:execute-api:us-east-1:000000000000:api/*",
    });
    const policy = async () =>
      JSON.parse(
        (await call<{ Policy: string }>("GetPolicy", { FunctionName: functionName, Qualifier: "live" })).Policy,
      );
    assert.equal((await policy()).Statement[0].Sid, permission.id);
    await permission.delete();
    await assert.rejects(policy(), { code: "ResourceNotFoundException" });

    const config = thing("FunctionEventInvokeConfig");
    await config.create({ functionName, qualifier: "live", maximumRetryAttempts: 1, maximumEventAgeInSeconds: 60 });
    const found = await call("GetFunctionEventInvokeConfig", { FunctionName: functionName, Qualifier: "live" });
    assert.deepEqual([found.MaximumRetryAttempts, found.MaximumEventAgeInSeconds], [1, 60]);
    await config.delete();

    const provisioned = thing("ProvisionedConcurrencyConfig");
    await provisioned.create({ functionName, qualifier: "live", provisionedConcurrentExecutions: 3 });
    await provisioned.delete();

    const layer = thing("LayerVersion", "tools");
    const tools = await layer.create({ layerName: "tools", code: archive({ "nodejs/x.js": text("1") }) });
    assert.equal(tools.arn, "arn:aws:lambda:us-east-1:000000000000:layer:tools:1");
    await layer.delete();
    await alias.delete();
    await made.delete();
  });

  it("are found by functions of the program", async () => {
    const made = thing("Function", "found");
    const { name } = await made.create(basics("x"));
    const { invokes } = createRegistry(test.cloud);
    const context = { provider: made.context.provider, signal: made.context.signal };
    const get = invokes.get("aws:lambda/getFunction:getFunction");
    const outputs = await get?.({ functionName: name }, context);
    assert.equal(outputs?.arn, `${arn}:${name}`);
    assert.equal(outputs?.qualifiedArn, `${arn}:${name}:$LATEST`);
    await assert.rejects(get?.({ functionName: "none" }, context) as Promise<unknown>, {
      code: "ResourceNotFoundException",
    });
    assert.equal((await made.read())?.outputs.arn, `${arn}:${name}`);
    await made.delete();
    assert.equal(await made.read(), undefined);
  });

  it("call a function once, or at each step of their own life, telling which", async () => {
    const target = thing("Function", "called");
    const code = archive({
      "index.mjs": text(`const seen = [];
        export const handler = async (event) => {
          if (event.fail) throw new Error("not this one");
          seen.push(event);
          return seen;
        }`),
    });
    const { name: functionName } = await target.create({ ...basics(""), code });
    const once = thing("Invocation", "once");
    assert.equal((await once.create({ functionName, input: '{"a":1}' })).result, '[{"a":1}]');
    await once.delete();
    const always = thing("Invocation", "always");
    await always.create({ functionName, input: '{"b":1}', lifecycleScope: "CRUD" });
    const { result } = await always.update({ functionName, input: '{"b":2}', lifecycleScope: "CRUD" });
    await always.delete();
    const { Payload } = await call<{ Payload: Buffer }>("Invoke", { FunctionName: functionName });
    assert.deepEqual(JSON.parse(Payload.toString()).slice(0, 4), [
      { a: 1 },
      { b: 1, tf: { action: "create", prev_input: null } },
      { b: 2, tf: { action: "update", prev_input: { b: 1 } } },
      { b: 2, tf: { action: "delete", prev_input: null } },
    ]);
    assert.equal(JSON.parse(String(result)).length, 3);
    await assert.rejects(once.create({ functionName, input: '{"fail":true}' }), /failed \(Unhandled\): .*not this one/);
    assert.match((await once.failures({ functionName, input: "{" }))[0]!, /input: is not a JSON object/);
  });
});
