import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { watch } from "../../src/engine/watch.ts";

describe("Watching a program", () => {
  let directory: string;
  let applied: string[][];
  let waiting: string[][];
  let next: PromiseWithResolvers<void>;
  let during: () => Promise<void>;
  let stop: () => Promise<void>;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "watch-"));
    for (const folder of ["handlers/lib", "handlers/node_modules", "other"]) {
      mkdirSync(join(directory, folder), { recursive: true });
    }
    for (const file of ["index.ts", "handlers/a.ts", "handlers/lib/b.ts"]) writeFileSync(join(directory, file), "one");
    applied = [];
    waiting = [];
    next = Promise.withResolvers();
    during = async () => {};
    stop = await watch({
      directory,
      paths: ["index.ts", "handlers", "models", "Pulumi.dev.yaml"],
      onWaiting: (changed) => waiting.push(changed),
      async apply(changed) {
        applied.push(changed);
        await during();
        next.resolve();
        next = Promise.withResolvers();
      },
    });
  });
  afterEach(async () => {
    await stop();
    rmSync(directory, { recursive: true });
  });

  const write = (file: string) => writeFileSync(join(directory, file), String(Math.random()));

  /** Until all of these have been applied, in one run or, on a slow machine, in several. */
  const seen = async (files: string[]) => {
    while (files.some((file) => !applied.flat().includes(file))) await next.promise;
    assert.deepEqual([...new Set(applied.flat())].sort(), files);
    applied.length = 0;
  };

  /** Late events have had their time to come, and are of these files alone. */
  const nothingBut = async (files: string[]) => {
    await new Promise((later) => setTimeout(later, 300));
    assert.deepEqual(
      applied.flat().filter((file) => !files.includes(file)),
      [],
    );
  };

  it("sees what is the program's, and leaves out what is not", async () => {
    for (const file of ["other/x.ts", "handlers/node_modules/y.js", "handlers/.a.ts.swp", "handlers/a.ts~"])
      write(file);
    for (const file of ["handlers/lib/b.ts", "index.ts", "handlers/a.ts", "handlers/lib/new.ts"]) write(file);
    const own = ["handlers/a.ts", "handlers/lib/b.ts", "handlers/lib/new.ts", "index.ts"];
    await seen(own);
    await nothingBut(own);
  });

  it("sees files and folders that come, go, or are replaced", async () => {
    write("Pulumi.dev.yaml");
    await seen(["Pulumi.dev.yaml"]);
    rmSync(join(directory, "handlers/lib/b.ts"));
    await seen(["handlers/lib/b.ts"]);
    mkdirSync(join(directory, "models"));
    write("models/m.json");
    await seen(["models/m.json"]);
    writeFileSync(join(directory, "other/index.ts"), "two");
    renameSync(join(directory, "other/index.ts"), join(directory, "index.ts"));
    await seen(["index.ts"]);
  });

  it("sees one change where an editor renames what it has written over the file", async () => {
    writeFileSync(join(directory, "handlers/sedXa1"), "two");
    renameSync(join(directory, "handlers/sedXa1"), join(directory, "handlers/a.ts"));
    await seen(["handlers/a.ts"]);
    await nothingBut([]);
  });

  it("applies what changes during a run afterwards, once", async () => {
    const running = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    during = () => {
      running.resolve();
      return release.promise;
    };
    write("index.ts");
    await running.promise;
    assert.deepEqual(waiting, []);
    const again = Promise.withResolvers<void>();
    during = async () => again.resolve();
    write("handlers/a.ts");
    await new Promise((later) => setTimeout(later, 150));
    write("handlers/lib/b.ts");
    await new Promise((later) => setTimeout(later, 150));
    assert.equal(applied.length, 1);
    assert.deepEqual([waiting[0], waiting.at(-1)], [["handlers/a.ts"], ["handlers/a.ts", "handlers/lib/b.ts"]]);
    release.resolve();
    await again.promise;
    assert.deepEqual(applied[1], ["handlers/a.ts", "handlers/lib/b.ts"]);
  });
});
