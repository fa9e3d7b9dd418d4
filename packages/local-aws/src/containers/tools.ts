import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Third-party programs that this machine may have: JupyterLab, Spark, Python. First those that `npm run notebooks:install`
 * has put into the folder of tools, then those on PATH.
 */
export class Tools {
  readonly folders: string[];
  /** Where downloads for them are kept. */
  readonly directory: string;

  /** @param directory the folder of tools; it need not exist. */
  constructor(directory: string) {
    this.directory = directory;
    this.folders = [join(directory, "python", "bin"), ...(process.env.PATH ?? "").split(delimiter).filter(Boolean)];
  }

  /** @returns its absolute path; undefined where it is not installed. Looked for at each call: it may be installed meanwhile. */
  find(...names: string[]): string | undefined {
    return names.flatMap((name) => this.folders.map((folder) => join(folder, name))).find(isProgram);
  }

  /** `PATH` for a process that is to find this program and its siblings first. */
  pathWith(program: string): string {
    return [join(program, ".."), ...this.folders].join(delimiter);
  }
}

/** Whether this process may execute it. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
