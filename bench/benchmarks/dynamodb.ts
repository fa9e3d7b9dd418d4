/** DynamoDB beside its peers, in turns; how it grows with its tables; how long it keeps the one thread. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateBackupCommand,
  DescribeBackupCommand,
  DescribeTableCommand,
  DynamoDBClient,
  paginateScan,
  UpdateTableCommand,
} from "@aws-sdk/client-dynamodb";
import type { Benchmark, Row } from "../lib/benchmark.ts";
import { besidePeers, rowsOf } from "../lib/beside.ts";
import type { Server } from "../lib/server.ts";
import { get, type OnTable, put, query, table, tables } from "../peers/tables.ts";

const few = 10_000;
/** Items of the large table; `BENCH_ITEMS` for another number. */
const items = Number(process.env.BENCH_ITEMS ?? 1_000_000);

/** The same requests to a small table and to a large one, in turns. */
async function growth(own: Server, many: string): Promise<Row[]> {
  const names = new Map([
    [few, await table(own, few, true)],
    [items, many],
  ]);
  const operations: Record<string, OnTable> = { put, get, "query 10": query };
  const scenarios = Object.entries(operations).map(([what, operation]) => ({
    what: `DynamoDB ${what}, of items`,
    count: 1_000,
    sizes: [few, items] as [number, number],
    prepare: async (server: Server, size: number) => operation(server, names.get(size)!, size),
  }));
  return rowsOf(scenarios, [own]);
}

/** How long the thread is kept while much is done at once. */
async function delays(own: Server, TableName: string): Promise<Row[]> {
  const client = own.client(DynamoDBClient);
  const row = async (what: string, work: () => Promise<unknown>): Promise<Row> => {
    await own.contender.delay();
    await work();
    const { p99, max } = await own.contender.delay();
    return {
      what: `DynamoDB, event-loop delay (processor time), ${what}: p99`,
      figure: `${p99.toFixed(1)} ms (at most ${max.toFixed(1)} ms)`,
      goal: "<= 10 ms",
      met: p99 <= 10,
    };
  };
  const scan = async () => {
    const filter = {
      FilterExpression: "contains(#t, :t)",
      ExpressionAttributeNames: { "#t": "text" },
      ExpressionAttributeValues: { ":t": { S: "tulip" } },
    };
    let pages = 0;
    for await (const _page of paginateScan({ client }, { TableName, ...filter })) if (++pages === 100) return;
  };
  const fillIndex = async () => {
    await client.send(
      new UpdateTableCommand({
        TableName,
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
      }),
    );
    for (;;) {
      const { Table } = await client.send(new DescribeTableCommand({ TableName }));
      if (Table?.GlobalSecondaryIndexes?.every(({ IndexStatus }) => IndexStatus === "ACTIVE")) return;
      await sleep(200);
    }
  };
  const backUp = async () => {
    const { BackupDetails } = await client.send(new CreateBackupCommand({ TableName, BackupName: "bench" }));
    const BackupArn = BackupDetails?.BackupArn;
    for (;;) {
      const { BackupDescription } = await client.send(new DescribeBackupCommand({ BackupArn }));
      if (BackupDescription?.BackupDetails?.BackupStatus === "AVAILABLE") return;
      await sleep(200);
    }
  };
  return [
    await row("filtered scan", scan),
    await row("filling", () => table(own, few, true)),
    await row("a new index is filled", fillIndex),
    await row("backup", backUp),
  ];
}

const dynamodb: Benchmark = {
  name: "dynamodb",
  run: () =>
    besidePeers(["dynamodb"], async (servers) => {
      const own = servers[0]!;
      const alike = tables.filter((one) => one.sizes === undefined);
      const rows = await rowsOf(alike, servers);
      // What they hold and do in the background is not the local cloud's.
      for (const peer of servers.slice(1)) await peer.stop();
      own.allow(3_600);
      const many = await table(own, items, true);
      rows.push(...(await growth(own, many)));
      own.allow(3_600);
      return [...rows, ...(await delays(own, many))];
    }),
};
export default dynamodb;
