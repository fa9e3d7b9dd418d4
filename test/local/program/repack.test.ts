import assert from "node:assert/strict";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { type EngineEvent, Platform } from "pulumi-local";
import { prepareAccount } from "../../../bootstrap/localAccount.ts";
import { repack } from "../../../components/function/repack.ts";

/** Saved handlers: what their functions become without the program is what the program would make of them. */
describe("handlers that are packed again, without the program", function () {
  this.timeout(180_000);
  const handlers = mkdtempSync(join(import.meta.dirname, "fixtures/repacked/handlers-"));
  const folder = relative(process.cwd(), handlers);
  const state = mkdtempSync(join(tmpdir(), "repacked-"));
  const events: EngineEvent[] = [];
  let platform: Platform;

  const save = (name: string, text: string): string => {
    writeFileSync(join(handlers, `${name}.ts`), text);
    utimesSync(join(handlers, `${name}.ts`), 1, 1);
    return `${folder}/${name}.ts`;
  };
  const answers = (text: string) =>
    `import { word } from "./word.ts";\nexport const handler = async () => ({ statusCode: 200, body: \`${text} \${word}\` });`;

  before(async () => {
    save("word", 'export const word = "one";');
    for (const name of ["shared", "own", "nightly"]) save(name, answers(name));
    platform = await Platform.open({
      programDirectory: join(import.meta.dirname, "fixtures/repacked"),
      stack: "local",
      config: { folder },
      local: { prepare: prepareAccount },
      stateDirectory: state,
      awsPort: 0,
      apiPort: 0,
      onEvent: (event) => events.push(event),
    });
    await platform.up();
    assert.equal(await platform.engine.study(), true);
  });
  after(async () => {
    await platform?.close();
    for (const one of [state, handlers]) rmSync(one, { recursive: true, force: true });
  });

  const body = async (path: string) => (await fetch(`${platform.engine.outputs().url}${path}`)).text();
  /** What has been done since it was last asked: `update shared-live`. */
  const done = (): string[] =>
    events
      .splice(0)
      .flatMap((event) =>
        event.kind === "step" && event.status === "done" && event.operation !== "same"
          ? [`${event.operation} ${event.urn.split("::").at(-1)}`]
          : [],
      )
      .sort();
  /** All that is known; a program asks for what does not depend on each other in any order. */
  const known = () => ({
    outputs: platform.engine.outputs(),
    resources: platform.engine.resources().toSorted((a, b) => (a.urn < b.urn ? -1 : 1)),
  });

  it("updates one handler's function and its alias, which answers at once", async () => {
    events.length = 0;
    const file = save("own", answers("another"));
    assert.equal(await platform.repack([file], repack), true);
    assert.deepEqual(done(), ["update api-get-own", "update api-get-own-live"]);
    assert.deepEqual([await body("/own"), await body("/shared")], ["another one", "shared one"]);
  });

  it("updates every function that a file went into", async () => {
    const file = save("word", 'export const word = "two";');
    assert.equal(await platform.repack([file], repack), true);
    assert.deepEqual(
      done(),
      ["api-get-own", "nightly", "shared"].flatMap((name) => [`update ${name}`, `update ${name}-live`]),
    );
    assert.deepEqual([await body("/own"), await body("/shared")], ["another two", "shared two"]);
  });

  it("keeps the last good version when a handler cannot be bundled", async () => {
    const broken = save("own", "export const handler = async ( => {};");
    await assert.rejects(platform.repack([broken], repack), /a handler could not be bundled: .*own\.ts:1/);
    assert.deepEqual([done(), await body("/own")], [[], "another two"]);
    assert.equal(await platform.repack([save("own", answers("mended"))], repack), true);
    assert.equal(await body("/own"), "mended two");
  });

  it("has made what the program makes: the same bytes, versions, outputs and state", async () => {
    const quick = known();
    const code = quick.resources.find(({ urn }) => urn.endsWith("::api-get-own"))?.outputs.codeSha256;
    done();
    const { counts } = await platform.up();
    const { same, ...changes } = counts;
    assert.deepEqual([same, Object.values(changes).every((count) => count === 0)], [quick.resources.length, true]);
    assert.deepEqual(known(), quick);
    const { Configuration } = await platform.local.cloud.call<{ Configuration: { CodeSha256: string } }>(
      "lambda",
      "GetFunction",
      { FunctionName: quick.resources.find(({ urn }) => urn.endsWith("::api-get-own"))?.id },
    );
    assert.equal(Configuration.CodeSha256, code);
  });

  it("leaves to the program what only it can do", async () => {
    assert.equal(
      await platform.repack([save("own", answers("later"))], repack),
      false,
      "it has run since it was studied",
    );
    assert.equal(await platform.engine.study(), true);
    assert.equal(await platform.repack([save("unused", answers("unused"))], repack), false);
    assert.equal(await body("/own"), "mended two");
  });
});
