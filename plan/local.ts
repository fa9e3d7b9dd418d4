/**
 * A plan without an account: the program as it was and as it is, each brought up on this machine in a folder that is thrown
 * away. Everything is known then, other than in a preview: ids, ARNs, and with them every policy.
 */
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { StackSnapshot } from "pulumi-local";
import { readLocalConfig } from "pulumi-local/config";
import { Failure } from "../scripts/lib/failure.ts";
import { bringUp } from "./bringUp.ts";
import { changesBetween, nameOf, type PlannedResource, type Stacks } from "./stacks.ts";

const run = promisify(execFile);

export interface LocalOptions {
  /** Folder of the program as it is. */
  program: string;
  /** Commit, branch or tag of the program as it was. */
  against: string;
  /** Whose configuration it is evaluated with. */
  stack: string;
  /** The program's own configuration by key, over the stack's. */
  config: Record<string, string>;
  /** Told what is being done. */
  say(text: string): void;
}

/** @throws {Failure} when git does not know the commit; the engine's error, when either program fails. */
export async function localStacks({ program, against, stack, config, say }: LocalOptions): Promise<Stacks> {
  const folder = mkdtempSync(join(tmpdir(), "plan-"));
  try {
    // One place for both, one after the other: of what is packed, where it lay can be a part.
    const place = join(folder, "program");
    const common = {
      program: place,
      local: await readLocalConfig(program),
      stack,
      config,
      state: join(folder, "state"),
    };
    say(`brings up ${against}`);
    await checkOut(program, against, place);
    const first = await bringUp(common);
    say("brings up the working tree over it");
    await copyTree(program, place);
    // On the same ports: addresses hold them.
    const second = await bringUp({ ...common, ports: first.ports });
    const [before, after] = [resourcesOf(first.snapshot), resourcesOf(second.snapshot)];
    return { before, after, changes: changesBetween(before, after) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The files of a commit, with the packages that are installed now. */
async function checkOut(program: string, commit: string, place: string): Promise<void> {
  const archive = `${place}.tar`;
  try {
    await run("git", ["-C", program, "archive", "--output", archive, "--end-of-options", commit]);
  } catch (error) {
    const { stderr = "", message } = error as { stderr?: string; message: string };
    const reason = (stderr || message).trim().split("\n")[0];
    throw new Failure(`--against is ${commit}; allowed is a commit that git knows: ${reason}`);
  }
  renew(program, place);
  await run("tar", ["-xf", archive, "-C", place]);
}

/** What git has of the working tree, or would take. */
async function copyTree(program: string, place: string): Promise<void> {
  const { stdout } = await run("git", ["-C", program, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    maxBuffer: 64 * 1024 * 1024,
  });
  renew(program, place);
  // A file that was deleted is listed as long as the index has it.
  for (const file of stdout.split("\0").filter((name) => name !== "" && existsSync(join(program, name)))) {
    cpSync(join(program, file), join(place, file), { recursive: true });
  }
}

/** An empty place but for the packages. */
function renew(program: string, place: string): void {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  symlinkSync(join(program, "node_modules"), join(place, "node_modules"));
}

const resourcesOf = ({ resources }: StackSnapshot): PlannedResource[] =>
  resources.map(({ urn, type, id, parent, inputs, outputs }) => ({
    urn,
    type,
    name: nameOf(urn),
    id,
    ...(parent !== undefined && { parent }),
    inputs,
    outputs,
  }));
