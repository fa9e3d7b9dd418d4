/**
 * What IAM must allow for each operation.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
import type { Access } from "../../service.ts";
import { serialization } from "./errors.ts";
import { itemKeys } from "./itemKeys.ts";
import { leadingKeys, partitionKey } from "./leadingKeys.ts";
import { type Names, streamOf, tableOf } from "./names.ts";
import { parseStatement } from "./partiql/parser.ts";
import type { Statement } from "./partiql/statement.ts";
import { statementKeys } from "./partiql/where.ts";
import type { Catalog } from "./tables/catalog.ts";

type Input = Record<string, unknown>;

/** Operations of a transaction's items; reading in one needs the right to read. */
const transactActions: Record<string, string> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
  Get: "GetItem",
};

interface Need {
  action: string;
  resource: string;
  /** What asks for it, of one table. */
  request?: { table: string; input: Input };
}

/**
 * Every right that a request needs.
 * @param tables find `dynamodb:LeadingKeys`.
 */
export function needs(operation: string, input: Input, names: Names, tables: Catalog): Access[] {
  checkTexts(input);
  const found = new Map<string, Access>();
  for (const { action, resource, request } of wanted(operation, input, names)) {
    const id = `${action} ${resource}`;
    const access: Access = found.get(id) ?? { action: `dynamodb:${action}`, resource };
    found.set(id, access);
    if (!request) continue;
    access.context = together(access.context, itemKeys(action, request.input));
    if (operation.startsWith("Transact")) access.context["dynamodb:EnclosingOperation"] = operation;
    const name = partitionKey(tables, request.table, request.input.IndexName);
    if (!name) continue;
    const values = leadingKeys(request.input, name);
    if (values.length === 0) continue;
    access.context = together(access.context, {
      "dynamodb:LeadingKeys": values,
      "dynamodb:FirstPartitionKeyValues": values,
    });
  }
  return [...found.values()];
}

/** Members that name things, whatever the operation. */
const texts = [
  "TableName",
  "IndexName",
  "StreamArn",
  "ShardIterator",
  "ResourceArn",
  "BackupArn",
  "SourceTableName",
  "SourceTableArn",
  "TargetTableName",
  "Policy",
];

/** @throws AwsError as AWS does before it looks at who asks: what needs a right is not known otherwise. */
function checkTexts(input: Input): void {
  if (!texts.some((name) => typeof input[name] === "object" && input[name] !== null)) return;
  throw serialization("Start of structure or map found where not expected.");
}

/** Several parts of one request ask for the same right: each key has the values of all. */
function together(a: Access["context"] = {}, b: NonNullable<Access["context"]>): NonNullable<Access["context"]> {
  const both = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const before = both[key];
    both[key] = before === undefined ? value : [...new Set([before, value].flat())];
  }
  return both;
}

function wanted(operation: string, input: Input, names: Names): Need[] {
  const on = (action: string, nameOrArn: string, request: Input, index?: string): Need => {
    const table = tableOf(nameOrArn);
    const arn = names.table(table);
    return { action, resource: index ? `${arn}/index/${index}` : arn, request: { table, input: request } };
  };
  const table = String(input.TableName ?? "");

  switch (operation) {
    case "BatchGetItem":
    case "BatchWriteItem":
      return Object.entries((input.RequestItems ?? {}) as object).map(([name, request]) =>
        on(operation, name, Array.isArray(request) ? { writes: request } : ((request ?? {}) as Input)),
      );
    case "TransactWriteItems":
    case "TransactGetItems":
      return asList(input.TransactItems).flatMap((item) =>
        Object.entries(item).flatMap(([kind, one]) => {
          const action = transactActions[kind];
          const request = (one ?? {}) as Input;
          return action && typeof request.TableName === "string" ? [on(action, request.TableName, request)] : [];
        }),
      );
    case "Query":
    case "Scan":
      return [on(operation, table, input, typeof input.IndexName === "string" ? input.IndexName : undefined)];
    case "DeleteItem":
    case "GetItem":
    case "PutItem":
    case "UpdateItem":
      return [on(operation, table, input)];
    case "ExecuteStatement":
      return [ofStatement(input, names)];
    case "BatchExecuteStatement":
      return asList(input.Statements).map((one) => ofStatement(one, names));
    case "ExecuteTransaction":
      return asList(input.TransactStatements).map((one) => ofStatement(one, names));
    case "ListBackups":
    case "DescribeLimits":
      return [{ action: operation, resource: "*" }];
    case "DescribeBackup":
    case "DeleteBackup":
      return [{ action: operation, resource: String(input.BackupArn ?? "*") }];
    case "RestoreTableFromBackup":
      return [String(input.BackupArn ?? "*"), names.table(String(input.TargetTableName ?? ""))].map((resource) => ({
        action: operation,
        resource,
      }));
    case "RestoreTableToPointInTime":
      return [input.SourceTableName ?? input.SourceTableArn, input.TargetTableName].map((name) => ({
        action: operation,
        resource: names.table(tableOf(String(name ?? ""))),
      }));
    case "ListTables":
      return [{ action: operation, resource: names.table("*") }];
    case "ListStreams":
      return [{ action: operation, resource: table ? `${names.table(tableOf(table))}/stream/*` : "*" }];
    case "DescribeStream":
    case "GetShardIterator":
      return [{ action: operation, resource: String(input.StreamArn ?? "*") }];
    case "GetRecords":
      return [{ action: operation, resource: streamOf(String(input.ShardIterator ?? "")) ?? "*" }];
    case "TagResource":
    case "UntagResource":
    case "ListTagsOfResource":
    case "PutResourcePolicy":
    case "GetResourcePolicy":
    case "DeleteResourcePolicy":
      return [{ action: operation, resource: String(input.ResourceArn ?? "*") }];
    default:
      return [{ action: operation, resource: names.table(tableOf(table)) }];
  }
}

const statementActions: Record<Statement["kind"], string> = {
  select: "PartiQLSelect",
  insert: "PartiQLInsert",
  update: "PartiQLUpdate",
  delete: "PartiQLDelete",
  exists: "PartiQLSelect",
};

/** What a statement of PartiQL does, to which table or index, and to which items. */
function ofStatement({ Statement: text, Parameters }: Input, names: Names): Need {
  if (typeof text !== "string") throw serialization("NUMBER_VALUE cannot be converted to String");
  const statement = parseStatement(text, Array.isArray(Parameters) ? structuredClone(Parameters) : []);
  const table = tableOf(statement.table);
  const index = statement.kind === "select" ? statement.index : undefined;
  const arn = names.table(table);
  return {
    action: statementActions[statement.kind],
    resource: index === undefined ? arn : `${arn}/index/${index}`,
    request: { table, input: { IndexName: index, ...statementKeys(statement) } },
  };
}

const asList = (value: unknown): Input[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "object" && item !== null) : [];
