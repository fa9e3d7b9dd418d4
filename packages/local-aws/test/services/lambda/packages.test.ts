import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DeleteFunctionCommand, UpdateFunctionCodeCommand } from "@aws-sdk/client-lambda";
import { strToU8, type Zippable, zipSync } from "fflate";
import { type Functions, startFunctions, zip } from "../../../testing/lambda.ts";

describe("packages of functions", () => {
  let functions: Functions;
  before(async () => {
    functions = await startFunctions();
  });
  after(() => functions.test.stop());

  const folder = async () =>
    (await readdir(join(functions.test.cloud.directory, "lambda"))).filter((name) => name !== "runtime");
  const files = (mark: string) =>
    zip({
      "index.mjs": `import { part } from "./part.mjs"; export const handler = async () => part;`,
      "part.mjs": `export const part = ${JSON.stringify(mark)};`,
      ...Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`more/${index}.js`, `// ${mark}`])),
    });

  it("are there for every function, while others of the same and of other packages come and go", async () => {
    const shared = files("shared");
    const lane = async (lane: number) => {
      for (let round = 0; round < 8; round++) {
        const [name, mark] = [`f-${lane}-${round}`, lane % 3 === 0 ? `own-${lane}-${round}` : "shared"];
        await functions.create(name, "", { Code: { ZipFile: mark === "shared" ? shared : files(mark) } });
        const { value } = await functions.invoke(name);
        assert.equal(value, mark);
        await functions.lambda.send(new DeleteFunctionCommand({ FunctionName: name }));
      }
    };
    await Promise.all(Array.from({ length: 6 }, (_, index) => lane(index)));
    assert.deepEqual(await folder(), []);
  });

  it("stay a while when they are replaced, whoever is deleted", async () => {
    await functions.create("replaced", "", { Code: { ZipFile: files("before") } });
    const before = await folder();
    const update = { FunctionName: "replaced", ZipFile: files("after") };
    await functions.lambda.send(new UpdateFunctionCodeCommand(update));
    await functions.create("other", "export const handler = async () => 1");
    await functions.lambda.send(new DeleteFunctionCommand({ FunctionName: "other" }));
    const after = await folder();
    assert.deepEqual(
      before.filter((name) => !after.includes(name)),
      [],
    );
  });

  it("that cannot be unpacked are the caller's fault", async () => {
    const archives: Zippable[] = [
      { "a\0.js": strToU8("") },
      { a: strToU8("x"), "a/b.js": strToU8("x") },
      { [`${"n".repeat(300)}.js`]: strToU8("x") },
      { "../out.js": strToU8("x") },
    ];
    for (const entries of archives) {
      await assert.rejects(functions.create("bad", "", { Code: { ZipFile: zipSync(entries) } }), {
        name: "InvalidParameterValueException",
        message: /Could not unzip uploaded file/,
      });
    }
  });
});
