/** DynamoDB beside its peers, in turns; how it grows with its tables; how long it keeps the one thread. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark, Row } from "../lib/benchmark.ts";
import { type Contender, startLocalCloud, startPeers } from "../lib/contenders.ts";
import { median } from "../lib/load.ts";
import { type Signed, SignedRequests } from "../lib/signedRequests.ts";

/** Turns that count, after one that does not, and requests of each in one; items of the tables that they are sent to. */
const rounds = 5;
const requests = 1_000;
const connections = 8;
const some = 2_000;
/** Items of the large table; `BENCH_ITEMS` for another number. */
const items = Number(process.env.BENCH_ITEMS ?? 1_000_000);
const few = 10_000;

const item = (n: number) => ({
  p: { S: `partition-${Math.floor(n / 10)}` },
  s: { N: String(n % 10) },
  class: { S: `class-${n % 100}` },
  measured: { M: { length: { N: "5.1" }, width: { N: "3.5" }, colours: { SS: ["blue", "violet"] } } },
  text: { S: "a flower that was measured in the garden ".repeat(4) },
});
const keyOf = ({ p, s }: ReturnType<typeof item>) => ({ p, s });

type Make = (table: string, n: number) => [operation: string, input: object];

/** What is measured, by its row: the nth request to a table that has some items. */
const kinds: Record<string, { make: Make; count: number }> = {
  put: { make: (TableName, n) => ["PutItem", { TableName, Item: item(n) }], count: requests },
  get: { make: (TableName, n) => ["GetItem", { TableName, Key: keyOf(item(n)) }], count: requests },
  "query 10": {
    make: (TableName, n) => [
      "Query",
      { TableName, KeyConditionExpression: "p = :p", ExpressionAttributeValues: { ":p": item(n).p } },
    ],
    count: requests,
  },
  "transaction of 4 writes": {
    make: (TableName, n) => [
      "TransactWriteItems",
      {
        TransactItems: [0, 1, 2, 3].map((more) => ({
          Update: {
            TableName,
            Key: keyOf(item(4 * n + more)),
            UpdateExpression: "ADD written :one SET #c = :c",
            ConditionExpression: "attribute_exists(p)",
            ExpressionAttributeNames: { "#c": "class" },
            ExpressionAttributeValues: { ":one": { N: "1" }, ":c": { S: "other" } },
          },
        })),
      },
    ],
    count: requests / 4,
  },
  "fill, 25 a batch, 8 at once": {
    make: (table, n) => {
      const all = Array.from({ length: 25 }, (_, more) => ({ PutRequest: { Item: item(1e7 + 25 * n + more) } }));
      return ["BatchWriteItem", { RequestItems: { [table]: all } }];
    },
    count: requests / 10,
  },
};

class Client {
  readonly contender: Contender;
  readonly #connections: number;
  readonly #requests: SignedRequests;

