import assert from "node:assert/strict";
import { type Functions, startFunctions, zip } from "../../../testing/lambda.ts";

const code = "export const handler = () => ({ own: process.env.OWN, wrapped: process.env.WRAPPED });";
const script = `#!/bin/sh
echo "what a script prints is nobody's variables"
export WRAPPED="by $OWN"
exec "$@"
`;

describe("wrapper scripts of Lambda's runtimes", () => {
  let functions: Functions;
  before(async () => {
    functions = await startFunctions();
  });
  after(() => functions.test.stop());

  const create = (name: string, path: string, files: object = {}) =>
    functions.create(name, code, {
      Code: { ZipFile: zip({ "index.mjs": code, ...files }) },
      Environment: { Variables: { OWN: "mine", AWS_LAMBDA_EXEC_WRAPPER: path } },
    });

  it("start the runtime with variables of their own", async () => {
    await create("wrapped", "/var/task/wrapper", { wrapper: script });
    assert.deepEqual((await functions.invoke("wrapped")).value, { own: "mine", wrapped: "by mine" });
  });

  it("that are not there end the runtime with a shell's status", async () => {
    await create("missing", "/var/task/none");
    const { value, error } = await functions.invoke("missing");
    assert.equal(error, "Unhandled");
    const { errorType, errorMessage } = value as { errorType: string; errorMessage: string };
    assert.equal(errorType, "Runtime.ExitError");
    assert.match(errorMessage, /^RequestId: [\w-]+ Error: Runtime exited with error: exit status 127$/);
  });

  it("that start nothing end it with their own", async () => {
    await create("ending", "/var/task/wrapper", { wrapper: "#!/bin/sh\nexit 7\n" });
    assert.match(
      String(((await functions.invoke("ending")).value as { errorMessage: string }).errorMessage),
      /exit status 7$/,
    );
  });
});
