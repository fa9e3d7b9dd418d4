/** Git repositories that a notebook instance has when it starts, as on AWS. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { NotebookInstance } from "./records.ts";

const run = promisify(execFile);

type Repositories = Pick<NotebookInstance["input"], "DefaultCodeRepository" | "AdditionalCodeRepositories">;

/** Clones those that are missing. @throws Error naming the one that cannot be cloned, as AWS's failure reason does. */
export async function cloneRepositories(
  { DefaultCodeRepository: first, AdditionalCodeRepositories: more = [] }: Repositories,
  folder: string,
): Promise<void> {
  for (const url of [first, ...more]) {
    if (!url?.startsWith("https://")) continue;
    const name =
      new URL(url).pathname
        .split("/")
        .filter(Boolean)
        .at(-1)
        ?.replace(/\.git$/, "") || "repository";
    if (!/^[\w.-]+$/.test(name) || /^\.+$/.test(name)) throw new Error(`The repository ${url} has no name`);
    if (existsSync(join(folder, name))) continue;
    try {
      const environment = { PATH: process.env.PATH, HOME: folder, GIT_TERMINAL_PROMPT: "0", GIT_CONFIG_NOSYSTEM: "1" };
      await run("git", ["clone", "--quiet", "--", url, name], { cwd: folder, env: environment, timeout: 60_000 });
    } catch (error) {
      const { stderr = "", message } = error as Error & { stderr?: string };
      throw new Error(`Unable to clone ${url}: ${(stderr.trim().split("\n").at(-1) || message).slice(0, 500)}`);
    }
  }
}
