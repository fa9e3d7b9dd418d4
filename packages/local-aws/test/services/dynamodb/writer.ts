// Writes items into a local cloud of its own for ever and tells its parent of each, until it is killed.

import { createCloud } from "../../../src/index.ts";

const [directory = "", region = ""] = process.argv.slice(2);
const local = createCloud({ directory, region, awsPort: 0, apiPort: 0 });
await local.listen();
const call = (operation: string, input: object) => local.cloud.call("dynamodb", operation, input);
await call("CreateTable", {
  TableName: "written",
  AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  BillingMode: "PAY_PER_REQUEST",
});
for (let n = 0; ; n++) {
  await call("PutItem", { TableName: "written", Item: { id: { S: String(n) } } });
  process.send?.({ written: String(n) });
}
