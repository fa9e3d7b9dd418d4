import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { findJudges } from "../../../scripts/conformance/judges.ts";
import { Failure } from "../../../scripts/lib/failure.ts";

describe("judges on this machine", () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "judges-")));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const put = (path: string) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), "", { mode: 0o755 });
  };
  const find = (...folders: string[]) =>
    findJudges({ PATH: folders.map((leaf) => join(folder, leaf)).join(delimiter), PULUMI_HOME: join(folder, "home") });

  it("are missed by name", () => {
    assert.deepEqual(find("bin"), {
      missing: { pulumi: "no pulumi on PATH", terraform: "no terraform on PATH", recorded: "no --recorded FOLDER" },
    });
  });

  it("are found on PATH, a plugin beside the CLI", () => {
    for (const name of ["pulumi", "pulumi-resource-aws", "terraform"]) put(`bin/${name}`);
    assert.deepEqual(find("none", "bin"), {
      pulumi: join(folder, "bin/pulumi"),
      terraform: join(folder, "bin/terraform"),
      missing: { recorded: "no --recorded FOLDER" },
    });
  });

  it("have plugins in their home, too", () => {
    put("bin/pulumi");
    assert.match(find("bin").missing.pulumi ?? "", /no plugin aws: pulumi plugin install resource aws/);
    put("home/plugins/resource-aws-v7.48.0/pulumi-resource-aws");
    assert.equal(find("bin").pulumi, join(folder, "bin/pulumi"));
  });

  it("have recorded answers where they are said to be", () => {
    assert.throws(
      () => findJudges({ PATH: "" }, folder),
      new Failure(`--recorded is "${folder}"; allowed is a folder of recorded answers with their run.sh`),
    );
    put("run.sh");
    const { recorded, missing } = findJudges({ PATH: "" }, folder);
    assert.deepEqual([recorded, missing.recorded], [folder, undefined]);
  });

  it("are not the package of npm, which downloads a CLI", () => {
    put("node_modules/.bin/pulumi");
    put("home/plugins/resource-aws-v7.48.0/pulumi-resource-aws");
    assert.equal(find("node_modules/.bin").pulumi, undefined);
  });
});
