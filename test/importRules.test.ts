import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The one-way arrows between the folders: Biome's `noRestrictedImports`, shown to forbid and to allow. */
describe("import rules", () => {
  const forbidden = [
    ["components/a.ts", "../handlers/whodis/index.ts"],
    ["components/a.ts", "local-aws/store"],
    ["handlers/x/a.ts", "@pulumi/aws/lambda"],
    ["handlers/x/a.ts", "../../components/nodeFunction.ts"],
    ["handlers/x/a.ts", "local-aws/service"],
    ["containers/x/a.ts", "@pulumi/pulumi"],
    ["packages/local-aws/src/a.ts", "../../../handlers/lib/http.ts"],
    ["packages/local-aws/src/a.ts", "@pulumi/pulumi"],
    ["packages/local-aws/src/services/x/a.ts", "pulumi-local"],
    ["packages/local-aws/test/a.ts", "../../pulumi-local/src/engine/provider.ts"],
    ["packages/pulumi-local/src/engine/a.ts", "local-aws/service"],
    ["packages/pulumi-local/src/engine/a.ts", "../resources/lambda/index.ts"],
    ["packages/pulumi-local/src/resources/a.ts", "../../../../components/config.ts"],
    ["scripts/a.ts", "local-aws/store"],
    ["scripts/a.ts", "../packages/local-aws/src/store.ts"],
    ["policy/a.ts", "../components/config.ts"],
    ["console/a.ts", "../handlers/lib/http.ts"],
    ["packages/console/app/a.ts", "pulumi-local"],
  ] as const;
  const allowed = [
    ["components/a.ts", "@pulumi/aws/lambda"],
    ["handlers/x/a.ts", "../lib/http.ts"],
    ["packages/pulumi-local/src/engine/a.ts", "@pulumi/pulumi/proto/engine_grpc_pb.js"],
    ["packages/pulumi-local/src/engine/a.ts", "local-aws/store"],
    ["packages/pulumi-local/src/resources/a.ts", "local-aws/service"],
    ["packages/local-aws/src/services/x/a.ts", "../../service.ts"],
    ["scripts/a.ts", "@aws-sdk/client-sfn"],
    ["console/a.ts", "local-console/app"],
  ] as const;

  let violations: Set<string>;
  const path = (index: number, file: string) => file.replace("a.ts", `case${index}.ts`);

  before(() => {
    const folder = mkdtempSync(join(tmpdir(), "import-rules-"));
    copyFileSync("biome.json", join(folder, "biome.json"));
    for (const [index, [file, imported]] of [...forbidden, ...allowed].entries()) {
      const target = join(folder, path(index, file));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, `export * from "${imported}";\n`);
    }
    try {
      execFileSync("biome", ["lint", "--vcs-enabled=false", "--reporter=json", "."], { cwd: folder, stdio: "pipe" });
      violations = new Set();
    } catch (error) {
      const report = JSON.parse(String((error as { stdout: Buffer }).stdout));
      const found = report.diagnostics as { category: string; location: { path: string | { file: string } } }[];
      violations = new Set(
        found
          .filter(({ category }) => category === "lint/style/noRestrictedImports")
          .map(({ location }) => (typeof location.path === "string" ? location.path : location.path.file)),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  for (const [index, [file, imported]] of forbidden.entries()) {
    it(`${dirname(file)} may not import ${imported}`, () => assert.ok(violations.has(path(index, file))));
  }
  for (const [index, [file, imported]] of allowed.entries()) {
    const at = index + forbidden.length;
    it(`${dirname(file)} may import ${imported}`, () => assert.ok(!violations.has(path(at, file))));
  }
});
