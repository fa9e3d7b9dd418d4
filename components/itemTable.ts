import type { Table } from "@pulumi/aws/dynamodb";
import type { Resource } from "@pulumi/pulumi";
import { createTable } from "./table.ts";

/**
 * A table as `handlers/lib/itemTable.ts` uses it: items by their key, lists of them by time (index `byTime`), and an end to
 * what says when it may be forgotten (`ExpiresAt`). Its lists are of what people make one at a time: a list is one
 * partition, which takes a thousand writes a second.
 * @param keyNames partition key, then sort key.
 */
export const createItemTable = (name: string, keyNames: [string] | [string, string], parent: Resource): Table =>
  createTable(
    name,
    {
      hashKey: keyNames[0],
      ...(keyNames[1] && { rangeKey: keyNames[1] }),
      attributes: [...keyNames, "Listed", "TimeKey"].map((key) => ({ name: key, type: "S" })),
      globalSecondaryIndexes: [{ name: "byTime", hashKey: "Listed", rangeKey: "TimeKey", projectionType: "ALL" }],
      ttl: { attributeName: "ExpiresAt", enabled: true },
    },
    parent,
  );
