import { chownSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Folders } from "./folders.ts";

/**
 * Gives up root's rights. SageMaker starts a container as its image says but mounts `/opt/ml` as root's, so that an
 * image with another `USER` could not write its model. The image therefore starts as root, hands the output folders
 * over to the user that `RUN_AS` names (`UID:GID`), and becomes that user before it reads any input.
 * Without `RUN_AS`, or without root's rights, nothing changes.
 *
 * @throws Error when `RUN_AS` is not a pair of numbers
 */
export function dropPrivileges(folders: Folders, runAs: string | undefined = process.env.RUN_AS): void {
  if (!runAs || process.getuid?.() !== 0) return;
  const [, uid, gid] = /^([1-9]\d*):([1-9]\d*)$/.exec(runAs) ?? [];
  if (!uid || !gid) throw new Error(`RUN_AS is "${runAs}", expected UID:GID, neither of them 0`);
  for (const folder of [folders.model, folders.outputData, dirname(folders.failure)]) {
    mkdirSync(folder, { recursive: true });
    chownSync(folder, Number(uid), Number(gid));
  }
  process.setgroups!([]);
  process.setgid!(Number(gid));
  process.setuid!(Number(uid));
}
