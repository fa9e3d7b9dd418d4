/** A scenario on several servers in turns, so that what else the machine does falls on each alike. */
import { inParallel, median } from "../lib/load.ts";
import type { Server } from "../lib/server.ts";
import type { Operation, Scenario } from "./scenario.ts";

/** A slow server gets this part of the operations. */
const slowShare = 1 / 6;

/** Processor milliseconds of one operation, and operations a second. */
export interface Figure {
  cpu: number;
  rate: number;
}
/** Of each size; or why there is none. */
export type Cell = Figure[] | { failure: string };

export const firstLine = (error: unknown) =>
  String((error as Error).message || error)
    .split("\n")[0]!
    .replaceAll("|", "/");

/** One turn of one server. */
async function turn(server: Server, operation: Operation, scenario: Scenario, round: number): Promise<Figure> {
  const count = Math.max(2, Math.ceil(scenario.count * (server.contender.isSlow ? slowShare : 1)));
  const [before, began] = [server.contender.cpu, performance.now()];
  await inParallel(count, server.connections, (n) => operation(round * count + n));
  return {
    cpu: (server.contender.cpu - before) / count,
    rate: (1_000 * count) / (performance.now() - began),
  };
}

/**
 * Medians of each server. What a server cannot do is told in its cell.
 * @param rounds turns that count, after one that does not.
 * @param longest seconds of a turn, and of what is prepared for all turns. Default 40.
 */
export async function compare(scenario: Scenario, servers: Server[], rounds: number, longest = 40): Promise<Cell[]> {
  const sizes = scenario.sizes ?? [0];
  const cells = servers.map(() => ({ failure: "", operations: [] as Operation[] }));
  const found = servers.map(() => sizes.map(() => [] as Figure[]));
  const attempt = async (index: number, work: () => Promise<void>) => {
    const cell = cells[index]!;
    if (cell.failure !== "") return;
    servers[index]!.allow(longest);
    try {
      await work();
    } catch (error) {
      cell.failure = firstLine(error);
    }
  };
  for (const [index, server] of servers.entries()) {
    await attempt(index, async () => {
      for (const size of sizes) cells[index]!.operations.push(await scenario.prepare(server, size));
    });
  }
  for (let round = 0; round <= rounds; round++) {
    for (const [index, server] of servers.entries()) {
      await attempt(index, async () => {
        for (const [at, operation] of cells[index]!.operations.entries()) {
          const figure = await turn(server, operation, scenario, round);
          if (round > 0) found[index]![at]!.push(figure);
        }
      });
    }
  }
  return cells.map(({ failure }, index) =>
    failure
      ? { failure }
      : found[index]!.map((all) => ({
          cpu: median(all.map((one) => one.cpu)),
          rate: median(all.map((one) => one.rate)),
        })),
  );
}

export const milliseconds = (time: number) => (time < 10 ? time.toFixed(2) : time.toFixed(0));
export const grows = ([few, many]: Figure[]) => many!.cpu / few!.cpu;
/** The most that what is stored ten times may cost, on a noisy machine. */
export const flat = 1.5;
