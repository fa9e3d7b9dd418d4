/**
 * Limits concurrent requests: of each function that has a reservation, and of all others together. What a version has
 * provisioned is its own: requests on it count for neither, and others have what of a reservation is left.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
import { throttled } from "../errors.ts";
import type { FunctionRecord } from "../records.ts";
import type { Registry } from "../registry.ts";

/** Returned on entry, to be given back. */
export interface Ticket {
  name: string;
  /** What the request counts for. */
  kind: "provisioned" | "reserved" | "unreserved";
  /** `name:version`, which has provisioned concurrency. */
  version: string;
  /** Requests of the function in progress, including this one. */
  concurrent: number;
}

export class Concurrency {
  /** The account's limit in this region. */
  readonly limit: number;
  readonly #registry: Registry;
  readonly #running = new Map<string, number>();
  /** By `name:version`. */
  readonly #onProvisioned = new Map<string, number>();
  /** By name: those that are not on provisioned concurrency. */
  readonly #onDemand = new Map<string, number>();
  #unreservedRunning = 0;
  #reservedTotal = 0;
  #revision = -1;

  constructor(registry: Registry, limit: number) {
    this.#registry = registry;
    this.limit = limit;
  }

  /** Concurrency left to functions without a reservation. */
  get unreserved(): number {
    if (this.#revision !== this.#registry.revision) {
      this.#revision = this.#registry.revision;
      this.#reservedTotal = this.#registry.functions.values().reduce((sum, { reserved = 0 }) => sum + reserved, 0);
    }
    return this.limit - this.#reservedTotal;
  }

  /**
   * @param version of the function, that is to run.
   * @throws AwsError TooManyRequestsException
   */
  enter({ name, reserved }: FunctionRecord, version: string): Ticket {
    const kind = this.#kind(name, reserved, version);
    const key = `${name}:${version}`;
    if (kind === "provisioned") add(this.#onProvisioned, key, 1);
    else add(this.#onDemand, name, 1);
    if (kind === "unreserved") this.#unreservedRunning++;
    return { name, kind, version: key, concurrent: add(this.#running, name, 1) };
  }

  leave({ name, kind, version }: Ticket): void {
    add(this.#running, name, -1);
    if (kind === "provisioned") add(this.#onProvisioned, version, -1);
    else add(this.#onDemand, name, -1);
    if (kind === "unreserved") this.#unreservedRunning--;
  }

  #kind(name: string, reserved: number | undefined, version: string): Ticket["kind"] {
    if ((this.#onProvisioned.get(`${name}:${version}`) ?? 0) < this.#registry.provisionedFor(name, version)) {
      return "provisioned";
    }
    if (reserved !== undefined) {
      const left = reserved - this.#registry.provisionedOf(name);
      if ((this.#onDemand.get(name) ?? 0) >= left) throw throttled("ReservedFunctionConcurrentInvocationLimitExceeded");
      return "reserved";
    }
    if (this.#unreservedRunning >= this.unreserved) throw throttled("ConcurrentInvocationLimitExceeded");
    return "unreserved";
  }
}

function add(counts: Map<string, number>, key: string, change: number): number {
  const count = (counts.get(key) ?? 0) + change;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
  return count;
}
