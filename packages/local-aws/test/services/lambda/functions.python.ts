import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { type CreateFunctionCommandInput, PublishLayerVersionCommand } from "@aws-sdk/client-lambda";
import { type Functions, startFunctions, zip } from "../../../testing/lambda.ts";
import { pythonTools, withoutPython } from "../../../testing/python.ts";

interface Failure {
  errorType: string;
  errorMessage: string;
  stackTrace?: string[];
}

describe("functions of Python", function () {
  this.timeout(240_000);
  let functions: Functions;
  before(async function () {
    const reason = await withoutPython();
    if (reason) {
      console.log(reason);
      return this.skip();
    }
    functions = await startFunctions({}, { tools: pythonTools });
  });
  after(() => functions?.test.stop());

  const create = (name: string, code: string, settings: Partial<CreateFunctionCommandInput> = {}) =>
    functions.create(name, "", {
      Runtime: "python3.11",
      Handler: "app.handler",
      Timeout: 20,
      Code: { ZipFile: zip({ "app.py": code }) },
      ...settings,
    });
  const failure = async (name: string, event: unknown = {}): Promise<Failure & { log: string }> => {
    const { value, error, log } = await functions.invoke(name, event);
    assert.equal(error, "Unhandled");
    return { ...(value as Failure), log };
  };

  it("get event and context as AWS gives them, and their own variables alone", async () => {
    process.env.LEAKED_FROM_HOST = "yes";
    const code = `
import os, sys, tempfile
def handler(event, context):
    return {
        "event": event, "id": context.aws_request_id, "name": context.function_name, "arn": context.invoked_function_arn,
        "memory": context.memory_limit_in_mb, "left": context.get_remaining_time_in_millis(),
        "client": context.client_context and context.client_context.custom, "env": dict(os.environ),
        "cwd": os.getcwd() == os.environ["LAMBDA_TASK_ROOT"], "first": sys.path[0] == os.environ["LAMBDA_TASK_ROOT"],
        "tmp": tempfile.gettempdir(), "version": "%d.%d" % sys.version_info[:2],
    }`;
    await create("context", code, { MemorySize: 256, Environment: { Variables: { TABLE: "iris" } } });
    const ClientContext = Buffer.from(JSON.stringify({ custom: { a: "ü\n" } }, null, 2)).toString("base64");
    const { value, error } = await functions.invoke("context", { a: [1, "ü€😀"] }, { ClientContext });
    delete process.env.LEAKED_FROM_HOST;
    assert.equal(error, undefined, JSON.stringify(value));
    const { event, id, name, arn, memory, left, client, env, cwd, first, tmp, version } = value as Record<
      string,
      string
    >;
    assert.deepEqual(event, { a: [1, "ü€😀"] });
    assert.match(String(id), /^[0-9a-f-]{36}$/);
    assert.deepEqual([name, memory, version, cwd, first], ["context", "256", "3.11", true, true]);
    assert.equal(arn, "arn:aws:lambda:us-east-1:000000000000:function:context");
    assert.deepEqual(client, { a: "ü\n" });
    assert.ok(Number(left) > 0 && Number(left) <= 20_000);
    const { TABLE, LEAKED_FROM_HOST, AWS_EXECUTION_ENV, _X_AMZN_TRACE_ID } = env as unknown as Record<string, string>;
    assert.deepEqual([TABLE, LEAKED_FROM_HOST, AWS_EXECUTION_ENV], ["iris", undefined, "AWS_Lambda_python3.11"]);
    assert.match(String(_X_AMZN_TRACE_ID), /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/);
    assert.ok(existsSync(String(tmp)), "a folder for temporary files of its own");
  });

  it("call AWS by boto3 as their role, and no further", async () => {
    const code = `
import boto3
def handler(event, context):
    try:
        boto3.client("lambda").list_functions()
    except Exception as error:
        denied = error.response["Error"]["Code"]
    return {"arn": boto3.client("sts").get_caller_identity()["Arn"], "denied": denied}`;
    await create("caller", code, { MemorySize: 256 });
    const { arn, denied } = (await functions.invoke("caller")).value as { arn: string; denied: string };
    assert.match(arn, /^arn:aws:sts::000000000000:assumed-role\/minted-\d+\/caller$/);
    assert.equal(denied, "AccessDeniedException");
  });

  it("stay warm, and are as many as there are requests at once", async () => {
    const code = `
import os, time
count = 0
def handler(event, context):
    global count
    count += 1
    time.sleep(event["sleep"])
    return [os.getpid(), count]`;
    await create("warm", code);
    const once = async (sleep: number) => (await functions.invoke("warm", { sleep })).value as [number, number];
    const [first] = await once(0);
    assert.deepEqual(await once(0), [first, 2]);
    const several = await Promise.all([1, 1, 1].map(once));
    assert.ok(new Set(several.map(([pid]) => pid)).size >= 2, "several processes");
  });

  it("fail with Python's error and stack, below /var/task", async () => {
    const code = `
def inner():
    raise ValueError("no ü")
def handler(event, context):
    inner()`;
    await create("fails", code);
    const { errorType, errorMessage, stackTrace, log } = await failure("fails");
    assert.deepEqual([errorType, errorMessage], ["ValueError", "no ü"]);
    assert.equal(stackTrace?.[0], '  File "/var/task/app.py", line 5, in handler\n    inner()\n');
    assert.match(log, /\[ERROR\] ValueError: no ü\nTraceback \(most recent call last\):\n.*File "\/var\/task\/app.py"/);
  });

  it("fail at the start with the runtime's own errors", async () => {
    const cases: [string, string, string, string, RegExp][] = [
      ["syntax", "def handler(:", "app.handler", "Runtime.UserCodeSyntaxError", /Syntax error in module 'app'/],
      ["import", "import nowhere", "app.handler", "Runtime.ImportModuleError", /No module named 'nowhere'/],
      ["missing", "", "app.handler", "Runtime.HandlerNotFound", /Handler 'handler' missing on module 'app'/],
      ["named", "", "handler", "Runtime.MalformedHandlerName", /Bad handler 'handler'/],
      ["raises", "raise KeyError('x')", "app.handler", "KeyError", /x/],
    ];
    for (const [name, code, Handler, type, message] of cases) {
      await create(`start-${name}`, code, { Handler });
      const { errorType, errorMessage, log } = await failure(`start-${name}`);
      assert.equal(errorType, type);
      assert.match(errorMessage, message);
      assert.match(log, new RegExp(`INIT_REPORT .*Status: error\tError Type: ${type.replace(".", "\\.")}`));
      assert.doesNotMatch(errorMessage + log, new RegExp(functions.test.directory));
    }
  });

  it("end by sys.exit and by signals as AWS says it, and the next request has a new process", async () => {
    const code = `
import os, sys
def handler(event, context):
    if "status" in event: sys.exit(event["status"])
    if "signal" in event: os.kill(os.getpid(), event["signal"])
    return os.getpid()`;
    await create("exits", code);
    const { value: first } = await functions.invoke("exits", {});
    const ends: [object, RegExp][] = [
      [{ status: 3 }, /Runtime exited with error: exit status 3$/],
      [{ status: 0 }, /Runtime exited without providing a reason$/],
      [{ signal: 11 }, /Runtime exited with error: signal: segmentation fault$/],
    ];
    for (const [event, expected] of ends) {
      const { errorType, errorMessage } = await failure("exits", event);
      assert.equal(errorType, "Runtime.ExitError");
      assert.match(errorMessage, expected);
      assert.match(errorMessage, /^RequestId: [0-9a-f-]{36} Error: /);
    }
    const { value: after, error } = await functions.invoke("exits", {});
    assert.equal(error, undefined);
    assert.notEqual(after, first);
  });

  it("are killed at their timeout, with all that they have started", async () => {
    const code = `
import subprocess, time
def handler(event, context):
    child = subprocess.Popen(["sleep", "600"])
    print("child", child.pid)
    time.sleep(600)`;
    await create("slow", code, { Timeout: 1 });
    const { errorType, errorMessage, log } = await failure("slow");
    assert.equal(errorType, "Sandbox.Timedout");
    assert.match(errorMessage, /Task timed out after 1\.00 seconds$/);
    const pid = Number(/^child (\d+)$/m.exec(log)?.[1]);
    assert.ok(pid > 0, log);
    while (existsSync(`/proc/${pid}/cmdline`) && process.platform === "linux") await wait(20);
  });

  it("are killed when they and their children have more memory than they may", async () => {
    const code = `
import subprocess, sys, time
hoard = "import time; data = bytearray(300 * 1024 * 1024); time.sleep(60)"
def handler(event, context):
    if event.get("child"): subprocess.run([sys.executable, "-c", hoard])
    data = bytearray(event["mb"] * 1024 * 1024)
    time.sleep(0.5)
    return len(data)`;
    await create("hungry", code, { MemorySize: 192, Timeout: 30 });
    const { value, log } = await functions.invoke("hungry", { mb: 64 });
    assert.equal(value, 64 * 1024 * 1024);
    const used = Number(/Max Memory Used: (\d+) MB/.exec(log)?.[1]);
    assert.ok(used >= 64 && used < 192, log);
    for (const event of [{ mb: 400 }, { mb: 1, child: true }]) {
      const { errorType, errorMessage, log: said } = await failure("hungry", event);
      assert.equal(errorType, "Runtime.OutOfMemory");
      assert.match(errorMessage, /signal: killed$/);
      assert.match(said, /Max Memory Used: 192 MB\t/);
    }
  });

  it("take and give large payloads, and are told of an answer that is too large", async () => {
    await create(
      "large",
      `def handler(event, context): return "x" * event["size"] if "size" in event else len(event["text"])`,
      {
        MemorySize: 512,
      },
    );
    assert.equal((await functions.invoke("large", { text: "ü".repeat(2_900_000) })).value, 2_900_000);
    assert.equal((await functions.invoke("large", { size: 6_000_000 })).value, "x".repeat(6_000_000));
    const { errorType, errorMessage } = await failure("large", { size: 6_500_000 });
    assert.equal(errorType, "Function.ResponseSizeTooLarge");
    assert.match(errorMessage, /\(6291556 bytes\)/);
    assert.equal((await functions.invoke("large", { text: "a" })).value, 1);
  });

  it("have packages for this machine, where theirs are for another", async function () {
    const foreign = `${"\x7fELF".padEnd(18, "\0")}\xff\xff`;
    const files = {
      "app.py":
        "import markupsafe\ndef handler(e, c): return [str(markupsafe.escape('<')), markupsafe.__file__.startswith('/var')]",
      "markupsafe/__init__.py": "raise ImportError('not for this machine')",
      "markupsafe/_speedups.so": foreign,
      "requirements.txt": "MarkupSafe==3.0.2\n",
    };
    await create("foreign", "", { Code: { ZipFile: zip(files) } });
    const { value } = await functions.invoke("foreign").catch((error: Error) => {
      assert.match(
        error.message,
        /could not be installed for this machine \(.*; with a network, run: \S+python -m pip install /,
      );
      console.log("    no package index can be reached");
      return this.skip();
    });
    assert.deepEqual(value, ["&lt;", false]);
  });

  it("have packages of layers for this machine, too", async function () {
    const foreign = `${"\x7fELF".padEnd(18, "\0")}\xff\xff`;
    const content = {
      "python/markupsafe/__init__.py": "raise ImportError('not for this machine')",
      "python/markupsafe/_speedups.so": foreign,
      "python/requirements-0123abcd.txt": "MarkupSafe==3.0.2\n",
      "python/shared.py": "name = 'layer'",
    };
    const { LayerVersionArn } = await functions.lambda.send(
      new PublishLayerVersionCommand({ LayerName: "foreign", Content: { ZipFile: zip(content) } }),
    );
    const code = `
import markupsafe, shared
def handler(e, c): return [str(markupsafe.escape('<')), shared.name]`;
    await create("foreign-layer", code, { Layers: [LayerVersionArn as string] });
    const { value } = await functions.invoke("foreign-layer").catch((error: Error) => {
      assert.match(error.message, /could not be installed for this machine/);
      console.log("    no package index can be reached");
      return this.skip();
    });
    assert.deepEqual(value, ["&lt;", "layer"]);
  });

  it("find modules of their package, of nested folders and of layers", async () => {
    const layer = await functions.lambda.send(
      new PublishLayerVersionCommand({
        LayerName: "shared",
        Content: { ZipFile: zip({ "python/shared.py": "name = 'layer'" }) },
      }),
    );
    const files = { "src/app.py": "import shared, src.other\ndef handler(e, c): return [shared.name, src.other.name]" };
    const ZipFile = zip({ ...files, "src/other.py": "name = 'other'" });
    await create("layered", "", {
      Handler: "src/app.handler",
      Code: { ZipFile },
      Layers: [layer.LayerVersionArn as string],
    });
    assert.deepEqual((await functions.invoke("layered")).value, ["layer", "other"]);
  });
});
