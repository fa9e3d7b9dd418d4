import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { startCloud, type TestCloud } from "local-aws/testing";

export interface HandlerCloud {
  /** An SDK client of this cloud: `client(DynamoDBClient)`. */
  client: TestCloud["client"];
  /** Makes a table with a key of text. */
  createTable(name: string, key: string): Promise<void>;
  /** Ends it, and gives the test's process its environment back. */
  stop(): Promise<void>;
}

/**
 * A cloud of the test's own, which handlers reach as they would reach AWS. Import them after it has started: a client
 * reads the environment when it is made.
 * @param environment what the functions' variables would be.
 */
export async function startHandlerCloud(environment: Record<string, string> = {}): Promise<HandlerCloud> {
  const cloud = await startCloud({ region: "eu-west-1" });
  const variables: Record<string, string> = {
    AWS_ENDPOINT_URL: cloud.origin,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    ...environment,
  };
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return {
    client: cloud.client.bind(cloud),
    async createTable(name, key) {
      await cloud.client(DynamoDBClient).send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: "PAY_PER_REQUEST",
          KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
          AttributeDefinitions: [{ AttributeName: key, AttributeType: "S" }],
        }),
      );
    },
    async stop() {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      await cloud.stop();
    },
  };
}
