import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = join(import.meta.dirname, "../fixtures/config");
const packages = join(import.meta.dirname, "../../../../../node_modules");

/** A project that Pulumi's CLI refused, and what it said of it, with `.` for the project's folder. */
export interface Refused {
  project: string;
  /** Pulumi.dev.yaml. Default: there is none. */
  stack?: string;
  says: string;
  /** Of a syntax error of YAML only the beginning is compared: the rest is the reader's own. */
  syntax?: boolean;
}

/** A project that it took, and the configuration that the program got. */
export interface Accepted extends Pick<Refused, "project" | "stack"> {
  config: Record<string, string>;
  secretKeys?: string[];
}

/** Recorded of the CLI 3.274.1, by subject; with PULUMI_CONFIG_PASSPHRASE=foo. */
export const refused = (): [subject: string, cases: Refused[]][] =>
  readdirSync(join(folder, "refused")).map((file) => [file.replace(".json", ""), read(`refused/${file}`) as Refused[]]);

export const accepted = (): Accepted[] => read("accepted.json") as Accepted[];

const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), "utf8"));

/** A folder with such a project in it. */
export class ProjectFolder {
  readonly directory = mkdtempSync(join(tmpdir(), "project-"));

  constructor() {
    symlinkSync(packages, join(this.directory, "node_modules"));
  }

  write({ project, stack }: Pick<Refused, "project" | "stack">): void {
    writeFileSync(join(this.directory, "Pulumi.yaml"), project);
    const file = join(this.directory, "Pulumi.dev.yaml");
    if (stack === undefined) rmSync(file, { force: true });
    else writeFileSync(file, stack);
  }

  /** An error's words, without what no two runs have the same: the folder, lines, the order of what was found. */
  words(text: string, { syntax }: Pick<Refused, "syntax"> = {}): string {
    const lines = text
      .replaceAll(this.directory, ".")
      .replace(/\s+line \d+: /g, " ")
      .split("\n")
      .sort();
    return syntax ? lines.join("\n").replace(/(invalid YAML file: yaml:).*/s, "$1") : lines.join("\n");
  }

  close(): void {
    rmSync(this.directory, { recursive: true });
  }
}
