/** `npm start` in a copy of the program. */
import { cpSync, mkdtempSync, readdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Running } from "local-aws/testing";

export const root = resolve(import.meta.dirname, "../../..");

/** A copy of the program, so that a test may save files in it, with the modules of this one. */
export function copyProgram(): string {
  const folder = mkdtempSync(join(tmpdir(), "program-"));
  const parts = [
    "index.ts",
    "local.config.ts",
    "config.ts",
    "environment.ts",
    "nodeVersion.ts",
    "package.json",
    "tsconfig.json",
    "Pulumi.yaml",
    "Pulumi.local.yaml",
    "Pulumi.prod.yaml",
  ];
  const folders = ["bootstrap", "components", "console", "handlers", "jobs", "models", "policy", "scripts"].filter(
    (name) => readdirSync(root).includes(name),
  );
  for (const part of [...parts, ...folders]) cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

/** `npm start` in that folder. */
export class Started extends Running {
  constructor(folder: string, args: string[] = [], environment: NodeJS.ProcessEnv = {}) {
    super(join(root, "packages/pulumi-local/src/main.ts"), args, {
      cwd: folder,
      environment: {
        LOCAL_API_PORT: "0",
        LOCAL_AWS_PORT: "0",
        LOCAL_STATE_DIR: join(folder, ".local"),
        ...environment,
      },
    });
  }
}
