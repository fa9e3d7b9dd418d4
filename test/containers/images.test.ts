import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** What can be told of the images without building them. */
describe("the images", () => {
  const json = (path: string) => JSON.parse(readFileSync(path, "utf8"));
  const repository = json("package.json");
  const whole = json("package-lock.json");

  for (const name of ["recommender", "predictor"]) {
    const folder = `containers/${name}`;

    it(`${name}: is built from the versions that are tested here`, () => {
      const own = json(`${folder}/package.json`);
      const lock = json(`${folder}/package-lock.json`);
      const versions: Record<string, string> = { ...own.dependencies, ...own.devDependencies };
      for (const [dependency, version] of Object.entries(versions)) {
        assert.equal(repository.devDependencies[dependency], version, dependency);
        const path = `node_modules/${dependency}`;
        assert.equal(lock.packages[path].integrity, whole.packages[path].integrity, dependency);
      }
      assert.deepEqual(lock.packages[""].dependencies, own.dependencies);
    });

    it(`${name}: is for linux/amd64, has no root's rights and holds the bundle alone`, () => {
      const lines = readFileSync(`${folder}/Dockerfile`, "utf8").split("\n");
      const stages = lines.filter((line) => line.startsWith("FROM"));
      assert.equal(stages.length, 2);
      for (const stage of stages) assert.match(stage, /^FROM --platform=linux\/amd64 node:24-slim/);
      const last = lines.slice(lines.indexOf(stages[1]!));
      assert.ok(last.some((line) => /^(ENV RUN_AS=|USER )1000:1000$/.test(line)));
      assert.deepEqual(
        last.filter((line) => /^(COPY|ADD)/.test(line)),
        ["COPY --from=build --chmod=444 /build/program/ ./"],
      );
      assert.ok(last.includes('ENTRYPOINT ["node", "/opt/program/main.mjs"]'));
    });
  }
});
