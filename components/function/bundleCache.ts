import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Metafile } from "esbuild";

/** What a bundle was made of, and where it lies. */
interface Record {
  /** Relative to the program. */
  entry: string;
  /** Of what every bundle depends on: see {@link BundleCache}. */
  key: string;
  /** Content hash of each file of the program that went into it, by path. */
  sources: { [path: string]: string };
  /** Relative to the program. */
  folder: string;
}

/**
 * Remembers which sources each entry point's bundle was made of: an entry whose sources are as they were is not bundled
 * again. Packages count by what npm says it has installed (`node_modules/.package-lock.json`); without that file nothing
 * is remembered.
 */
export class BundleCache {
  readonly #root: string;
  readonly #directory: string;
  readonly #key: string | undefined;
  readonly #hashes = new Map<string, string | undefined>();
  readonly #began = Date.now();

  /**
   * @param root folder of the program; every path is relative to it.
   * @param directory where the records are kept.
   * @param settings how bundles are made: other settings make other bundles.
   */
  constructor(root: string, directory: string, settings: unknown) {
    this.#root = root;
    this.#directory = directory;
    const packages = this.#hash("node_modules/.package-lock.json");
    const key = [packages, this.#hash("tsconfig.json"), JSON.stringify(settings)];
    this.#key = packages && sha256(key.join());
  }

  /** @returns the folder of the entry's bundle, unless it must be made again. */
  find(entry: string): string | undefined {
    const record = read(this.#fileOf(entry));
    if (!record || record.key !== this.#key || !existsSync(join(this.#root, record.folder))) return undefined;
    const same = Object.entries(record.sources).every(([path, hash]) => this.#hash(path) === hash);
    return same ? record.folder : undefined;
  }

  /** What each bundle of these settings and packages was made of, whatever has become of its sources. */
  records(): Pick<Record, "entry" | "sources" | "folder">[] {
    const directory = join(this.#root, this.#directory);
    const files = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith(".json")) : [];
    return files.map((name) => read(join(directory, name))).filter((record) => record?.key === this.#key) as Record[];
  }

  /**
   * A source that was saved since this cache was opened is not trusted to be what the bundle was made of.
   * @param metafile esbuild's account of the build that made the bundle in `folder`.
   */
  keep(entry: string, folder: string, { inputs }: Metafile): void {
    if (!this.#key) return;
    const reached = new Set([entry]);
    for (const path of reached) {
      for (const { path: imported, external } of inputs[path]?.imports ?? []) if (!external) reached.add(imported);
    }
    const sources: Record["sources"] = {};
    for (const path of reached) {
      const hash = path.includes("node_modules/") ? undefined : this.#hash(path);
      if (!hash) continue;
      if (statSync(join(this.#root, path)).mtimeMs >= this.#began) return;
      sources[path] = hash;
    }
    const file = this.#fileOf(entry);
    mkdirSync(dirname(file), { recursive: true });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify({ entry, key: this.#key, sources, folder } satisfies Record));
    renameSync(draft, file);
  }

  #fileOf(entry: string): string {
    return join(this.#root, this.#directory, `${sha256(entry).slice(0, 32)}.json`);
  }

  #hash(path: string): string | undefined {
    if (!this.#hashes.has(path)) {
      const file = join(this.#root, path);
      this.#hashes.set(path, existsSync(file) ? sha256(readFileSync(file)) : undefined);
    }
    return this.#hashes.get(path);
  }
}

function read(file: string): Record | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");
