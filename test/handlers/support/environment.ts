import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { AwsError, type Operation } from "local-aws/service";
import type { TestCloud } from "local-aws/testing";

/** Sets variables of the environment. @returns what sets them back. */
export function setEnvironment(environment: Record<string, string>): () => void {
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}

/** What every handler's clients are told: the cloud of the test, as its administrator. */
export const clientEnvironment = (cloud: TestCloud) => ({
  AWS_ENDPOINT_URL: cloud.origin,
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
});

/** As an operation of a service: refuses. */
export const refused = (code: string, statusCode: number) => () => {
  throw new AwsError(code, "for the test", statusCode);
};

/** Replaces operations of a service of the local cloud while something is done, and keeps the log still. */
export async function during<Result>(
  cloud: TestCloud,
  name: string,
  operations: Record<string, Operation["run"]>,
  act: () => Promise<Result>,
): Promise<Result> {
  const service = cloud.services.get(name)!;
  const kept = Object.keys(operations).map((each) => [each, service.operations[each]!] as const);
  const { error, warn } = console;
  console.error = console.warn = () => {};
  for (const [each, operation] of kept) service.operations[each] = { ...operation, run: operations[each]! };
  try {
    return await act();
  } finally {
    for (const [each, operation] of kept) service.operations[each] = operation;
    Object.assign(console, { error, warn });
  }
}

/** A table as the components make it: a key, and the index of lists. */
export const createItemTable = (cloud: TestCloud, TableName: string, keyNames: string[]) =>
  cloud.client(DynamoDBClient).send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [...keyNames, "Listed", "TimeKey"].map((AttributeName) => ({
        AttributeName,
        AttributeType: "S",
      })),
      KeySchema: keyNames.map((AttributeName, index) => ({ AttributeName, KeyType: index ? "RANGE" : "HASH" })),
      GlobalSecondaryIndexes: [
        {
          IndexName: "byTime",
          KeySchema: [
            { AttributeName: "Listed", KeyType: "HASH" },
            { AttributeName: "TimeKey", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "ALL" },
        },
      ],
    }),
  );