  constructor(contender: Contender) {
    this.contender = contender;
    this.#connections = contender.isSlow ? 1 : connections;
    this.#requests = new SignedRequests(contender.origin, this.#connections, {
      name: "dynamodb",
      target: "DynamoDB_20120810",
    });
  }

  call: SignedRequests["call"] = (operation, input) => this.#requests.call(operation, input);
  close = () => this.#requests.close();

  async table(TableName: string, size: number): Promise<void> {
    const types = { p: "S", s: "N", class: "S" };
    await this.call("CreateTable", {
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: Object.entries(types).map(([AttributeName, AttributeType]) => ({
        AttributeName,
        AttributeType,
      })),
      KeySchema: [
        { AttributeName: "p", KeyType: "HASH" },
        { AttributeName: "s", KeyType: "RANGE" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: "byClass",
          KeySchema: [{ AttributeName: "class", KeyType: "HASH" }],
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
    });
    for (let from = 0; from < size; from += few) {
      const batches = Array.from({ length: Math.ceil(Math.min(few, size - from) / 25) }, (_, batch) => {
        const all = Array.from({ length: 25 }, (_, n) => ({ PutRequest: { Item: item(from + 25 * batch + n) } }));
        return this.#requests.signCall("BatchWriteItem", { RequestItems: { [TableName]: all } });
      });
      await this.#requests.sendAll(await Promise.all(batches), this.#connections);
    }
  }

  /** @returns processor milliseconds of a request, and requests a second. */
  async measure(kind: string, table: string, round: number, of = some): Promise<{ cpu: number; rate: number }> {
    const { make, count: most } = kinds[kind]!;
    const count = this.contender.isSlow ? Math.ceil(most / 20) : most;
    const all: Signed[] = [];
    for (let n = 0; n < count; n++) {
      // Spread over the table, and others each time.
      const [operation, input] = make(
        table,
        kind.startsWith("fill") ? round * count + n : (n * 7919 + round) % (of / 4),
      );
      all.push(await this.#requests.signCall(operation, input));
    }
    const before = this.contender.cpu;
    const seconds = await this.#requests.sendAll(all, this.#connections);
    return { cpu: (this.contender.cpu - before) / count, rate: count / seconds };
  }
}

const milliseconds = (time: number) => `${time.toFixed(time < 10 ? 2 : 0)} ms`;

/** All of them in turns, so that what else the machine does falls on each alike. */
async function beside(own: Client, peers: Client[]): Promise<Row[]> {
  const all = [own, ...peers];
  for (const client of all) await client.table("flowers", some);
  const rows: Row[] = [];
  for (const kind of Object.keys(kinds)) {
    const found = new Map(all.map((client) => [client, { cpu: [] as number[], rate: [] as number[] }]));
    for (let round = 0; round <= rounds; round++) {
      for (const client of all) {
        const { cpu, rate } = await client.measure(kind, "flowers", round);
        if (round === 0) continue;
        found.get(client)?.cpu.push(cpu);
        found.get(client)?.rate.push(rate);
      }
    }
    const of = (client: Client) => ({ cpu: median(found.get(client)!.cpu), rate: median(found.get(client)!.rate) });
    const ours = of(own);
    const best = Math.min(...peers.map((peer) => of(peer).cpu));
    const shown = peers.map((peer) => `${peer.contender.name} ${milliseconds(of(peer).cpu)}`).join(", ");
    rows.push({
      what: `DynamoDB, ${kind}: processor time`,
      figure: `${milliseconds(ours.cpu)} (${shown})`,
      goal: "the best peer's",
      met: ours.cpu <= best,
    });
    if (!kind.startsWith("fill")) continue;
    const rate = (client: Client) => `${Math.round(of(client).rate * 25).toLocaleString("en")}`;
    rows.push({
      what: `DynamoDB, ${kind}: items a second`,
      figure: `${rate(own)} (${peers.map((peer) => `${peer.contender.name} ${rate(peer)}`).join(", ")})`,
      goal: "the best peer's",
      met: ours.rate >= Math.max(...peers.map((peer) => of(peer).rate)),
    });
  }
  return rows;
}

/** The same requests to a small table and to a large one, in turns. */
async function growth(own: Client): Promise<Row[]> {
  await own.table("few", few);
  await own.table("many", items);
  const rows: Row[] = [];
  for (const kind of ["put", "get", "query 10"]) {
    const times = { few: [] as number[], many: [] as number[] };
    for (let round = 0; round <= rounds; round++) {
      const small = await own.measure(kind, "few", round, few);
      const large = await own.measure(kind, "many", round, items);
      if (round === 0) continue;
      times.few.push(small.cpu);
      times.many.push(large.cpu);
    }
    const [small, large] = [median(times.few), median(times.many)];
    rows.push({
      what: `DynamoDB, ${kind}, ${few.toLocaleString("en")} items and ${items.toLocaleString("en")}: processor time`,
      figure: `${milliseconds(small)}, ${milliseconds(large)}`,
      goal: "flat (at most 1.5 times)",
      met: large <= 1.5 * small,
    });
  }
  return rows;
}

/** How long the thread is kept while much is done at once. */
async function delays(own: Client): Promise<Row[]> {
  const row = async (what: string, work: () => Promise<unknown>): Promise<Row> => {
    await own.contender.delay();
    await work();
    const { p99, max } = await own.contender.delay();
    return {
      what: `DynamoDB, event-loop delay (processor time), ${what}: p99`,
      figure: `${milliseconds(p99)} (at most ${milliseconds(max)})`,
      goal: "<= 10 ms",
      met: p99 <= 10,
    };
  };
  const scan = async () => {
    let ExclusiveStartKey: unknown;
    for (let page = 0; page < 100; page++) {
      const more = ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey };
      const values = { FilterExpression: "contains(#t, :t)", ExpressionAttributeValues: { ":t": { S: "tulip" } } };
      const names = { ExpressionAttributeNames: { "#t": "text" } };
      const answer = await own.call("Scan", { TableName: "many", ...values, ...names, ...more });
      ExclusiveStartKey = answer.LastEvaluatedKey;
      if (ExclusiveStartKey === undefined) return;
    }
  };
  const fillIndex = async () => {
    await own.call("UpdateTable", {
      TableName: "many",
      AttributeDefinitions: ["p", "text"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: "byText",
            KeySchema: [{ AttributeName: "text", KeyType: "HASH" }],
            Projection: { ProjectionType: "ALL" },
          },
        },
      ],
    });
    for (;;) {
      type Described = { Table: { GlobalSecondaryIndexes: { IndexStatus: string }[] } };
      const { Table } = await own.call<Described>("DescribeTable", { TableName: "many" });
      if (Table.GlobalSecondaryIndexes.every(({ IndexStatus }) => IndexStatus === "ACTIVE")) return;
      await sleep(200);
    }
  };
  const backUp = async () => {
    type Made = { BackupDetails: { BackupArn: string } };
    const { BackupDetails } = await own.call<Made>("CreateBackup", { TableName: "many", BackupName: "bench" });
    for (;;) {
      type Described = { BackupDescription: { BackupDetails: { BackupStatus: string } } };
      const { BackupArn } = BackupDetails;
      const { BackupDescription } = await own.call<Described>("DescribeBackup", { BackupArn });
      if (BackupDescription.BackupDetails.BackupStatus === "AVAILABLE") return;
      await sleep(200);
    }
  };
  return [
    await row("filtered scan", scan),
    await row("filling", () => own.table("filled", few)),
    await row("a new index is filled", fillIndex),
    await row("backup", backUp),
  ];
}

const dynamodb: Benchmark = {
  name: "dynamodb",
  async run() {
    const own = new Client(await startLocalCloud());
    const { peers, absent } = await startPeers("dynamodb");
    const others = peers.map((peer) => new Client(peer));
    try {
      const rows = await beside(own, others);
      for (const reason of absent) rows.push({ what: "DynamoDB, a peer that is not here", figure: reason });
      for (const peer of others) await peer.contender.stop();
      rows.push(...(await growth(own)), ...(await delays(own)));
      return rows;
    } finally {
      for (const client of [own, ...others]) {
        client.close();
        await client.contender.stop();
      }
    }
  },
};
export default dynamodb;
