import type { Collection } from "../../store.ts";
import type { BucketRecord } from "./records.ts";

/** Buckets that are remembered at a time. */
const most = 1_000;

/** Records of buckets, each read once: every request asks for its bucket's several times. Nobody changes what is read. */
export class Buckets {
  readonly #records: Collection<BucketRecord>;
  readonly #known = new Map<string, BucketRecord>();

  constructor(records: Collection<BucketRecord>) {
    this.#records = records;
  }

  get(name: string | undefined): BucketRecord | undefined {
    if (name === undefined) return undefined;
    const known = this.#known.get(name);
    if (known) return known;
    const found = this.#records.get(name);
    if (!found) return undefined;
    if (this.#known.size >= most) this.#known.clear();
    this.#known.set(name, frozen(found));
    return found;
  }

  /** Those whose names start with `prefix` (default: all), in the order of their names. */
  values(prefix?: string): BucketRecord[] {
    return this.#records.values(prefix);
  }

  put(name: string, bucket: BucketRecord): void {
    this.#known.delete(name);
    this.#records.put(name, bucket);
  }

  delete(name: string): void {
    this.#known.delete(name);
    this.#records.delete(name);
  }
}

function frozen<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === "object" && member !== null) frozen(member);
  return Object.freeze(value);
}
