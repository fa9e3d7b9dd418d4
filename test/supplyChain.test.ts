import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";

const root = join(__dirname, "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const find = (pattern: string) =>
  globSync(pattern, { cwd: root, exclude: (path) => path.includes("node_modules") }).sort();

/** A step of a job, as far as it is looked at. */
interface WorkflowStep {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

describe("what comes from others", () => {
  const folders = ["package-lock.json", "bench/package-lock.json", ...find("containers/*/package-lock.json")].map(
    dirname,
  );
  for (const folder of folders) {
    it(`runs nothing as it is installed in ${folder}`, () => {
      assert.match(read(join(folder, ".npmrc")), /^ignore-scripts=true$/m);
    });
  }

  const dockerfiles = find("containers/*/Dockerfile");
  for (const file of dockerfiles) {
    it(`runs nothing as ${file} installs it`, () => {
      const text = read(file);
      assert.ok(text.indexOf(".npmrc") < text.indexOf("npm ci"), ".npmrc is not copied before");
    });

    it(`is by its digest in ${file}, or said to be by its tag`, () => {
      const images = [...read(file).matchAll(/^FROM (?:--\S+ )?(\S+)/gm)].map(([, image]) => image!);
      const tagged = images.filter((image) => !/@sha256:[0-9a-f]{64}$/.test(image));
      for (const image of tagged) assert.ok(read("docs/unproven.md").includes(`\`${image}\``), image);
    });
  }

  const workflows = find(".github/workflows/*.yml");
  it("is looked for in every place", () => {
    assert.ok(workflows.length >= 3 && dockerfiles.length === 2);
  });
  for (const file of workflows) {
    const jobs: { steps?: WorkflowStep[] }[] = Object.values(parse(read(file)).jobs);
    const steps = jobs.flatMap((job) => job.steps ?? []);

    it(`is pinned to commits in ${file}, with the release that each is`, () => {
      // What begins with ./ is this repository's own.
      const actions = [...read(file).matchAll(/uses: (?!\.\/)(.+)$/gm)].map(([, action]) => action!);
      assert.ok(actions.length > 0);
      for (const action of actions) assert.match(action, /^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    });

    it(`finds no token in the checkout of ${file}`, () => {
      const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
      assert.ok(checkouts.length > 0);
      for (const checkout of checkouts) assert.equal(checkout.with?.["persist-credentials"], false);
    });

    it(`runs nothing as ${file} installs it`, () => {
      for (const { run = "" } of steps) assert.doesNotMatch(run, /npm (ci|install)(?! --ignore-scripts)/);
    });
  }

  for (const name of ["console", "local-aws", "pulumi-local"]) {
    it(`declares what ${name} imports, and nothing else`, () => {
      const { dependencies, peerDependencies = {} } = manifest(`packages/${name}`);
      const imported = new Set(
        globSync(`packages/${name}/{src,testing,app}/**/*.{ts,tsx,cjs}`, { cwd: root })
          .flatMap((file) => [...readFileSync(join(root, file), "utf8").matchAll(imports)])
          .map(([, specifier = ""]) =>
            specifier
              .split("/")
              .slice(0, specifier.startsWith("@") ? 2 : 1)
              .join("/"),
          ),
      );
      const declared = Object.keys({ ...dependencies, ...peerDependencies });
      assert.deepEqual([...imported].filter((one) => !declared.includes(one)).sort(), []);
      assert.deepEqual(
        declared.filter((one) => !imported.has(one)),
        [],
      );
    });
  }

  it("has one version of a package in every manifest that names it", () => {
    const versions = new Map<string, string>();
    for (const folder of [".", "packages/console", "packages/local-aws", "packages/pulumi-local"]) {
      const { dependencies, devDependencies, optionalDependencies } = manifest(folder);
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })) {
        assert.equal(version, versions.get(name) ?? version, `${name} in ${folder}/package.json`);
        versions.set(name, version);
      }
    }
  });
});

/** What an import names that is no file and none of Node's own modules. */
const imports = /(?:from|import|import\(|require\(|resolve\()\s*"((?!node:)[@a-z][^"\s]*)"/g;

const manifest = (
  folder: string,
): Record<"dependencies" | "devDependencies" | "peerDependencies" | "optionalDependencies", Record<string, string>> =>
  JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
