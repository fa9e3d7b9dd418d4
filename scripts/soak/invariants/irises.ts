import { DescribeTableCommand, type DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { output } from "../../lib/stack.ts";
import { type Invariant, Look } from "./invariant.ts";
import { changesOf } from "./tableChanges.ts";

const classes = ["setosa", "versicolor", "virginica"];

interface Item {
  id: string;
  soak?: number;
  pred_target?: string;
}

/** Each iris that was accepted is there, under its id, and has been predicted; the table's own stream says: once. */
export const irisesOnce: Invariant = {
  name: "each iris is stored and predicted once",
  async check({ stack, clients: { dynamodb }, ledger }) {
    const look = new Look();
    const TableName = output(stack, "irisTableName");
    const items = await itemsOf<Item>(dynamodb, TableName);
    const byId = new Map(items.map((item) => [item.id, item]));
    for (const { id } of ledger.posted) {
      if (id === undefined) continue;
      const item = byId.get(id);
      look.expect(item !== undefined, `iris ${id} was accepted, and is not in the table`);
      if (item) look.expect(classes.includes(item.pred_target ?? ""), `iris ${id} has no prediction`);
    }
    const numbers = new Set<number>();
    for (const { id, soak = -1 } of items) {
      look.expect(soak < ledger.posted.length && !numbers.has(soak), `iris ${id} was never posted, or stored twice`);
      numbers.add(soak);
    }
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
    const predictions = new Map<string, number>();
    for await (const { before, after } of changesOf(stack.client, Table?.LatestStreamArn ?? "")) {
      if (before?.pred_target !== undefined || after?.pred_target === undefined) continue;
      predictions.set(String(after.id), (predictions.get(String(after.id)) ?? 0) + 1);
    }
    for (const [id, count] of predictions) look.expect(count === 1, `iris ${id} was predicted ${count} times`);
    return look;
  },
};

/** Every item of a table. */
export async function itemsOf<Item>(client: DynamoDBClient, TableName: string): Promise<Item[]> {
  const items: Item[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) {
    items.push(...Items.map((item) => unmarshall(item) as Item));
  }
  return items;
}
