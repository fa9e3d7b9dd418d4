import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const source = join(import.meta.dirname, "../src");

/** Every import of another file of the package, `from` and `to` as paths below `src/`. */
const imports = globSync("**/*.ts", { cwd: source }).flatMap((from) => {
  const text = readFileSync(join(source, from), "utf8");
  const named = text.matchAll(/^(?:import|export)\b[^;"]*"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm);
  return Array.from(named, ([, still, later]) => ({ from, to: normalize(join(dirname(from), still ?? later ?? "")) }));
});

/** The folder of a service. */
const serviceOf = (path: string): string | undefined => /^services\/([^/]+)\//.exec(path)?.[1];

/** They make the services, and need their factories and the types of their options. */
const composition = ["index.ts", "services.ts"];

describe("imports of local-aws", () => {
  it("are seen by this test", () => {
    assert.ok(imports.length > 500, `${imports.length} imports`);
    assert.ok(imports.some(({ from, to }) => from === "services.ts" && to === "services/sqs/index.ts"));
  });

  it("lead from no service's folder into another's: services call each other", () => {
    const across = imports.filter(({ from, to }) => {
      const [own, other] = [serviceOf(from), serviceOf(to)];
      return own !== undefined && other !== undefined && own !== other;
    });
    assert.deepEqual(across, []);
  });

  it("lead from what every service stands on into no service", () => {
    const upward = imports.filter(
      ({ from, to }) => serviceOf(from) === undefined && serviceOf(to) !== undefined && !composition.includes(from),
    );
    assert.deepEqual(upward, []);
  });
});
