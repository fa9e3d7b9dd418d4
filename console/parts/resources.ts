/** Resources of this program, by the names that it gives them. */
import { call, plain, readDocument } from "local-console/app";

/**
 * @param name as in the program: `archiver-ApprovalTable`.
 * @param kind as the map has it: `table`, `function`, `api`.
 * @returns its ARN, of an API `api:` and its id; undefined where this stack has none of that name.
 */
export async function idOf(name: string, kind: string): Promise<string | undefined> {
  const { nodes } = await readDocument<{ nodes: { id: string; name: string; kind: string }[] }>("map");
  return nodes.find((one) => one.name === name && one.kind === kind)?.id;
}

/**
 * What a table has, at most about 10,000 items; nothing where there is no table of that name.
 * @param fields that are read, with commas between them. Default: all.
 */
export async function itemsOf<Item>(table: string, signal: AbortSignal, fields?: string): Promise<Item[]> {
  const TableName = await idOf(table, "table");
  if (TableName === undefined) return [];
  const items: Item[] = [];
  let start: object | undefined;
  do {
    const asked = {
      TableName,
      ...(fields && { ProjectionExpression: fields }),
      ...(start && { ExclusiveStartKey: start as Record<string, never> }),
    };
    const { Items = [], LastEvaluatedKey } = await call("dynamodb", "Scan", asked, signal);
    items.push(...Items.map((item) => plain(item as never) as Item));
    start = LastEvaluatedKey;
  } while (start && items.length < 10_000);
  return items;
}
