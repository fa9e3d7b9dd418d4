import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LastRun } from "../src/lastRun.ts";

describe("The last run", () => {
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  const told = { config: { "shop:size": "1" } };
  const at = (path: string) => join(folder, path);
  const write = (path: string, text = "") => {
    writeFileSync(at(path), text);
    // Written long before the run.
    utimesSync(at(path), 1, 1);
  };
  const lastRun = (paths?: string[]) =>
    new LastRun({ file: at(".local/lastRun.json"), directory: at("."), own: [at("engine")], ...(paths && { paths }) });
  const run = (last: LastRun, modules: string[] | undefined = [at("index.ts"), at("shared/names.ts")]) =>
    last.end(last.begin(), told, modules);

  beforeEach(() => {
    environment = { ...process.env };
    folder = mkdtempSync(join(tmpdir(), "last-run-"));
    for (const one of [".local", "components", "docs", "engine", "shared", "node_modules"]) mkdirSync(at(one));
    for (const one of ["index.ts", "components/queue.ts", "engine/steps.ts", "shared/names.ts", "docs/a.md"])
      write(one);
    for (const one of ["package.json", "package-lock.json"]) write(one, "{}");
  });
  afterEach(() => {
    process.env = environment;
    rmSync(folder, { recursive: true });
  });

  it("holds as long as nothing is another than it was", () => {
    assert.equal(lastRun().holds(told), false);
    run(lastRun());
    assert.equal(lastRun().holds(told), true);
    write(".local/requests.log", "a request");
    Object.assign(process.env, { SHLVL: "7", LOCAL_API_PORT: "3000" });
    assert.equal(lastRun().holds(told), true);
  });

  const changes: Record<string, () => void> = {
    "a file of the program": () => write("components/queue.ts", "export {};"),
    "a file that comes": () => write("components/topic.ts"),
    "a file that goes": () => rmSync(at("components/queue.ts")),
    "a module that lies elsewhere": () => write("shared/names.ts", "export {};"),
    "its packages": () => write("package-lock.json", '{ "packages": {} }'),
    "what runs it": () => write("engine/steps.ts", "export {};"),
    "a variable": () => {
      process.env.COLOUR = "blue";
    },
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`does not hold with another: ${what}`, () => {
      run(lastRun(["index.ts", "components"]));
      assert.equal(lastRun(["index.ts", "components"]).holds(told), true);
      change();
      assert.equal(lastRun(["index.ts", "components"]).holds(told), false);
    });
  }

  it("does not hold with another configuration, during a run, or when one has failed", () => {
    const last = lastRun();
    run(last);
    assert.equal(last.holds({ config: { "shop:size": "2" } }), false);
    const begun = last.begin();
    assert.equal(last.holds(told), false);
    last.end(begun, told, [at("index.ts")]);
    assert.equal(last.holds(told), true);
  });

  it("looks at no file that the program is not made of", () => {
    run(lastRun(["index.ts", "components"]));
    write("docs/a.md", "text");
    assert.equal(lastRun(["index.ts", "components"]).holds(told), true);
  });

  it("does not hold where it is not known what the program has loaded, or where that was written meanwhile", () => {
    const last = lastRun();
    last.end(last.begin(), told, undefined);
    assert.equal(last.holds(told), false);
    const begun = last.begin();
    writeFileSync(at("shared/names.ts"), "export const late = 1;");
    last.end({ ...begun, at: begun.at - 1000 }, told, [at("shared/names.ts")]);
    assert.equal(last.holds(told), false);
  });
});
