import { Table, type TableArgs } from "@pulumi/aws/dynamodb";
import type { CustomResourceOptions, Resource } from "@pulumi/pulumi";
import { keepsData } from "./statefulness.ts";

/**
 * A DynamoDB table as the platform's rules ask for: on demand, encrypted with AWS's key for DynamoDB, restorable to any
 * second of the last 35 days; outside throw-away stacks protected from deletion. `args` win.
 *
 * @example createTable("irises", { hashKey: "id", attributes: [{ name: "id", type: "S" }] });
 */
export const createTable = (
  name: string,
  args: TableArgs,
  parent?: Resource,
  options: CustomResourceOptions = {},
): Table =>
  new Table(
    name,
    {
      billingMode: "PAY_PER_REQUEST",
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: keepsData(),
      ...args,
    },
    { parent, protect: keepsData(), ...options },
  );
