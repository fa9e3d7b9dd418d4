import assert from "node:assert/strict";
import { PublishLayerVersionCommand } from "@aws-sdk/client-lambda";
import { type Functions, startFunctions, zip } from "../../../testing/lambda.ts";

describe("functions run", () => {
  let functions: Functions;
  before(async () => {
    functions = await startFunctions();
  });
  after(() => functions.test.stop());

  const failure = (value: unknown) => value as { errorType: string; errorMessage: string; trace?: string[] };

  it("with event and context as AWS gives them", async () => {
    const code = `export const handler = async (event, context) => ({
      event, context, remaining: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID })`;
    await functions.create("context", code, { Timeout: 7, MemorySize: 256 });
    const { value, version, error } = await functions.invoke("context", { a: [1, "ü"] });
    const { event, context, remaining, trace } = value as Record<string, unknown>;
    assert.equal(error, undefined);
    assert.equal(version, "$LATEST");
    assert.deepEqual(event, { a: [1, "ü"] });
    const { awsRequestId, logStreamName, ...rest } = context as Record<string, string>;
    assert.deepEqual(rest, {
      functionName: "context",
      functionVersion: "$LATEST",
      memoryLimitInMB: "256",
      logGroupName: "/aws/lambda/context",
      invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:context",
    });
    assert.match(awsRequestId as string, /^[0-9a-f-]{36}$/);
    assert.match(logStreamName as string, /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    assert.ok((remaining as number) > 6000 && (remaining as number) <= 7000);
    assert.match(trace as string, /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/);
  });

  it("with AWS's variables, their own and the role's credentials, and nothing of this machine's", async () => {
    process.env.LEAKED_FROM_HOST = "yes";
    await functions.create("variables", "export const handler = async () => process.env", {
      Environment: { Variables: { TABLE: "iris", LEAK: "no" } },
    });
    const { value } = await functions.invoke("variables");
    delete process.env.LEAKED_FROM_HOST;
    const env = value as Record<string, string>;
    assert.equal(env.TABLE, "iris");
    assert.equal(env.LEAKED_FROM_HOST, undefined);
    assert.equal(env.AWS_ENDPOINT_URL, functions.test.origin);
    assert.equal(env.AWS_LAMBDA_FUNCTION_NAME, "variables");
    assert.equal(env.AWS_EXECUTION_ENV, "AWS_Lambda_nodejs24.x");
    assert.equal(env.AWS_REGION, "us-east-1");
    assert.match(env.AWS_ACCESS_KEY_ID as string, /^ASIA/);
    assert.equal(env.HOME, "/tmp");
    const known = /^(AWS_|_HANDLER|_X_AMZN|LAMBDA_|TABLE|LEAK|PATH|LANG|TZ|HOME)/;
    assert.deepEqual(
      Object.keys(env).filter((name) => !known.test(name)),
      [],
    );
  });

  it("may call AWS as their role, and no further", async () => {
    const code = `import { STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
      import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
      export const handler = async () => {
        const { Arn } = await new STSClient({}).send(new GetCallerIdentityCommand({}));
        const denied = await new LambdaClient({}).send(new ListFunctionsCommand({})).catch((error) => error.name);
        return { Arn, denied };
      }`;
    await functions.create("caller", code, { Timeout: 10 });
    const { value } = await functions.invoke("caller");
    const { Arn, denied } = value as { Arn: string; denied: string };
    assert.match(Arn, /^arn:aws:sts::000000000000:assumed-role\/minted-\d+\/caller$/);
    assert.equal(denied, "AccessDeniedException");
  });

  it("as CommonJS, in nested folders, and by nested exports", async () => {
    await functions.create("commonjs", "", {
      Handler: "src/app.things.handler",
      Code: {
        ZipFile: zip({
          "src/app.js": "exports.things = { handler: async () => require('./other') }",
          "src/other.js": "module.exports = 7",
        }),
      },
    });
    assert.equal((await functions.invoke("commonjs")).value, 7);
    await functions.create("assigned", "", {
      Code: {
        ZipFile: zip({ "index.js": "const name = 'handler'; module.exports = { [name]: async () => 'assigned' }" }),
      },
    });
    assert.equal((await functions.invoke("assigned")).value, "assigned");
  });

  it("with their layers as modules", async () => {
    const { lambda } = functions;
    const { LayerVersionArn } = await lambda.send(
      new PublishLayerVersionCommand({
        LayerName: "tools",
        Content: { ZipFile: zip({ "nodejs/node_modules/tool/index.js": "module.exports = 'from the layer'" }) },
      }),
    );
    await functions.create("layered", "", {
      Layers: [LayerVersionArn as string],
      Code: { ZipFile: zip({ "index.js": "exports.handler = async () => require('tool')" }) },
    });
    assert.equal((await functions.invoke("layered")).value, "from the layer");
  });

  it("with no module that AWS would not have", async () => {
    await functions.create("stray", `import "mocha"; export const handler = async () => 1`);
    const { value, error } = await functions.invoke("stray");
    assert.equal(error, "Unhandled");
    assert.match(failure(value).errorMessage, /^Cannot find package 'mocha' imported from /);
  });

  it("in one environment as long as it is free", async () => {
    await functions.create("counter", "let count = 0; export const handler = async () => ++count");
    assert.equal((await functions.invoke("counter")).value, 1);
    assert.equal((await functions.invoke("counter")).value, 2);
    await functions.create(
      "busy",
      "let n = 0; export const handler = async () => { await new Promise((r) => setTimeout(r, 300)); return ++n }",
    );
    const answers = await Promise.all([1, 2, 3].map(() => functions.invoke("busy")));
    assert.deepEqual(
      answers.map(({ value }) => value),
      [1, 1, 1],
    );
  });

  it("again after a thrown error, in the same environment", async () => {
    const code = `let count = 0; export const handler = async (event) => { count++; if (event.fail) throw new TypeError("no luck"); return count }`;
    await functions.create("throws", code);
    const { value, error, log } = await functions.invoke("throws", { fail: true });
    assert.equal(error, "Unhandled");
    assert.equal(failure(value).errorType, "TypeError");
    assert.equal(failure(value).errorMessage, "no luck");
    assert.match(failure(value).trace?.[1] ?? "", /at handler \(file:\/\/\/var\/task\/index\.mjs:1:\d+\)/);
    assert.match(log, /\tERROR\tInvoke Error \t\{"errorType":"TypeError","errorMessage":"no luck","stack":\[/);
    assert.equal((await functions.invoke("throws", {})).value, 2);
  });

  const fatal: [string, string, object, string, RegExp][] = [
    ["throws while it loads", "throw new RangeError('at start')", {}, "RangeError", /^at start$/],
    [
      "has no such handler",
      "export const other = 1",
      {},
      "Runtime.HandlerNotFound",
      /^index\.handler is undefined or not exported$/,
    ],
    [
      "has no such module",
      "",
      { Handler: "missing.handler" },
      "Runtime.ImportModuleError",
      /^Error: Cannot find module 'missing'/,
    ],
    ["does not parse", "export const = 1", {}, "Runtime.UserCodeSyntaxError", /^SyntaxError: /],
    [
      "takes a callback",
      "export const handler = (event, context, callback) => callback(null, 1)",
      {},
      "Runtime.CallbackHandlerDeprecated",
      /removed support for callback-based function handlers/,
    ],
    [
      "leaves the process",
      "export const handler = async () => process.exit(3)",
      {},
      "Runtime.ExitError",
      /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 3$/,
    ],
    [
      "leaves the process well",
      "export const handler = async () => process.exit(0)",
      {},
      "Runtime.ExitError",
      /Runtime exited without providing a reason$/,
    ],
    [
      "never ends",
      "export const handler = async () => { for (;;); }",
      { Timeout: 1 },
      "Sandbox.Timedout",
      /^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/,
    ],
    [
      "never settles",
      "export const handler = () => new Promise(() => {})",
      {},
      "Runtime.NodeJsExit",
      /Promise that was never settled/,
    ],
    [
      "fills the heap",
      "export const handler = async () => { const all = []; for (;;) all.push(new Array(1e5).fill({})) }",
      { Timeout: 20 },
      "Runtime.OutOfMemory",
      /signal: killed$/,
    ],
    [
      "fills buffers",
      "export const handler = async () => { const all = []; for (;;) { all.push(Buffer.alloc(4e6, 1)); await new Promise((r) => setTimeout(r, 4)) } }",
      { Timeout: 20 },
      "Runtime.OutOfMemory",
      /signal: killed$/,
    ],
    [
      "forgets a rejection",
      "export const handler = async () => { Promise.reject(new Error('later')); await new Promise((r) => setTimeout(r, 500)) }",
      {},
      "Runtime.UnhandledPromiseRejection",
      /^Error: later$/,
    ],
    [
      "throws in the background",
      "export const handler = () => new Promise(() => setTimeout(() => { throw new Error('aside') }, 1))",
      {},
      "Error",
      /^aside$/,
    ],
    [
      "answers what is no JSON",
      "export const handler = async () => 1n",
      {},
      "Runtime.JSONStringifyError",
      /^Unable to stringify response body$/,
    ],
    [
      "answers too much",
      "export const handler = async () => 'x'.repeat(6291557)",
      {},
      "Function.ResponseSizeTooLarge",
      /exceeded maximum allowed payload size \(6291556 bytes\)/,
    ],
  ];
  for (const [index, [what, code, settings, errorType, message]] of fatal.entries()) {
    it(`and fail as on AWS when one ${what}`, async () => {
      await functions.create(`fatal-${index}`, code, settings);
      const { value, error, log } = await functions.invoke(`fatal-${index}`);
      assert.equal(error, "Unhandled");
      assert.equal(failure(value).errorType, errorType);
      assert.match(failure(value).errorMessage, message);
      assert.match(log, /REPORT RequestId: /);
      // The next request gets a new environment and the same answer: nothing hangs.
      assert.equal(failure((await functions.invoke(`fatal-${index}`)).value).errorType, errorType);
    });
  }

  it("say where a rejection came from that nobody heard", async () => {
    const code =
      "export const handler = async () => { Promise.reject(new Error('later')); await new Promise(() => {}) }";
    await functions.create("unheard", code);
    const { value, log } = await functions.invoke("unheard");
    const at = /at (Runtime\.)?handler \(?(file:\/\/)?\/var\/task\/index\.mjs:1:/;
    assert.match((failure(value).trace ?? []).join("\n"), at);
    assert.match(log, at);
  });

  it("keep what they logged before a timeout", async () => {
    await functions.create(
      "last-words",
      `export const handler = async () => { console.log("last words"); for (;;); }`,
      { Timeout: 1 },
    );
    const { log } = await functions.invoke("last-words");
    assert.match(log, /\tINFO\tlast words\n/);
    assert.match(log, /Task timed out after \d+\.\d\d seconds/);
    assert.match(log, /Status: timeout\n$/);
  });

  it("may take callbacks up to nodejs22.x", async () => {
    const code = `export const handler = (event, context, callback) => {
      setTimeout(() => console.log("afterwards"), 20);
      if (event.fail) callback(new Error("called back")); else callback(null, "called");
    }`;
    await functions.create("callback", code, { Runtime: "nodejs22.x" });
    const called = await functions.invoke("callback", {});
    assert.equal(called.value, "called");
    assert.match(called.log, /afterwards/, "it waits for an empty event loop");
    assert.equal(failure((await functions.invoke("callback", { fail: true })).value).errorMessage, "called back");
  });

  it("get new environments when code or configuration changes", async () => {
    const { cloud } = functions.test;
    await functions.create("changing", "export const handler = async () => process.env.COLOUR ?? 'old'");
    assert.equal((await functions.invoke("changing")).value, "old");
    await cloud.call("lambda", "UpdateFunctionConfiguration", {
      FunctionName: "changing",
      Environment: { Variables: { COLOUR: "blue" } },
    });
    assert.equal((await functions.invoke("changing")).value, "blue");
    const ZipFile = zip({ "index.mjs": "export const handler = async () => 'new'" });
    await cloud.call("lambda", "UpdateFunctionCode", { FunctionName: "changing", ZipFile });
    assert.equal((await functions.invoke("changing")).value, "new");
  });
});
