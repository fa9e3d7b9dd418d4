import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { readConfig } from "../../../scripts/lib/config.ts";
import { editConfig } from "../../../scripts/lib/editConfig.ts";
import { Failure } from "../../../scripts/lib/failure.ts";

describe("editing a stack's configuration", () => {
  let folder: string;
  const before = process.cwd();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "config-"));
    process.chdir(folder);
    writeFileSync("Pulumi.yaml", "name: platform\nruntime: nodejs\n");
  });
  afterEach(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });

  const edit = async (text: string, values: Record<string, string>) => {
    writeFileSync("Pulumi.dev.yaml", text);
    const changed = await editConfig("dev", values);
    return { changed, text: readFileSync("Pulumi.dev.yaml", "utf8") };
  };

  const written = `# The stack of the team.
config:
    aws:region:   eu-west-1 # nearest
    aws:allowedAccountIds: ["000000000000"]

    # Who pays.
    aws:defaultTags:
        tags: { project: p, stack: dev,
                owner: o }   # all of them
# the end
encryptionsalt: v1:abc=
`;

  it("adds lines, and changes none", async () => {
    const { changed, text } = await edit(written, { id: "A_SFCRole=2_x/abc=", user: "arn:aws:iam::1:user/x" });
    assert.equal(changed, true);
    const added = "    platform:id: A_SFCRole=2_x/abc=\n    platform:user: arn:aws:iam::1:user/x\n";
    assert.equal(text, written.replace("# all of them\n", `# all of them\n${added}`));
  });

  it("replaces a value where it is, with its comment", async () => {
    const { text } = await edit("config:\n  platform:id: old # from Snowflake\n  b: 1\n", { id: "new" });
    assert.equal(text, "config:\n  platform:id: new # from Snowflake\n  b: 1\n");
  });

  it("leaves the file alone when it has the values", async () => {
    assert.equal((await edit("config:\n  platform:id: x\n", { id: "x" })).changed, false);
  });

  const shapes: Record<string, string> = {
    "an empty file": "",
    "a file without config": "encryptionsalt: v1:abc=\n",
    "an empty config": "config: {}\n",
    "a config in one line": "config: { a: 1 }\n",
    "a config whose last value is missing": "config:\n  a: 1\n  b:\n",
    "a last value in several lines": "config:\n  a: |\n    one\n    two\n\nother: 1\n",
    "no line break at the end": "config:\n  a: 1",
    "line breaks of Windows": "config:\r\n  a: 1\r\nother: 2\r\n",
  };
  for (const [what, text] of Object.entries(shapes)) {
    it(`takes ${what}`, async () => {
      const values = { id: "12345", other: "yes", text: "with: colon # and 'quotes'" };
      const edited = await edit(text, values);
      const expected = parse(text) ?? {};
      const config = Object.fromEntries(Object.entries(values).map(([key, value]) => [`platform:${key}`, value]));
      assert.deepEqual(parse(edited.text), { ...expected, config: { ...expected.config, ...config } });
      assert.equal(readConfig("org/platform/dev")["platform:id"], "12345");
    });
  }

  it("is of the local stack this machine's own file, whose values win", async () => {
    writeFileSync("Pulumi.local.yaml", "config:\n  platform:id: ours\n  platform:size: 1\n");
    assert.equal(await editConfig("local", { id: "mine" }), true);
    assert.equal(await editConfig("local", { id: "mine" }), false);
    assert.deepEqual(readConfig("local"), { "platform:id": "mine", "platform:size": 1 });
    assert.equal(readFileSync("Pulumi.local.yaml", "utf8"), "config:\n  platform:id: ours\n  platform:size: 1\n");
    assert.match(
      readFileSync("Pulumi.local.own.yaml", "utf8"),
      /^# This machine's own.*\n\nconfig:\n {2}platform:id: mine\n$/,
    );
  });

  it("says what is wrong with a stack that has no file, a broken file, and a folder that is no project", async () => {
    const failing = (pattern: RegExp) => (error: unknown) => error instanceof Failure && pattern.test(error.message);
    await assert.rejects(editConfig("typo", { a: "1" }), failing(/no Pulumi.typo.yaml. Is "typo" the stack's name/));
    writeFileSync("Pulumi.dev.yaml", "config: [1\n");
    await assert.rejects(editConfig("dev", { a: "1" }), failing(/^Pulumi.dev.yaml: /));
    rmSync("Pulumi.yaml");
    await assert.rejects(editConfig("dev", { a: "1" }), failing(/no Pulumi.yaml with a name/));
  });
});
