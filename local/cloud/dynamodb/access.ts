/**
 * What IAM must allow for each operation.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
import type { Access } from "../service.ts";
import { type Names, streamOf, tableOf } from "./names.ts";

type Input = Record<string, unknown>;

/** Operations of a transaction's items; reading in one needs the right to read. */
const transactActions: Record<string, string> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
  Get: "GetItem",
};

/** Each pair once, as `[action, resource]`. */
export function needs(operation: string, input: Input, names: Names): Access[] {
  const pairs = new Set<string>();
  const add = (action: string, resource: string) => pairs.add(`dynamodb:${action} ${resource}`);

  switch (operation) {
    case "BatchGetItem":
    case "BatchWriteItem":
      for (const table of Object.keys((input.RequestItems ?? {}) as object))
        add(operation, names.table(tableOf(table)));
      break;
    case "TransactWriteItems":
    case "TransactGetItems":
      for (const item of asList(input.TransactItems)) {
        for (const [kind, one] of Object.entries(item)) {
          const action = transactActions[kind];
          const table = (one as Input | null)?.TableName;
          if (action && typeof table === "string") add(action, names.table(tableOf(table)));
        }
      }
      break;
    case "Query":
    case "Scan": {
      const table = names.table(tableOf(String(input.TableName ?? "")));
      add(operation, typeof input.IndexName === "string" ? `${table}/index/${input.IndexName}` : table);
      break;
    }
    case "ListTables":
      add(operation, "*");
      break;
    case "ListStreams":
      add(operation, input.TableName ? `${names.table(tableOf(String(input.TableName)))}/stream/*` : "*");
      break;
    case "DescribeStream":
    case "GetShardIterator":
      add(operation, String(input.StreamArn ?? "*"));
      break;
    case "GetRecords":
      add(operation, streamOf(String(input.ShardIterator ?? "")) ?? "*");
      break;
    case "TagResource":
    case "UntagResource":
    case "ListTagsOfResource":
    case "PutResourcePolicy":
    case "GetResourcePolicy":
    case "DeleteResourcePolicy":
      add(operation, String(input.ResourceArn ?? "*"));
      break;
    default:
      add(operation, names.table(tableOf(String(input.TableName ?? ""))));
  }
  return [...pairs].map((pair) => {
    const [action = "", resource = ""] = pair.split(" ");
    return { action, resource };
  });
}

const asList = (value: unknown): Input[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "object" && item !== null) : [];
