import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AddPermissionCommand,
  GetFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";
import type { AwsError } from "../../../src/service.ts";
import { findInterpreter } from "../../../src/services/lambda/python/interpreters.ts";
import { PythonRuntimes } from "../../../src/services/lambda/python/runtime.ts";
import { deployApi, openApi, proxy } from "../../../testing/apigateway.ts";
import { startFunctions, zip } from "../../../testing/lambda.ts";
import { pythonTools, withoutPython } from "../../../testing/python.ts";

describe("functions of Python 3.13", function () {
  this.timeout(240_000);
  it("run on it, or on what stands in for it", async function () {
    const reason = await withoutPython("3.13");
    if (reason) {
      console.log(reason);
      return this.skip();
    }
    const functions = await startFunctions({}, { tools: pythonTools });
    try {
      await functions.create("f", "", {
        Runtime: "python3.13",
        Handler: "app.handler",
        Timeout: 20,
        Code: { ZipFile: zip({ "app.py": "import os\ndef handler(e, c): return os.environ['AWS_EXECUTION_ENV']" }) },
      });
      assert.equal((await functions.invoke("f")).value, "AWS_Lambda_python3.13");
    } finally {
      await functions.test.stop();
    }
  });
});

describe("Python's runtime", function () {
  this.timeout(240_000);

  it("is no longer installed once the cloud ends, and leaves nothing of it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "python-"));
    const functions = await startFunctions({}, { tools: folder });
    const ZipFile = zip({ "app.py": "def handler(e, c): pass" });
    await functions.create("f", "", { Runtime: "python3.11", Handler: "app.handler", Code: { ZipFile } });
    await functions.test.stop();
    assert.deepEqual(await readdir(folder), []);
    await rm(folder, { recursive: true });
  });

  it("is installed before anything's time counts: the function is pending meanwhile, and its gateway waits", async function () {
    if (await withoutPython("3.11")) return this.skip();
    const folder = await mkdtemp(join(tmpdir(), "python-"));
    const functions = await startFunctions({}, { tools: folder });
    try {
      const ZipFile = zip({ "app.py": "def handler(e, c): return {'statusCode': 200, 'body': 'here'}" });
      await functions.create("f", "", { Runtime: "python3.11", Handler: "app.handler", Code: { ZipFile }, Timeout: 2 });
      const { State, StateReasonCode } = await functions.lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName: "f" }),
      );
      assert.deepEqual([State, StateReasonCode], ["Pending", "Creating"]);
      await functions.lambda.send(
        new AddPermissionCommand({
          FunctionName: "f",
          StatementId: "gateway",
          Action: "lambda:InvokeFunction",
          Principal: "apigateway.amazonaws.com",
        }),
      );
      const document = openApi({ "/f": { get: proxy("f", { timeoutInMillis: 2_000 }) } });
      const { url } = await deployApi(functions.test.cloud, document);
      const response = await fetch(`${url}/f`);
      assert.deepEqual([response.status, await response.text()], [200, "here"]);
      await waitUntilFunctionActiveV2({ client: functions.lambda, maxWaitTime: 5 }, { FunctionName: "f" });
    } finally {
      await functions.test.stop();
      await rm(folder, { recursive: true });
    }
  });

  it("says what to run where there is no package index", async function () {
    if (!(await findInterpreter("3.11"))) {
      console.log("    there is no Python on this machine");
      return this.skip();
    }
    const folder = await mkdtemp(join(tmpdir(), "python-"));
    const before = process.env.PIP_INDEX_URL;
    process.env.PIP_INDEX_URL = "http://127.0.0.1:9/simple";
    process.env.PIP_RETRIES = "0";
    try {
      await assert.rejects(new PythonRuntimes(folder).get("3.11"), ({ code, message }: AwsError) => {
        assert.equal(code, "InvalidRuntimeException");
        assert.match(
          message,
          /could not be installed \(.*\); with a network, run: \S+ -m venv \S+ && \S+ -m pip install/,
        );
        return true;
      });
      assert.deepEqual(await readdir(folder), []);
    } finally {
      delete process.env.PIP_RETRIES;
      if (before === undefined) delete process.env.PIP_INDEX_URL;
      else process.env.PIP_INDEX_URL = before;
      await rm(folder, { recursive: true });
    }
  });
});
