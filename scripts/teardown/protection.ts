import { DynamoDB } from "@aws-sdk/client-dynamodb";
import type { Phase } from "./phase.ts";
import { type Doomed, nameOf, ofType } from "./stack.ts";

const isGone = (error: unknown): boolean => (error as Error).name === "ResourceNotFoundException";

/** Tables that refuse to be deleted now, whatever the state says of them. */
async function refusing(stack: Doomed, client: DynamoDB): Promise<string[]> {
  const tables = ofType(stack, "aws:dynamodb/table:Table").map(({ id }) => id);
  const found = await Promise.all(
    tables.map(async (TableName) => {
      try {
        const { Table } = await client.describeTable({ TableName });
        return Table?.DeletionProtectionEnabled ? [TableName] : [];
      } catch (error) {
        if (isGone(error)) return [];
        throw error;
      }
    }),
  );
  return found.flat();
}

const isProtected = ({ resources }: Doomed) => resources.filter(({ protect }) => protect);

/** Pulumi's own protection, and that of tables. */
export const protection: Phase = {
  name: "lift protection",
  async look(stack) {
    const tables = await refusing(stack, new DynamoDB(stack.client));
    return [
      ...isProtected(stack).map((one) => `${nameOf(one)}: protected in Pulumi's state`),
      ...tables.map((table) => `${table}: refuses to be deleted`),
    ];
  },
  async run(stack) {
    const client = new DynamoDB(stack.client);
    if (isProtected(stack).length > 0) await stack.cli.ask("state", "unprotect", "--all", "--yes");
    for (const TableName of await refusing(stack, client)) {
      await client.updateTable({ TableName, DeletionProtectionEnabled: false });
    }
  },
};
