import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { State } from "../../src/engine/state.ts";
import { Secret } from "../../src/engine/values.ts";
import { resource } from "./support/resource.ts";
import { anyProperties } from "./support/values.ts";

describe("The engine's state", () => {
  let directory: string;
  let state: State;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "state-"));
    state = new State(directory, { project: "shop", stack: "dev" });
  });
  afterEach(() => {
    state.close();
    rmSync(directory, { recursive: true });
  });
  const urns = (project: string, stack = "dev"): string[] => {
    const other = new State(directory, { project, stack });
    const found = other.list().map(({ urn }) => urn);
    other.close();
    return found;
  };
  it("has another number after each change, and the same one after looking", () => {
    const numbers = [state.revision()];
    const note = (change: () => void) => {
      change();
      state.list();
      numbers.push(state.revision());
      assert.equal(state.revision(), numbers.at(-1));
    };
    const [first, second] = [resource("a"), resource("b")];
    note(() => state.put(first));
    note(() => state.put({ ...first, outputs: { size: 2 } }));
    note(() => state.rename(first.urn, second));
    note(() => state.delete(second.urn));
    assert.equal(new Set(numbers).size, numbers.length, String(numbers));
  });

  const reopen = () => {
    state.close();
    state = new State(directory, { project: "shop", stack: "dev" });
  };

  it("gives back what it was given, whatever the values", () => {
    fc.assert(
      fc.property(anyProperties, anyProperties, (inputs, outputs) => {
        const kept = resource("a", { inputs, outputs, replacementTrigger: inputs });
        state.put(kept);
        assert.deepEqual(state.get(kept.urn), kept);
      }),
      { numRuns: 60 },
    );
  });

  it("lists in the order of creation, and knows the last place", () => {
    assert.equal(state.highestOrder(), 0);
    for (const [name, order] of [
      ["b", 2],
      ["a", 3],
      ["c", 1],
    ] as const)
      state.put(resource(name, { order }));
    reopen();
    assert.deepEqual(
      state.list().map(({ id }) => id),
      ["c", "b", "a"],
    );
    assert.equal(state.highestOrder(), 3);
  });

  it("renames a resource in what others say of it", () => {
    const [a, provider] = [resource("a"), resource('"quoted"')];
    const user = resource("user", { dependencies: [a.urn, `${a.urn}2`], provider: `${provider.urn}::id` });
    for (const one of [a, provider, user]) state.put(one);
    state.put(resource("new"), resource("old", { dependencies: [a.urn] }));
    const [renamed, renamedProvider] = [resource("z"), resource("p")];
    state.rename(a.urn, renamed);
    state.rename(provider.urn, renamedProvider);
    assert.equal(state.has(a.urn), false);
    assert.deepEqual(state.get(user.urn)?.dependencies, [renamed.urn, `${a.urn}2`]);
    assert.equal(state.get(user.urn)?.provider, `${renamedProvider.urn}::id`);
    assert.deepEqual(state.leftovers()[0]?.dependencies, [renamed.urn]);
  });

  it("remembers what was begun until it has been made or given up", () => {
    const { urn } = resource("a");
    state.begin(urn, { name: "a-1", password: new Secret("hunter2") });
    reopen();
    assert.deepEqual(state.interrupted(urn), { name: "a-1", password: new Secret("hunter2") });
    state.put(resource("a"));
    assert.equal(state.interrupted(urn), undefined);
    state.begin(urn, {});
    state.abandon(urn);
    assert.equal(state.interrupted(urn), undefined);
  });

  it("keeps secrets by a key that only its owner reads, and says so when it is gone", () => {
    const key = join(directory, "secrets.key");
    assert.equal(statSync(key).mode & 0o777, 0o600);
    state.put(resource("a", { inputs: { password: new Secret("hunter2") } }));
    const good = readFileSync(key);
    chmodSync(key, 0o600);
    writeFileSync(key, "00".repeat(32));
    reopen();
    assert.throws(() => state.list(), /a secret in .* cannot be opened: its secrets\.key is not the one it had/);
    writeFileSync(key, good);
    reopen();
    assert.deepEqual(state.list()[0]?.inputs, { password: new Secret("hunter2") });
  });

  it("is each project's own, whatever the stacks are called", () => {
    state.put(resource("a"));
    assert.deepEqual(urns("bakery"), []);
    assert.deepEqual(urns(".."), []);
    assert.deepEqual(urns("shop"), ["urn:pulumi:dev::shop::t:i:Thing::a"]);
    assert.deepEqual(state.stacks(), [
      { project: "..", stack: "dev" },
      { project: "bakery", stack: "dev" },
      { project: "shop", stack: "dev" },
    ]);
  });

  describe("of version 0.1, which knew a state by its stack alone", () => {
    /** Puts a state where that version had it. */
    const old = (stack: string, change: (state: State) => void): void => {
      const made = new State(directory, { project: "old", stack });
      change(made);
      made.close();
      renameSync(join(directory, `old/${stack}.sqlite`), join(directory, `${stack}.sqlite`));
    };

    it("is that of the project whose resources it holds", () => {
      old("local", (made) => made.put(resource("a", { urn: "urn:pulumi:local::bakery::t:i:Thing::a" })));
      old("half", (made) => made.begin("urn:pulumi:half::bakery::t:i:Thing::b", {}));
      old("empty", () => {});
      reopen();
      assert.deepEqual(urns("bakery", "local"), ["urn:pulumi:local::bakery::t:i:Thing::a"]);
      assert.deepEqual(
        state.stacks().map(({ project, stack }) => `${project}/${stack}`),
        ["bakery/half", "bakery/local", "shop/dev"],
      );
      assert.deepEqual(readdirSync(directory).sort(), ["bakery", "old", "secrets.key", "shop"]);
    });

    it("is refused where a later version has made one since", () => {
      state.put(resource("a"));
      old("dev", (made) => made.put(resource("b")));
      assert.throws(
        () => new State(directory, { project: "shop", stack: "dev" }),
        /^EngineError: organization\/shop\/dev has a state of version 0\.1 \(.*\/dev\.sqlite\) and a later one \(shop\/dev\.sqlite\)/,
      );
      rmSync(join(directory, "dev.sqlite"));
      assert.deepEqual(urns("shop"), ["urn:pulumi:dev::shop::t:i:Thing::a"]);
    });

    it("opens as it was recorded", () => {
      const recorded = join(import.meta.dirname, "../../../../test/fixtures/v0.1/state.tar.gz");
      const own = join(directory, "v0.1");
      mkdirSync(own);
      execFileSync("tar", ["xzf", recorded, "-C", own, "./state"]);
      const found = new State(join(own, "state"), { project: "data-science-platform", stack: "local" });
      assert.equal(found.list().length, 280);
      assert.match(String(found.stackOutputs().whodisUrl), /\/Prod\/whodis$/);
      found.close();
    });
  });
});
