/** Scenarios as benchmarks: the local cloud beside its peers. */
import { type Cell, compare, type Figure, flat, grows, milliseconds } from "../peers/compare.ts";
import type { Scenario } from "../peers/scenario.ts";
import type { Row } from "./benchmark.ts";
import { startLocalCloud, startPeers } from "./contenders.ts";
import { Server } from "./server.ts";

const connections = 8;
const rounds = 5;

/**
 * Starts all, and stops them after the work.
 * @param services by their names in signatures: the one that is measured, and those that it needs.
 * @param work of the local cloud, which is the first, and of its peers.
 */
export async function besidePeers(services: string[], work: (servers: Server[]) => Promise<Row[]>): Promise<Row[]> {
  const own = await startLocalCloud();
  const { peers, absent } = await startPeers(...services);
  const servers = [own, ...peers].map((contender) => new Server(contender, connections));
  try {
    const rows = await work(servers);
    return [...rows, ...absent.map((figure) => ({ what: `${services[0]}, a peer that is not here`, figure }))];
  } finally {
    for (const server of servers) await server.stop();
  }
}

/**
 * Processor times of scenarios, and how they stand to the goals.
 * @param longest as {@link compare} has it.
 * @throws Error where the local cloud cannot do one.
 */
export async function rowsOf(scenarios: Scenario[], servers: Server[], longest?: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const scenario of scenarios) {
    const [own, ...others] = await compare(scenario, servers, rounds, longest);
    if ("failure" in own!) throw new Error(`${scenario.what}: ${own.failure}`);
    const names = servers.slice(1).map(({ contender }) => contender.name);
    const shown = (of: (figure: Figure) => string) =>
      others.map((cell, at) => `${names[at]} ${"failure" in cell ? `none: ${cell.failure}` : of(cell[0]!)}`).join(", ");
    rows.push(scenario.sizes ? growth(scenario, own!) : time(scenario, own![0]!, others, shown));
    if (scenario.items) rows.push(rate(scenario, own![0]!, others, shown));
  }
  return rows;
}

const measured = (cells: Cell[]): Figure[] => cells.flatMap((cell) => ("failure" in cell ? [] : [cell[0]!]));

type Shown = (of: (figure: Figure) => string) => string;

function time({ what, share = 1, most }: Scenario, own: Figure, others: Cell[], shown: Shown): Row {
  const of = ({ cpu }: Figure) => `${milliseconds(cpu)} ms`;
  const best = Math.min(...measured(others).map(({ cpu }) => cpu));
  return {
    what: `${what}: processor time`,
    figure: `${of(own)} (${shown(of)})`,
    goal: most ? `<= ${most} ms` : share === 1 ? "the best peer's" : `${share} of the best peer's`,
    met: own.cpu <= (most ?? share * best),
  };
}

function rate({ what, items = 1 }: Scenario, own: Figure, others: Cell[], shown: Shown): Row {
  const of = (figure: Figure) => Math.round(figure.rate * items).toLocaleString("en");
  return {
    what: `${what}: items a second`,
    figure: `${of(own)} (${shown(of)})`,
    goal: "the best peer's",
    met: own.rate >= Math.max(...measured(others).map((one) => one.rate)),
  };
}

function growth({ what, sizes }: Scenario, own: Figure[]): Row {
  return {
    what: `${what} ${sizes!.map((size) => size.toLocaleString("en")).join(" and ")}: processor time`,
    figure: own.map(({ cpu }) => `${milliseconds(cpu)} ms`).join(", "),
    goal: `flat (at most ${flat} times)`,
    met: grows(own) <= flat,
  };
}
