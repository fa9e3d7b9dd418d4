import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const json = (file: string) => JSON.parse(read(file));
const { version } = json("package.json");

/** Releases of the changelog, the newest first. */
const releases = [...read("CHANGELOG.md").matchAll(/^## (\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\)$/gm)].map(
  ([, number = "", date = ""]) => ({ number, date }),
);

describe("the version", () => {
  it("is the newest release of the changelog, which has a part for what is to come", () => {
    assert.equal(releases[0]?.number, version);
    const headings = [...read("CHANGELOG.md").matchAll(/^## (.*)$/gm)].map(([, text]) => text);
    assert.deepEqual(headings, ["Unreleased", ...releases.map(({ number, date }) => `${number} (${date})`)]);
  });

  it("only ever grows", () => {
    const order = (number: string) =>
      number
        .split(".")
        .map((part) => part.padStart(6, "0"))
        .join();
    assert.deepEqual(
      releases,
      releases.toSorted((a, b) => order(b.number).localeCompare(order(a.number))),
    );
    assert.deepEqual(
      releases.map(({ date }) => date),
      releases
        .map(({ date }) => date)
        .toSorted()
        .toReversed(),
    );
    assert.equal(new Set(releases.map(({ number }) => number)).size, releases.length);
  });

  const workspaces = globSync("packages/*/package.json", { cwd: root }).map((file) => file.replaceAll("\\", "/"));
  const names = workspaces.map((file) => json(file).name);
  for (const file of ["package.json", ...workspaces])
    it(`is the one of ${file}, and what that asks of its neighbours`, () => {
      const { version: own, dependencies = {}, devDependencies = {} } = json(file);
      assert.equal(own, version);
      const asked = Object.entries<string>({ ...dependencies, ...devDependencies });
      const neighbours = asked.filter(([name]) => names.includes(name));
      assert.deepEqual([...new Set(neighbours.map(([, wanted]) => wanted))], neighbours.length > 0 ? [version] : []);
    });

  it("is the lock file's", () => {
    const { version: locked, packages } = json("package-lock.json");
    const folders = workspaces.map((file) => file.replace("/package.json", ""));
    const all = [locked, ...["", ...folders].map((folder) => packages[folder].version)];
    assert.deepEqual([...new Set(all)], [version]);
  });
});
