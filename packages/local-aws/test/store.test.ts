import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Store } from "../src/store.ts";

describe("Store", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "store-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("keeps documents over a restart, listed by key and by prefix", () => {
    const first = new Store(directory);
    const things = first.collection<{ n: number }>("test.things");
    things.put("b/1", { n: 1 });
    things.put("a/2", { n: 2 });
    things.put("a/1", { n: 3 });
    first.close();

    const second = new Store(directory);
    const again = second.collection<{ n: number }>("test.things");
    assert.deepEqual(again.entries(), [
      ["a/1", { n: 3 }],
      ["a/2", { n: 2 }],
      ["b/1", { n: 1 }],
    ]);
    assert.deepEqual(again.values("a/"), [{ n: 3 }, { n: 2 }]);
    assert.equal(again.delete("a/1"), true);
    assert.equal(again.delete("a/1"), false);
    assert.equal(again.get("a/1"), undefined);
    second.close();
  });

  it("undoes every write of a transaction that throws", () => {
    const store = new Store(":memory:");
    const things = store.collection<number>("things");
    assert.throws(() =>
      store.transaction(() => {
        things.put("a", 1);
        throw new Error("half way");
      }),
    );
    assert.equal(things.has("a"), false);
    store.close();
  });

  it("commits what is asked for in one turn together; what throws leaves nothing, and the others as they are", async () => {
    const store = new Store(directory);
    const things = store.collection<number>("things");
    const other = new Store(directory);
    const fails = store.together(() => {
      things.put("b", 2);
      throw new Error("half way");
    });
    const first = store.together(() => {
      things.put("a", 1);
      return "done";
    });
    const last = store.together(() => things.get("a"));
    assert.equal(other.collection("things").has("a"), false);
    await assert.rejects(fails, { message: "half way" });
    assert.equal(await first, "done");
    assert.equal(await last, 1);
    assert.deepEqual(other.collection("things").entries(), [["a", 1]]);
    other.close();
    await assert.rejects(
      store.together(() => {
        things.put("c", 3);
        throw new Error("alone");
      }),
      { message: "alone" },
    );
    assert.equal(things.has("c"), false);
    const late = store.together(() => things.put("d", 4));
    store.close();
    await late;
    const again = new Store(directory);
    assert.deepEqual(again.collection("things").entries(), [
      ["a", 1],
      ["d", 4],
    ]);
    again.close();
  });

  it("has every acknowledged write after kill -9", async () => {
    const child = fork(join(import.meta.dirname, "support/storeWriter.ts"), [directory], { silent: true });
    let acknowledged = -1;
    child.on("message", (n) => {
      acknowledged = n as number;
      if (acknowledged === 50) child.kill("SIGKILL");
    });
    await once(child, "exit");

    const store = new Store(directory);
    const kept = store.collection<number>("numbers").values();
    store.close();
    assert.ok(kept.length > acknowledged, `${kept.length} kept, ${acknowledged} acknowledged`);
  });
});
