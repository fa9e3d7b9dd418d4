import { execFile } from "node:child_process";
import { Agent, get } from "node:http";
import { promisify } from "node:util";
import { root } from "./platform.ts";

export interface Load {
  requestsPerSecond: number;
  p50: number;
  p99: number;
  /** Answers in all. */
  requests: number;
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
    requests: result.requests.total,
    p50: result.latency.p50,
    p99: result.latency.p99,
    failed: result.errors + result.timeouts + result.non2xx,
  };
}

/** @param share 0.5 for the median, 0.99 for what one in a hundred is above. */
export const percentile = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;

export const median = (values: number[]): number => percentile(values, 0.5);

/** The median over `count` requests, one after the other on one connection, in milliseconds (autocannon rounds them). */
export async function medianLatency(url: string, count: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: number[] = [];
  for (let request = 0; request < count; request++) {
    const began = performance.now();
    await new Promise((resolve, reject) => {
      get(url, { agent }, (answer) => answer.resume().on("end", resolve)).on("error", reject);
    });
    times.push(performance.now() - began);
  }
  agent.destroy();
  return median(times);
}

/**
 * Does it `count` times, some at a time. One that fails ends all.
 * @param work is told its number, from 0.
 */
export async function inParallel(
  count: number,
  connections: number,
  work: (n: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const ends = await Promise.allSettled(
    Array.from({ length: connections }, async () => {
      try {
        while (next < count) await work(next++);
      } finally {
        next = count;
      }
    }),
  );
  const failed = ends.find((end) => end.status === "rejected");
  if (failed) throw failed.reason;
}
