import assert from "node:assert/strict";
import { RunError } from "@pulumi/pulumi";
import type { CodeFunctionArgs } from "../../components/codeFunction.ts";
import { NodeFunction } from "../../components/nodeFunction.ts";
import { PythonFunction } from "../../components/pythonFunction.ts";
import { record } from "./support/record.ts";

const entry = "test/components/function/python/fixtures/app/app.py";
const inNode = "handlers/whodis/index.ts";

describe("PythonFunction", function () {
  this.timeout(60_000);
  const settings: [string, Omit<CodeFunctionArgs, "entry" | "callback">][] = [
    ["nothing else", {}],
    [
      "everything",
      {
        description: "greets",
        memory: 512,
        timeout: 60,
        environment: { COLOUR: "b" },
        bindings: {
          TABLE: { value: "t", statements: [{ Effect: "Allow", Action: ["dynamodb:GetItem"], Resource: ["*"] }] },
        },
        statements: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: ["*"] }],
        reservedConcurrency: 5,
        asynchronous: { retries: 1 },
        schedule: { expression: "rate(1 hour)" },
        logRetention: 7,
        layers: ["arn:aws:lambda:eu-west-1:123456789012:layer:l:1"],
        deployment: { type: "Canary10Percent5Minutes", preTraffic: { entry } },
      },
    ],
  ];
  for (const [what, args] of settings) {
    it(`makes what a NodeFunction makes, with the same rights: ${what}`, async () => {
      const python = await record(() => new PythonFunction("hello", { entry, ...args } as never));
      const node = await record(() => new NodeFunction("hello", { entry: inNode, ...args } as never));
      const plain = ({ all }: typeof node) =>
        all.map(({ inputs: { code, handler, runtime, environment, ...inputs }, formerTypes, ...rest }) => {
          const { NODE_OPTIONS, ...variables } =
            (environment as { variables?: Record<string, string> })?.variables ?? {};
          return JSON.stringify({ ...rest, inputs, variables }).replaceAll(
            "PythonFunction hello",
            "NodeFunction hello",
          );
        });
      const own = (texts: string[]) =>
        texts.map((text) => text.replace('"dsp:index:PythonFunction"', '"dsp:index:NodeFunction"'));
      assert.deepEqual(own(plain(python)), own(plain(node)));
    });
  }

  it("is the same function as one in TypeScript of its name, changed: its log group has the name already", async () => {
    const types = async (build: () => unknown) => (await record(build)).all[0]?.formerTypes;
    assert.deepEqual(await types(() => new PythonFunction("hello", { entry })), ["dsp:index:NodeFunction"]);
    assert.deepEqual(await types(() => new NodeFunction("hello", { entry: inNode })), ["dsp:index:PythonFunction"]);
  });

  it("runs on Lambda's Python, without what only Node.js reads", async () => {
    const made = await record(() => new PythonFunction("hello", { entry }));
    const { code, handler, runtime, architectures, environment } = made.get(
      "aws:lambda/function:Function",
      "hello",
    ).inputs;
    assert.deepEqual(
      [code, handler, runtime, architectures],
      [{ archive: "package.zip" }, "app.lambda_handler", "python3.13", ["arm64"]],
    );
    assert.deepEqual(environment.variables, {
      POWERTOOLS_METRICS_NAMESPACE: "platform/test",
      POWERTOOLS_SERVICE_NAME: "hello",
    });
  });

  it("refuses a handler that is not there before anything is registered", async () => {
    const made = await record(() => {
      assert.throws(
        () => new PythonFunction("hello", { entry, handler: "handle" }),
        (error) =>
          RunError.isInstance(error) &&
          error.message ===
            `PythonFunction "hello": handler is "handle"; allowed is a function that ${entry} defines: lambda_handler, words`,
      );
      assert.throws(() => new PythonFunction("hello", { entry: "none.py" }), /entry is "none\.py"; allowed is a file/);
      assert.throws(
        () => new NodeFunction("hello", { entry: inNode, handler: "x" } as never),
        /handler is "x"; allowed is none: it is of functions in Python/,
      );
    });
    assert.deepEqual(made.names(), []);
  });
});
