/** Latencies of requests and memory of the platform, over the time of the load. */

export interface Sample {
  /** Milliseconds since the load began. */
  at: number;
  value: number;
}

export interface Growth {
  first: number;
  last: number;
  ratio: number;
}

/** Share of the time in which functions, pools and caches come up. */
const warmUp = 0.2;
export class Measures {
  /** Whether no fault is asked for: latencies of other times are the faults' own. */
  calm = true;
  readonly #began = performance.now();
  readonly #series = new Map<string, Sample[]>();

  add(series: string, value: number): void {
    const samples = this.#series.get(series) ?? [];
    samples.push({ at: performance.now() - this.#began, value });
    this.#series.set(series, samples);
  }

  /** Runs it, and notes how long it took, in milliseconds, where all was calm. */
  async timed<T>(series: string, run: () => Promise<T>): Promise<T> {
    const { calm } = this;
    const began = performance.now();
    const value = await run();
    if (calm && this.calm) this.add(series, performance.now() - began);
    return value;
  }

  /** Names of the series that begin so. */
  of(prefix: string): string[] {
    return [...this.#series.keys()].filter((name) => name.startsWith(prefix)).sort();
  }

  /** @param fewest as {@link growthOf} has it. */
  growth(series: string, fewest?: number): Growth | undefined {
    return growthOf(this.#series.get(series) ?? [], fewest);
  }
}

/**
 * The median of the last third of the time over that of the first, the warm-up left out.
 * @param fewest samples that a median is of.
 * @returns undefined where there are too few samples to say.
 */
export function growthOf(samples: readonly Sample[], fewest = 5): Growth | undefined {
  const end = samples.at(-1)?.at ?? 0;
  const start = end * warmUp;
  const third = (end - start) / 3;
  const median = (from: number, to: number) => {
    const values = samples.filter(({ at }) => at >= from && at <= to).map(({ value }) => value);
    return values.length < fewest ? undefined : values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  };
  const [first, last] = [median(start, start + third), median(end - third, end)];
  if (first === undefined || last === undefined) return undefined;
  return { first, last, ratio: last / first };
}
