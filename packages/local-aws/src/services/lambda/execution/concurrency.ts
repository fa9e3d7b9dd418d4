/**
 * Limits concurrent requests: of each function that has a reservation, and of all others together.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
import { throttled } from "../errors.ts";
import type { FunctionRecord } from "../records.ts";
import type { Registry } from "../registry.ts";

/** Returned on entry, to be given back. */
export interface Ticket {
  name: string;
  reserved: boolean;
  /** Requests of the function in progress, including this one. */
  concurrent: number;
}

export class Concurrency {
  /** The account's limit in this region. */
  readonly limit: number;
  readonly #registry: Registry;
  readonly #running = new Map<string, number>();
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

  /** @throws AwsError TooManyRequestsException */
  enter({ name, reserved }: FunctionRecord): Ticket {
    const running = this.#running.get(name) ?? 0;
    if (reserved !== undefined) {
      if (running >= reserved) throw throttled("ReservedFunctionConcurrentInvocationLimitExceeded");
    } else {
      if (this.#unreservedRunning >= this.unreserved) throw throttled("ConcurrentInvocationLimitExceeded");
      this.#unreservedRunning++;
    }
    this.#running.set(name, running + 1);
    return { name, reserved: reserved !== undefined, concurrent: running + 1 };
  }

  leave({ name, reserved }: Ticket): void {
    const running = (this.#running.get(name) ?? 1) - 1;
    if (running === 0) this.#running.delete(name);
    else this.#running.set(name, running);
    if (!reserved) this.#unreservedRunning--;
  }
}
