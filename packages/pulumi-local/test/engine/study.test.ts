import assert from "node:assert/strict";
import type { Operation } from "../../src/engine/events.ts";
import { type Goal, goal, noHooks } from "../../src/engine/goal.ts";
import { Study } from "../../src/engine/study.ts";
import { unknown } from "../../src/engine/values.ts";

const link = { kind: "archive", path: "/packages/first", hash: "aa" };
const urn = "urn:pulumi:dev::shop::t:i:Thing::code";

/** A study of one resource with a package, to which `operation` is done. */
function studied(given: Partial<Goal> = {}, operation: Operation = "update"): { study: Study; steady: boolean } {
  const study = new Study();
  study.take(goal({ urn, type: "t:i:Thing", name: "code", inputs: { link, size: 1 }, ...given }));
  study.make(urn, { link, size: 1, label: "size 1", digest: unknown });
  study.note({ kind: "step", urn, type: "t:i:Thing", operation, status: "done", seconds: 0, changes: [] });
  const steady = study.end(
    () => ({ link, size: 1, label: "size 1", digest: "aa", version: "1" }),
    ["/program/index.ts"],
  );
  return { study, steady };
}

describe("A study of what follows from packages", () => {
  it("takes each package for another one, and nothing else", () => {
    const asked = goal({ urn, type: "t:i:Thing", name: "code", inputs: { link, size: 1, text: "aa" } });
    const { link: other, ...rest } = new Study().take(asked).inputs;
    assert.deepEqual(rest, { size: 1, text: "aa" });
    assert.notEqual((other as typeof link).hash, "aa");
  });

  it("knows which outputs another package changes, where packages lie, and what the program is made of", () => {
    const { study, steady } = studied();
    assert.equal(steady, true);
    assert.deepEqual([...study.followers[0]!.unsure], ["digest", "version"]);
    assert.deepEqual(study.packages, ["/packages/first"]);
    assert.ok(study.modules.has("/program/index.ts"));
  });

  it("holds resources that stay as they are for none that follow", () => {
    assert.deepEqual(studied({}, "same").study.followers, []);
  });

  it("does not vouch for what only the program can do: hooks, a package's components, other resources", () => {
    assert.equal(studied({ hooks: { ...noHooks(), afterUpdate: ["tell"] } }).steady, false);
    assert.equal(studied({ remote: true }).steady, false);
    for (const operation of ["create", "replace", "delete", "import"] as const) {
      assert.equal(studied({}, operation).steady, false, operation);
    }
  });
});
