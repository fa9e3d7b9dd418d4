import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { EngineError } from "../../src/engine/index.ts";
import { TestProgram } from "./support/program.ts";

/** A program that names its package by the file `place`, and what follows from the package by its configuration. */
describe("The engine, when a package changes", function () {
  this.timeout(120_000);
  let program: TestProgram;

  /** Packs a text anew, as the program would find it. @returns the place of the package. */
  const pack = (place: string, text: string): string => {
    mkdirSync(join(program.directory, "packages", place), { recursive: true });
    const path = join(program.directory, "packages", place, "a.txt");
    program.write(`packages/${place}/a.txt`, text);
    program.write("place", path);
    return join(program.directory, "packages", place);
  };
  const open = async (shape = "plain"): Promise<void> => {
    program = await TestProgram.open("packed", { config: { shape } });
    pack("first", "one");
    await program.engine.up();
    program.things.news();
    program.events.length = 0;
  };
  /** Packs `text` in `place` when it is asked to. */
  const repack = (place: string, text: string, changed = ["a.ts"]) => {
    const paths = changed.map((file) => join(program.directory, file));
    return program.engine.repack(paths, async (packages) => {
      const [from] = packages.filter((path) => path.endsWith("a.txt"));
      return new Map([[join(from as string, ".."), pack(place, text)]]);
    });
  };
  /** All that is known, in the order of names: a program asks for what does not depend on each other in any order. */
  const known = () => ({
    outputs: program.engine.outputs(),
    resources: program.engine.resources().toSorted((a, b) => (a.urn < b.urn ? -1 : 1)),
  });
  afterEach(() => program.close());

  for (const shape of ["plain", "nested"]) {
    it(`updates what has it and what follows, as the program would, without the program (${shape})`, async () => {
      await open(shape);
      assert.equal(await program.engine.study(), true);
      for (const [place, text] of [
        ["second", "two"],
        ["third", "three"],
      ] as const) {
        program.events.length = 0;
        const before = program.engine.outputs();
        const { counts, outputs } = (await repack(place, text))!;
        assert.deepEqual([counts.update, counts.same], [2, 3]);
        assert.deepEqual(program.things.news(), ["update code", "update alias"]);
        assert.deepEqual(program.messages(), []);
        assert.deepEqual(outputs, program.engine.outputs());
        assert.notEqual(outputs.digest, before.digest);
        assert.equal(outputs.still, before.still);
      }
      const quick = known();
      const { counts } = await program.engine.up();
      assert.equal(counts.same, 5);
      assert.ok(program.messages().includes("the program ran"));
      assert.deepEqual(known(), quick);
    });
  }

  it("keeps the order of creation, by which things are deleted", async () => {
    await open();
    await program.engine.study();
    await repack("second", "two");
    const order = program.engine.resources().map(({ urn }) => urn.split("::").at(-1));
    assert.ok(order.indexOf("code") < order.indexOf("alias"), String(order));
    assert.ok(order.indexOf("alias") < order.indexOf("beyond"), String(order));
  });

  it("tells of it as of a run", async () => {
    await open();
    await program.engine.study();
    program.events.length = 0;
    await repack("second", "two");
    const told = program.events.map((event) =>
      event.kind === "step" ? `${event.status} ${event.operation}` : event.kind,
    );
    assert.deepEqual(told, ["start", "started update", "done update", "started update", "done update", "end"]);
  });

  const leaves: Record<string, string> = {
    made: "a text is made of what follows",
    secret: "a secret follows",
    zone: "a resource is replaced",
    hooked: "a hook of the program runs",
    conditional: "a resource comes and goes with it",
  };
  for (const [shape, why] of Object.entries(leaves)) {
    it(`leaves it to the program where ${why}`, async () => {
      await open(shape);
      await program.engine.study();
      const before = known();
      assert.equal(await repack("second", "two"), undefined);
      assert.deepEqual([program.things.news(), known()], [[], before]);
      pack("second", "two");
      await program.engine.up();
      assert.ok(program.things.news().includes("update code"));
    });
  }

  it("leaves it to the program before it knows what follows, and when the program has changed", async () => {
    await open();
    assert.equal(await repack("second", "two"), undefined);
    await program.engine.up();
    await program.engine.study();
    assert.equal(await repack("third", "three", ["a.ts", "shape.ts"]), undefined);
    program.write("shape.ts", 'export const shape = "nested";');
    await program.engine.up();
    // What was known is of the program as it was.
    assert.equal(await repack("fourth", "four"), undefined);
  });

  it("leaves it to the program when an output changes that was not to be expected to", async () => {
    await open();
    await program.engine.study();
    const { update } = program.things.provider;
    program.things.provider.update = async (...given) => {
      const made = await update(...given);
      return { ...made, outputs: { ...made.outputs, label: "another" } };
    };
    assert.equal(await repack("second", "two"), undefined);
    program.things.provider.update = update;
    await program.engine.up();
    assert.equal((await program.engine.up()).counts.same, 5);
  });

  it("keeps what runs when a package cannot be made, and goes on when it can", async () => {
    await open();
    await program.engine.study();
    const before = known();
    const broken = async () => {
      throw new Error("a.ts:1: a bracket is missing");
    };
    const refused = program.engine.repack([], broken);
    await assert.rejects(refused, new EngineError("a.ts:1: a bracket is missing"));
    assert.deepEqual([program.things.news(), known()], [[], before]);
    assert.equal((await repack("second", "two"))?.counts.update, 2);
  });

  it("says what a resource refuses, and lets the program run the next time", async () => {
    await open();
    await program.engine.study();
    program.things.before = (verb, name) => {
      if (verb === "update" && name === "alias") throw new Error("the alias is held");
    };
    await assert.rejects(repack("second", "two"), /the alias is held/);
    assert.deepEqual(program.events.at(-1)?.kind, "end");
    program.things.before = () => {};
    assert.equal(await repack("third", "three"), undefined);
    await program.engine.up();
    assert.equal(program.engine.outputs().digest, program.things.alive.get("alias-1")?.link);
  });

  it("waits for what is about to be learnt: the program would take as long", async () => {
    await open();
    const learnt = program.engine.study();
    assert.equal((await repack("second", "two"))?.counts.update, 2);
    assert.equal(await learnt, true);
  });

  it("learns when what is being done has ended, and once, whoever asks for it", async () => {
    await open();
    const running = program.engine.up({ rehearsed: true });
    const learnt = [program.engine.study(), program.engine.study()];
    assert.equal((await running).counts.same, 5);
    assert.deepEqual(await Promise.all([...learnt, program.engine.study()]), [true, true, true]);
    program.events.length = 0;
    assert.equal((await repack("second", "two"))?.counts.update, 2);
    assert.deepEqual(program.messages(), []);
  });

  it("does not wait for what waits for it", async () => {
    await open();
    const repacking = repack("second", "two");
    const learnt = program.engine.study();
    assert.equal(await repacking, undefined);
    assert.equal(await learnt, false);
  });

  it("stops learning as soon as there is something to do", async () => {
    await open();
    const learnt = program.engine.study();
    const { counts } = await program.engine.up();
    assert.equal(counts.same, 5);
    assert.equal(await learnt, false);
    assert.equal(await program.engine.study(), true);
  });
});
