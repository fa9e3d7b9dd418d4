/** One line of the table: what was measured, the figure, what it is to be, and whether it is. */
export interface Row {
  what: string;
  figure: string;
  goal?: string;
  met?: boolean;
}

/** A file of `bench/benchmarks` exports one: it measures, and cleans up after itself. */
export interface Benchmark {
  name: string;
  run(): Promise<Row[]>;
}
