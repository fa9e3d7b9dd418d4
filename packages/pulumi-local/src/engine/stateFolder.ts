import { existsSync, globSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { Store } from "local-aws/store";
import { EngineError } from "./events.ts";

const suffix = ".sqlite";

/** A stack by the two names that tell it from every other. */
export interface StackName {
  project: string;
  stack: string;
}

/** Folder and file of a stack's state: each project has a folder of its own. */
export const placeOf = (directory: string, { project, stack }: StackName): [folder: string, file: string] => [
  join(directory, folderOf(project)),
  `${stack}${suffix}`,
];

/** A project may be named `..`, a folder not. */
const folderOf = (project: string): string => (/^\.+$/.test(project) ? project.replaceAll(".", "%2E") : project);

/** The stacks that have a state in this folder, by name. */
export function stacksIn(directory: string): StackName[] {
  const folders = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .flatMap(({ name }) =>
      readdirSync(join(directory, name))
        .filter((file) => file.endsWith(suffix))
        .map((file) => ({ project: name.replaceAll("%2E", "."), stack: file.slice(0, -suffix.length) })),
    )
    .sort((a, b) => (stackReferenceOf(a) < stackReferenceOf(b) ? -1 : 1));
}

/** A stack's whole name, as a StackReference says it. */
export const stackReferenceOf = ({ project, stack }: StackName): string => `organization/${project}/${stack}`;

/**
 * Version 0.1 kept a state by the stack's name alone. Each is moved to the folder of the project whose resources it holds.
 * @throws {EngineError} when that project has a state of that stack already.
 */
export function moveOldStates(directory: string): void {
  for (const file of globSync(`*${suffix}`, { cwd: directory })) {
    const stack = file.slice(0, -suffix.length);
    const project = projectIn(directory, file);
    const old = join(directory, file);
    if (project === undefined) {
      rmSync(old);
      continue;
    }
    const [folder, leaf] = placeOf(directory, { project, stack });
    const now = join(folder, leaf);
    if (existsSync(now)) {
      throw new EngineError(
        `${stackReferenceOf({ project, stack })} has a state of version 0.1 (${old}) and a later one (${relative(directory, now)}): move away the one that is not wanted`,
      );
    }
    mkdirSync(folder, { recursive: true });
    renameSync(old, now);
  }
}

/** The project that the resources of a state belong to; none where there are none. To read it leaves one whole file. */
function projectIn(directory: string, file: string): string | undefined {
  const store = new Store(directory, file);
  try {
    const urns = ["resources", "leftovers", "pending"].flatMap((name) =>
      store
        .collection(name)
        .entries()
        .map(([urn]) => urn),
    );
    return urns[0]?.split("::")[1];
  } finally {
    store.close();
  }
}
