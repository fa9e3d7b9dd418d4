import assert from "node:assert/strict";
import { readOptions, usage } from "../../../scripts/conformance/options.ts";
import type { Part } from "../../../scripts/conformance/part.ts";
import { Failure } from "../../../scripts/lib/failure.ts";

const part = (name: string, ...needs: string[]): Part => ({
  name,
  description: `about ${name}`,
  judge: "pulumi",
  needs,
  run: async () => "",
});
const all = [part("one"), part("two", "one"), part("three", "two"), part("four", "one")];
const names = (...args: string[]) => readOptions(args, all).parts.map(({ name }) => name);

describe("options of npm run conformance", () => {
  it("are every part, by default", () => {
    assert.deepEqual(readOptions([], all), { help: false, parts: all, sample: false, keep: false });
  });

  it("choose parts and what these need, in the order of the list", () => {
    assert.deepEqual(names("--part", "three"), ["one", "two", "three"]);
    assert.deepEqual(names("--part", "four,one"), ["one", "four"]);
    assert.deepEqual(names("--part", "four", "--part", "two"), ["one", "two", "four"]);
  });

  it("name another program, and where its deployment goes", () => {
    const { program, export: file, keep } = readOptions(["--program", "/a", "--export=b.json", "--keep"], all);
    assert.deepEqual([program, file, keep], ["/a", "b.json", true]);
  });

  it("ask for recorded answers alone, where their folder is given, or for parts besides", () => {
    const withRecorded = [...all, part("recorded")];
    const read = (...args: string[]) => readOptions(["--recorded", "/r", ...args], withRecorded);
    const { parts, recorded, sample } = read("--sample");
    assert.deepEqual([parts.map(({ name }) => name), recorded, sample], [["recorded"], "/r", true]);
    assert.deepEqual(
      read("--part", "one,recorded").parts.map(({ name }) => name),
      ["one", "recorded"],
    );
  });

  it("are refused by name, with what there is", () => {
    assert.throws(() => names("--part", "five"), new Failure('--part is "five"; there are: one, two, three, four'));
    assert.throws(() => names("--prat", "one"), /^Failure: Unknown option '--prat'[\s\S]*about four$/);
  });

  it("are all in the usage", () => {
    for (const option of ["--part", "--recorded", "--sample", "--program", "--export", "--keep"])
      assert.ok(usage(all).includes(option));
  });
});
