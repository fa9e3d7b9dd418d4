import assert from "node:assert/strict";
import { CreateFunctionCommand, GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { type Functions, startFunctions, zip } from "../../../testing/lambda.ts";

const answer = (value: string) => zip({ "index.mjs": `export const handler = async () => ${JSON.stringify(value)}` });

describe("CreateFunction of Lambda", () => {
  let functions: Functions;
  before(async () => {
    functions = await startFunctions();
  });
  after(() => functions.test.stop());

  const rejects = (work: Promise<unknown>, name: string, message: RegExp) =>
    assert.rejects(work, (error: Error) => {
      assert.equal(error.name, name);
      assert.match(error.message, message);
      return true;
    });

  const refusals: [string, object, string, RegExp][] = [
    [
      "a retired runtime",
      { Runtime: "nodejs14.x" },
      "InvalidParameterValueException",
      /The runtime parameter of nodejs14\.x is no longer supported/,
    ],
    [
      "no runtime at all",
      { Runtime: "cobol" },
      "ValidationException",
      /'cobol' at 'runtime' failed to satisfy constraint/,
    ],
    [
      "a role that does not trust Lambda",
      { Role: "UNTRUSTING" },
      "InvalidParameterValueException",
      /The role defined for the function cannot be assumed by Lambda\./,
    ],
    [
      "a role that is not there",
      { Role: "arn:aws:iam::000000000000:role/nobody" },
      "InvalidParameterValueException",
      /cannot be assumed by Lambda/,
    ],
    [
      "what is no zip file",
      { Code: { ZipFile: Buffer.from("no zip") } },
      "InvalidParameterValueException",
      /Could not unzip uploaded file/,
    ],
    ["no code", { Code: {} }, "InvalidParameterValueException", /Please provide a source for function code/],
    [
      "a reserved variable",
      { Environment: { Variables: { AWS_REGION: "x" } } },
      "InvalidParameterValueException",
      /Reserved keys used in this request: AWS_REGION/,
    ],
    [
      "too many variables",
      { Environment: { Variables: { LONG: "x".repeat(4096) } } },
      "InvalidParameterValueException",
      /exceeded the 4KB limit/,
    ],
    ["too long a timeout", { Timeout: 901 }, "ValidationException", /'901' at 'timeout' .* less than or equal to 900/],
    [
      "too little memory",
      { MemorySize: 64 },
      "ValidationException",
      /'64' at 'memorySize' .* greater than or equal to 128/,
    ],
    [
      "log levels of text",
      { LoggingConfig: { LogFormat: "Text", SystemLogLevel: "WARN" } },
      "InvalidParameterValueException",
      /LogFormat is JSON/,
    ],
    [
      "a layer that is not there",
      { Layers: ["arn:aws:lambda:us-east-1:000000000000:layer:none:1"] },
      "InvalidParameterValueException",
      /layer:none:1 does not exist/,
    ],
  ];
  for (const [what, settings, name, message] of refusals) {
    it(`refuses ${what}`, async () => {
      const given = { ...settings } as { Role?: string };
      if (given.Role === "UNTRUSTING") {
        given.Role = (await functions.test.mintRole(undefined, { trust: "states.amazonaws.com" })).roleArn;
      }
      await rejects(functions.create("refused", "", { Code: { ZipFile: answer("x") }, ...given }), name, message);
      await rejects(
        functions.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "refused" })),
        "ResourceNotFoundException",
        /^Function not found: arn:aws:lambda:us-east-1:000000000000:function:refused$/,
      );
    });
  }

  it("lets only those create functions who may pass the role", async () => {
    const { roleArn } = await functions.test.mintRole();
    const { credentials } = await functions.test.mintRole({ Effect: "Allow", Action: "lambda:*", Resource: "*" });
    const client = functions.test.client(Object.getPrototypeOf(functions.lambda).constructor, { credentials });
    const command = new CreateFunctionCommand({
      FunctionName: "unpassed",
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Role: roleArn,
      Code: { ZipFile: answer("x") },
    });
    const send = (client as typeof functions.lambda).send(command);
    await rejects(send, "AccessDeniedException", /not authorized to perform: iam:PassRole on resource: /);
  });
});
