import assert from "node:assert/strict";
import { strFromU8, strToU8, unzipSync } from "fflate";
import { entriesOf, merge, zip } from "../../../../components/function/python/zip.ts";

const filesOf = (texts: Record<string, string>) =>
  new Map(Object.entries(texts).map(([name, text]) => [name, strToU8(text)]));
const archiveOf = (texts: Record<string, string>) => zip(filesOf(texts));
const textsOf = (archive: Uint8Array) =>
  Object.fromEntries(Object.entries(unzipSync(archive)).map(([name, bytes]) => [name, strFromU8(bytes)]));

describe("zip archives", () => {
  const long = "all work and no play ".repeat(1000);

  it("are merged without a change of what is in them; of one name the first counts", () => {
    const [own, packages] = [
      { "app.py": "mine", "ü/b.py": long },
      { "app.py": "theirs", "numpy/core.py": long, z: "" },
    ];
    const { contents, entries } = merge([archiveOf(own), archiveOf(packages)]);
    assert.deepEqual(textsOf(contents), { ...packages, ...own });
    assert.deepEqual(
      entries.map(({ name, size }) => [name, size]),
      [
        ["app.py", 4],
        ["numpy/core.py", long.length],
        ["z", 0],
        ["ü/b.py", long.length],
      ],
    );
    assert.deepEqual(
      entriesOf(contents).map(({ name }) => name),
      ["app.py", "numpy/core.py", "z", "ü/b.py"],
    );
  });

  it("are merged again and again, one or none of them", () => {
    const both = merge([archiveOf({ a: "1" }), archiveOf({ b: "2" })]).contents;
    assert.deepEqual(textsOf(merge([archiveOf({ c: "3" }), both, archiveOf({})]).contents), { a: "1", b: "2", c: "3" });
    assert.deepEqual(textsOf(merge([]).contents), {});
  });

  it("have the same bytes, whatever the order and the time", () => {
    const [one, other] = [
      { a: "1", b: long },
      { b: long, a: "1" },
    ];
    const bytes = (texts: Record<string, string>) =>
      Buffer.from(merge([archiveOf(texts), archiveOf({ p: long })]).contents);
    assert.deepEqual(bytes(one), bytes(other));
  });

  it("are none when something else is read", () => {
    assert.throws(() => entriesOf(Buffer.concat([Buffer.alloc(22, 1)])), /directory cannot be read|out of range/);
  });
});
