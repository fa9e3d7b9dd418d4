/** ExecuteStatement, BatchExecuteStatement and ExecuteTransaction. */
import { array, json, object } from "../answer.ts";
import { Consumption, consumedCapacity, readUnits, type Wanted, writeUse } from "../capacity.ts";
import type { Engine } from "../engine.ts";
import { AwsError, invalid } from "../errors.ts";
import { tableOf } from "../names.ts";
import { fetched } from "../reads/page.ts";
import { together } from "../transactions/cancel.ts";
import { once } from "../transactions/tokens.ts";
import { checkDistinct, readAgain } from "../transactions/transactions.ts";
import type { Write } from "../writes/operations.ts";
import { parseStatement } from "./parser.ts";
import { select } from "./select.ts";
import { readSingle } from "./single.ts";
import type { Select, Statement } from "./statement.ts";
import { type Change, checkExists, performWrite, returned, writeOf } from "./write.ts";

export interface StatementInput {
  Statement: string;
  Parameters?: unknown[];
  ConsistentRead?: boolean;
  ReturnValuesOnConditionCheckFailure?: string;
}

interface ExecuteInput extends StatementInput {
  NextToken?: string;
  Limit?: number;
  ReturnConsumedCapacity?: Wanted;
}

const parse = ({ Statement, Parameters }: StatementInput): Statement => parseStatement(Statement, Parameters);
const shows = ({ ReturnValuesOnConditionCheckFailure: wanted }: StatementInput) => wanted === "ALL_OLD";

export async function executeStatement(engine: Engine, input: ExecuteInput): Promise<string> {
  const statement = parse(input);
  if (statement.kind === "exists") throw invalid("EXISTS is only supported within ExecuteTransaction");
  if (statement.kind === "select") {
    const { table, page, index, next } = await select(engine, statement, {
      limit: input.Limit,
      token: input.NextToken,
      consistent: input.ConsistentRead,
    });
    const units = readUnits(page.size, input.ConsistentRead ?? false);
    return object({
      Items: array(page.items),
      NextToken: json(next),
      LastEvaluatedKey: json(page.last),
      ConsumedCapacity: json(
        consumedCapacity(
          input.ReturnConsumedCapacity,
          table,
          { kind: "read", units, index },
          fetched(page, input.ConsistentRead ?? false),
        ),
      ),
    });
  }
  const write = writeOf(engine, statement, shows(input));
  const written = performWrite(engine, statement, write);
  const item = returned(statement, written);
  return object({
    Items: array(item === undefined ? [] : [item]),
    ConsumedCapacity: json(consumedCapacity(input.ReturnConsumedCapacity, write.table, writeUse(written.units))),
  });
}

/** Whether all read, or all write: no batch does both. */
function readsOnly(statements: Statement[], operation: string): boolean {
  const reads = statements.filter(({ kind }) => kind === "select").length;
  if (reads === 0 || reads === statements.length) return reads > 0;
  throw invalid(`${operation} cannot contain both read and write statements`);
}

/** Codes of a batch's errors, by those of the operations. */
const batchCodes: Record<string, string> = {
  ConditionalCheckFailedException: "ConditionalCheckFailed",
  DuplicateItemException: "DuplicateItem",
  ValidationException: "ValidationError",
  ResourceNotFoundException: "ResourceNotFound",
};

export function batchExecuteStatement(
  engine: Engine,
  input: { Statements: StatementInput[]; ReturnConsumedCapacity?: Wanted },
): string {
  const statements = input.Statements.map(parse);
  readsOnly(statements, "BatchExecuteStatement");
  const consumption = new Consumption(input.ReturnConsumedCapacity);
  const responses: string[] = [];
  for (const [index, statement] of statements.entries()) {
    const given = input.Statements[index] as StatementInput;
    const TableName = json(tableOf(statement.table));
    try {
      const Item = one(engine, statement, given, consumption);
      responses.push(object({ TableName, Item }));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const fault = { Code: batchCodes[error.code] ?? error.code, Message: error.message, ...error.members };
      responses.push(object({ TableName, Error: json(fault) }));
    }
  }
  return object({ Responses: array(responses), ConsumedCapacity: json(consumption.result) });
}

function one(
  engine: Engine,
  statement: Statement,
  input: StatementInput,
  consumption: Consumption,
): string | undefined {
  if (statement.kind === "select") {
    const { table, item, size } = readSingle(engine, statement, "BatchExecuteStatement");
    consumption.add(table, { kind: "read", units: readUnits(size, input.ConsistentRead ?? false) });
    return item;
  }
  const write = writeOf(engine, statement, shows(input));
  const written = performWrite(engine, statement, write);
  consumption.add(write.table, writeUse(written.units));
  return returned(statement, written);
}

interface TransactionInput {
  TransactStatements: StatementInput[];
  ClientRequestToken?: string;
  ReturnConsumedCapacity?: Wanted;
}

export function executeTransaction(engine: Engine, input: TransactionInput): string {
  const statements = input.TransactStatements.map(parse);
  const consumption = new Consumption(input.ReturnConsumedCapacity, true);
  for (const [index, statement] of statements.entries()) {
    const table = engine.tables.get(statement.table);
    if (statement.kind === "exists") inPlace(index, () => checkExists(table, statement));
  }
  const responses = readsOnly(statements, "ExecuteTransaction")
    ? readAll(engine, statements as Select[], consumption)
    : writeAll(engine, statements as Change[], input, consumption);
  return object({ Responses: array(responses), ConsumedCapacity: json(consumption.result) });
}

function readAll(engine: Engine, statements: Select[], consumption: Consumption): string[] {
  const found = statements.map((statement, index) =>
    inPlace(index, () => readSingle(engine, statement, "ExecuteTransaction")),
  );
  checkDistinct(found);
  return found.map(({ table, item, size }) => {
    consumption.add(table, { kind: "read", units: readUnits(size, true) * 2 });
    return object({ Item: item });
  });
}

/** What is wrong with a statement of a transaction, with its place. */
function inPlace<R>(index: number, work: () => R): R {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== "ValidationException") throw error;
    throw invalid(`Validation failed in TransactStatements[${index}]: ${error.message}`);
  }
}

function writeAll(engine: Engine, statements: Change[], input: TransactionInput, consumption: Consumption): string[] {
  const isDone = once(engine.db, input.ClientRequestToken, input.TransactStatements, () => {
    const parts = statements.map((statement, index) => ({
      statement,
      given: input.TransactStatements[index] as StatementInput,
    }));
    const writes = together(parts, ({ statement, given }) => writeOf(engine, statement, shows(given)));
    checkDistinct(writes);
    together(
      writes.map((write, index) => ({ write, statement: statements[index] as Change })),
      ({ write, statement }: { write: Write; statement: Change }) => {
        const { units } = performWrite(engine, statement, write);
        consumption.add(write.table, writeUse(units, 2));
      },
    );
  });
  if (!isDone) for (const one of statements) readAgain(writeOf(engine, one, false), consumption);
  // AWS answers a transaction of writes with none.
  return [];
}
