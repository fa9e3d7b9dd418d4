import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type ResourceState, State } from "../../../local/engine/state.ts";
import { Secret } from "../../../local/engine/values.ts";
import { anyProperties } from "./support/values.ts";

const resource = (name: string, rest: Partial<ResourceState> = {}): ResourceState => ({
  urn: `urn:pulumi:dev::shop::t:i:Thing::${name}`,
  type: "t:i:Thing",
  custom: true,
  id: name,
  inputs: {},
  outputs: {},
  dependencies: [],
  propertyDependencies: {},
  protect: false,
  retainOnDelete: false,
  customTimeouts: {},
  hooks: { beforeDelete: [], afterDelete: [], onError: [] },
  external: false,
  order: 1,
  ...rest,
});

describe("The engine's state", () => {
  let directory: string;
  let state: State;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "state-"));
    state = new State(directory, "dev");
  });
  afterEach(() => {
    state.close();
    rmSync(directory, { recursive: true });
  });
  const reopen = () => {
    state.close();
    state = new State(directory, "dev");
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
});
