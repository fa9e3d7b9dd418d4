import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { root } from "./platform.ts";

export interface Load {
  requestsPerSecond: number;
  p50: number;
  p99: number;
  /** Answers other than 2xx, and connections that failed. */
  failed: number;
}

/** Sends requests from a process of its own for some seconds. Latencies in milliseconds. */
export async function load(url: string, connections: number, seconds = 5): Promise<Load> {
  const autocannon = `${root}/bench/node_modules/.bin/autocannon`;
  const args = ["--json", "--connections", String(connections), "--duration", String(seconds), url];
  const { stdout } = await promisify(execFile)(autocannon, args, { maxBuffer: 1 << 26 });
  const result = JSON.parse(stdout);
  return {
    requestsPerSecond: result.requests.mean,
    p50: result.latency.p50,
    p99: result.latency.p99,
    failed: result.errors + result.timeouts + result.non2xx,
  };
}

export const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
