import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ComponentResource } from "@pulumi/pulumi";
import { type CodeLocation, locateCode } from "../../../components/function/codeUpload.ts";
import { check } from "../../../policy/check.ts";
import { defaultTags, resourcesOf } from "../../policy/support/resources.ts";
import { record } from "../support/record.ts";

const limit = 50 * 1024 * 1024;

describe("archives of code", () => {
  let folder = "";
  before(() => (folder = mkdtempSync(join(tmpdir(), "code-"))));
  after(() => rmSync(folder, { recursive: true }));

  function archive(size: number, start: string): string {
    const path = join(folder, `${start}.zip`);
    writeFileSync(path, start);
    truncateSync(path, size);
    return path;
  }

  /** What Lambda is told of archives, and what is made for that. */
  async function locate(...paths: string[]) {
    const locations: CodeLocation[] = [];
    const made = await record(() => {
      const parent = new ComponentResource("test:index:Parent", "parent");
      for (const [index, path] of paths.entries()) locations.push(locateCode(`f${index}`, path, parent));
    });
    return { locations, made };
  }

  it("are sent with the request up to 50 MB", async () => {
    const { locations, made } = await locate(archive(limit, "a"));
    assert.deepEqual(Object.keys(locations[0]!), ["code"]);
    assert.deepEqual(made.names(), ["test:index:Parent parent"]);
  });

  it("above that are in the stack's one bucket for them, by a hash of their bytes", async () => {
    const { locations, made } = await locate(archive(limit + 1, "a"), archive(limit + 1, "b"));
    assert.deepEqual(locations.map(Object.keys), [
      ["s3Bucket", "s3Key"],
      ["s3Bucket", "s3Key"],
    ]);
    assert.deepEqual(
      made.names().filter((name) => name.startsWith("aws:s3/bucket:")),
      ["aws:s3/bucket:Bucket function-code"],
    );
    const keyOf = (of: typeof made, name: string) => of.get("aws:s3/bucketObject:BucketObject", name).inputs.key;
    assert.match(keyOf(made, "f0-code"), /^f0\/[0-9a-f]{32}\.zip$/);
    assert.deepEqual(check(resourcesOf(made), { stack: "test", publicRoutes: [], defaultTags }), []);
    const again = await locate(archive(limit + 1, "b"));
    assert.equal(keyOf(again.made, "f0-code"), keyOf(made, "f1-code").replace("f1", "f0"));
    assert.notEqual(keyOf(again.made, "f0-code"), keyOf(made, "f0-code"));
  });
});
