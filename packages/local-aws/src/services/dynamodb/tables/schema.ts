/** Keys and indexes as requests give them, checked. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html */
import { invalid, invalidParameter } from "../errors.ts";
import { type KeyNames, type KeyTypes, namesOf } from "../items/keys.ts";
import type { KeyType } from "../items/types.ts";
import type { IndexDefinition, OnDemandThroughput, TableDefinition, Throughput, WarmThroughput } from "./definition.ts";

export interface KeyElement {
  AttributeName: string;
  KeyType: "HASH" | "RANGE";
}

export interface AttributeElement {
  AttributeName: string;
  AttributeType: KeyType;
}

export interface IndexInput {
  IndexName: string;
  KeySchema: KeyElement[];
  Projection: { ProjectionType?: "ALL" | "KEYS_ONLY" | "INCLUDE"; NonKeyAttributes?: string[] };
  ProvisionedThroughput?: Throughput;
  OnDemandThroughput?: OnDemandThroughput;
  WarmThroughput?: WarmThroughput;
}

export function keyNames(schema: KeyElement[]): KeyNames {
  const [hash, range] = schema as [KeyElement, KeyElement?];
  if (hash.KeyType !== "HASH") throw invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  if (range && range.KeyType !== "RANGE") {
    throw invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
  }
  if (range?.AttributeName === hash.AttributeName) {
    throw invalid("Invalid KeySchema: Some index key attribute have no definition");
  }
  return range ? { hash: hash.AttributeName, range: range.AttributeName } : { hash: hash.AttributeName };
}

export function keyTypes(definitions: AttributeElement[]): KeyTypes {
  const types = Object.fromEntries(definitions.map((one) => [one.AttributeName, one.AttributeType]));
  if (Object.keys(types).length < definitions.length)
    throw invalidParameter("Duplicate AttributeName in AttributeDefinitions");
  return types;
}

/** Each key attribute must be defined, and nothing else. */
export function checkDefinitions(types: KeyTypes, table: KeyNames, indexes: Pick<IndexDefinition, "keys">[]): void {
  const defined = Object.keys(types);
  const missing = (keys: KeyNames) => namesOf(keys).some((name) => !Object.hasOwn(types, name));
  const all = [table, ...indexes.map(({ keys }) => keys)];
  for (const keys of all) {
    if (missing(keys)) {
      throw invalidParameter(
        `Some index key attributes are not defined in AttributeDefinitions. Keys: [${namesOf(keys).join(", ")}], AttributeDefinitions: [${defined.join(", ")}]`,
      );
    }
  }
  const used = [...new Set(all.flatMap(namesOf))];
  if (used.length === defined.length) return;
  if (indexes.length === 0) {
    throw invalidParameter(
      "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
    );
  }
  throw invalidParameter(
    `Some AttributeDefinitions are not used. AttributeDefinitions: [${defined.join(", ")}], keys used: [${used.join(", ")}]`,
  );
}

/** @param id of its entries in the file. */
export function indexDefinition(input: IndexInput, id: number): IndexDefinition {
  const { IndexName: name, Projection, ProvisionedThroughput, OnDemandThroughput, WarmThroughput } = input;
  const { ProjectionType: type, NonKeyAttributes: attributes } = Projection;
  if (!type) throw invalidParameter("Unknown ProjectionType: null");
  if (type === "INCLUDE" && !attributes) {
    throw invalidParameter(`ProjectionType is ${type}, but NonKeyAttributes is not specified`);
  }
  if (type !== "INCLUDE" && attributes) {
    throw invalidParameter(`ProjectionType is ${type}, but NonKeyAttributes is specified`);
  }
  return {
    id,
    name,
    keys: keyNames(input.KeySchema),
    projection: { type, ...(attributes && { attributes }) },
    ...(ProvisionedThroughput && { throughput: ProvisionedThroughput }),
    ...(OnDemandThroughput && { onDemand: OnDemandThroughput }),
    ...(WarmThroughput && { warm: WarmThroughput }),
  };
}

export function checkIndexes({ keys, global, local }: Pick<TableDefinition, "keys" | "global" | "local">): void {
  const names = [...local, ...global].map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalidParameter(`Duplicate index name: ${twice}`);
  if (local.length > 5) throw invalidParameter("Number of LocalSecondaryIndexes exceeds per-table limit of 5");
  if (global.length > 20) throw invalidParameter("GlobalSecondaryIndex count exceeds the per-table limit of 20");
  if (local.length > 0 && keys.range === undefined) {
    throw invalidParameter(
      "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
    );
  }
  for (const index of local) {
    if (index.keys.range === undefined) {
      throw invalidParameter(`Index KeySchema does not have a range key for index: ${index.name}`);
    }
    if (index.keys.hash !== keys.hash) {
      throw invalidParameter(
        `Index KeySchema does not have the same leading hash key as table KeySchema for index: ${index.name}. index hash key: ${index.keys.hash}, table hash key: ${keys.hash}`,
      );
    }
  }
}

export const unwantedThroughput = (name: string) =>
  `ProvisionedThroughput should not be specified for index: ${name} when BillingMode is PAY_PER_REQUEST`;

/** Global indexes that are made have a capacity where the table's is provisioned, and only there. */
export function checkIndexThroughput(global: IndexDefinition[], billing: TableDefinition["billing"]): void {
  for (const { name, throughput } of global) {
    if (billing === "PAY_PER_REQUEST" && throughput) {
      throw invalidParameter(unwantedThroughput(name));
    }
    if (billing === "PROVISIONED" && !throughput) {
      throw invalidParameter(`ProvisionedThroughput is not specified for index: ${name}`);
    }
  }
}
