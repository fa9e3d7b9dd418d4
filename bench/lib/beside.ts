/** The local cloud beside its peers: the same requests to each in turns, so that what else the machine does falls on each alike. */
import type { Row } from "./benchmark.ts";
import { type Contender, startLocalCloud, startPeers } from "./contenders.ts";
import { median } from "./load.ts";
import { type JsonService, type Signed, SignedRequests } from "./signedRequests.ts";

/** Turns that count, after one that does not. */
const rounds = 5;

/** A server and how it is spoken to. */
export class Client {
  readonly contender: Contender;
  readonly requests: SignedRequests;
  readonly connections: number;

  /** @param connections for those that take several requests at once. */
  constructor(contender: Contender, service: JsonService, connections: number) {
    this.contender = contender;
    this.connections = contender.isSlow ? 1 : connections;
    this.requests = new SignedRequests(contender.origin, this.connections, service);
  }

  get isOwn(): boolean {
    return this.contender.name === "the local cloud";
  }

  /** Processor milliseconds of one of these. */
  async cost(all: Signed[], count = all.length): Promise<number> {
    const before = this.contender.cpu;
    await this.requests.sendAll(all, this.connections);
    return (this.contender.cpu - before) / count;
  }

  stop(): Promise<void> {
    this.requests.close();
    return this.contender.stop();
  }
}

/** What is measured. */
export interface Kind {
  what: string;
  /** Processor milliseconds of one, in that round. */
  cost(client: Client, round: number): Promise<number>;
  /** Part of the best peer's processor time that is the most allowed. Default 1. */
  share?: number;
  /** Milliseconds that are the most allowed, whatever the peers take. */
  most?: number;
}

const milliseconds = (time: number) => `${time.toFixed(time < 10 ? 2 : 1)} ms`;

/** One row for each kind. */
export async function processorTimes(all: Client[], kinds: Kind[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { what, cost, share = 1, most } of kinds) {
    const times = new Map(all.map((client) => [client, [] as number[]]));
    for (let round = 0; round <= rounds; round++) {
      for (const client of all) {
        const time = await cost(client, round);
        if (round > 0) times.get(client)!.push(time);
      }
    }
    const of = (client: Client) => median(times.get(client)!);
    const peers = all.filter(({ isOwn }) => !isOwn);
    const ours = of(all.find(({ isOwn }) => isOwn)!);
    const best = Math.min(...peers.map(of));
    const shown = peers.map((peer) => `${peer.contender.name} ${milliseconds(of(peer))}`).join(", ");
    rows.push({
      what: `${what}: processor time`,
      figure: `${milliseconds(ours)} (${shown})`,
      goal: most ? `<= ${most} ms` : share === 1 ? "the best peer's" : `${share} of the best peer's`,
      met: ours <= (most ?? share * best),
    });
  }
  return rows;
}

/** The same requests where little is stored and where much is, in turns. */
export async function growth(what: string, few: () => Promise<number>, many: () => Promise<number>): Promise<Row> {
  const times = { few: [] as number[], many: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    const [small, large] = [await few(), await many()];
    if (round === 0) continue;
    times.few.push(small);
    times.many.push(large);
  }
  const [small, large] = [median(times.few), median(times.many)];
  return {
    what: `${what}: processor time`,
    figure: `${milliseconds(small)}, ${milliseconds(large)}`,
    goal: "flat (at most 1.5 times)",
    met: large <= 1.5 * small,
  };
}

/**
 * Starts all, and stops them after the work.
 * @param unlike peers that do not do what is measured, and why.
 */
export async function withContenders(
  service: JsonService,
  connections: number,
  work: (clients: Client[]) => Promise<Row[]>,
  unlike: Record<string, string> = {},
): Promise<Row[]> {
  const own = await startLocalCloud();
  const { peers, absent } = await startPeers(service.name);
  const alike: Contender[] = [];
  for (const peer of peers) {
    const why = unlike[peer.name];
    if (why === undefined) alike.push(peer);
    else {
      await peer.stop();
      absent.push(`${peer.name} (${why})`);
    }
  }
  const clients = [own, ...alike].map((contender) => new Client(contender, service, connections));
  try {
    const rows = await work(clients);
    return [...rows, ...absent.map((figure) => ({ what: `${service.name}, a peer that is not here`, figure }))];
  } finally {
    for (const client of clients) await client.stop();
  }
}
