import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** What can be told of the image without building it. */
describe("the image", () => {
  const json = (path: string) => JSON.parse(readFileSync(path, "utf8"));
  const own = json("containers/recommender/package.json");
  const repository = json("package.json");

  it("is built from the versions that are tested here", () => {
    const versions: Record<string, string> = { ...own.dependencies, ...own.devDependencies };
    for (const [name, version] of Object.entries(versions))
      assert.equal(repository.devDependencies[name], version, name);
    const lock = json("containers/recommender/package-lock.json");
    const whole = json("package-lock.json");
    for (const name of Object.keys(versions)) {
      const path = `node_modules/${name}`;
      assert.equal(lock.packages[path].integrity, whole.packages[path].integrity, name);
    }
    assert.deepEqual(lock.packages[""].dependencies, own.dependencies);
  });

  it("is for SageMaker's platform, gives up root's rights and holds the bundle alone", () => {
    const lines = readFileSync("containers/recommender/Dockerfile", "utf8").split("\n");
    const stages = lines.filter((line) => line.startsWith("FROM"));
    assert.equal(stages.length, 2);
    for (const stage of stages) assert.match(stage, /^FROM --platform=linux\/amd64 node:24-slim/);
    const last = lines.slice(lines.indexOf(stages[1]!));
    assert.ok(last.includes("ENV RUN_AS=1000:1000"));
    assert.deepEqual(
      last.filter((line) => /^(COPY|ADD)/.test(line)),
      ["COPY --from=build --chmod=444 /build/program/ ./"],
    );
    assert.ok(last.includes('ENTRYPOINT ["node", "/opt/program/main.mjs"]'));
  });
});
