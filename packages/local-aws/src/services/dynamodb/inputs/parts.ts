/** Shapes that several operations have. */
import type { ListShape, Shape, StructureShape, TextShape } from "./shape.ts";

export const text = (more: Partial<TextShape> = {}): TextShape => ({ type: "text", ...more });
export const oneOf = (...values: string[]): TextShape => ({ type: "text", oneOf: values });
export const structure = (members: Record<string, Shape>): StructureShape => ({ type: "structure", members });
export const list = (of: Shape, more: Partial<ListShape> = {}): ListShape => ({ type: "list", of, ...more });
export const required = <S extends Shape>(shape: S): S => ({ ...shape, required: true });

export const boolean: Shape = { type: "boolean" };
export const item: Shape = { type: "item" };
export const value: Shape = { type: "value" };
export const natural: Shape = { type: "integer", min: 1 };

/** A table's name or ARN. */
export const tableName: Shape = text({ required: true, min: 1, max: 255, pattern: /^(arn:.+|[a-zA-Z0-9_.-]+)$/ });
/** That of a table that is made. */
export const newTableName: Shape = {
  ...tableName,
  min: 3,
  missing: "The parameter 'TableName' is required but was not present in the request",
};
export const indexName = text({ min: 3, max: 255, pattern: /^[a-zA-Z0-9_.-]+$/ });
export const consumed = oneOf("INDEXES", "TOTAL", "NONE");
export const collections = oneOf("SIZE", "NONE");
export const names: Shape = { type: "map", of: text({ max: 65_535 }) };
export const values: Shape = item;
export const attributesToGet = list(text({ max: 65_535 }), { min: 1 });

const comparison = oneOf(
  "IN",
  "NULL",
  "BETWEEN",
  "LT",
  "NOT_CONTAINS",
  "EQ",
  "GT",
  "NOT_NULL",
  "NE",
  "LE",
  "BEGINS_WITH",
  "GE",
  "CONTAINS",
);

export const legacyConditions: Shape = {
  type: "map",
  of: structure({ ComparisonOperator: required(comparison), AttributeValueList: list(value) }),
};
export const expected: Shape = {
  type: "map",
  of: structure({ ComparisonOperator: comparison, AttributeValueList: list(value), Value: value, Exists: boolean }),
};
export const conditional = oneOf("OR", "AND");
export const returnValues = oneOf("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW");
export const onFailure = oneOf("ALL_OLD", "NONE");

export const throughput = structure({
  ReadCapacityUnits: required(natural),
  WriteCapacityUnits: required(natural),
});
export const onDemand = structure({
  MaxReadRequestUnits: { type: "integer" },
  MaxWriteRequestUnits: { type: "integer" },
});
export const warm = structure({ ReadUnitsPerSecond: natural, WriteUnitsPerSecond: natural });
export const keySchema = list(
  {
    ...structure({
      AttributeName: text({ required: true, min: 1, max: 255 }),
      KeyType: required(oneOf("HASH", "RANGE")),
    }),
    name: "KeySchemaElement",
  },
  { min: 1, max: 2, required: true },
);
export const projection = structure({
  ProjectionType: oneOf("ALL", "INCLUDE", "KEYS_ONLY"),
  NonKeyAttributes: list(text({ min: 1, max: 255 }), { min: 1, max: 20 }),
});
export const attributeDefinitions = list(
  structure({
    AttributeName: text({ required: true, min: 1, max: 255 }),
    AttributeType: required(oneOf("B", "N", "S")),
  }),
);
const index = { IndexName: required(indexName), KeySchema: keySchema, Projection: required(projection) };
export const localIndex = structure(index);
export const globalIndex = structure({
  ...index,
  ProvisionedThroughput: throughput,
  OnDemandThroughput: onDemand,
  WarmThroughput: warm,
});
export const streamSpecification = structure({
  StreamEnabled: required(boolean),
  StreamViewType: oneOf("NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"),
});
export const encryption = structure({ Enabled: boolean, SSEType: oneOf("AES256", "KMS"), KMSMasterKeyId: text() });
export const tableClass = oneOf("STANDARD", "STANDARD_INFREQUENT_ACCESS");
export const billingMode = oneOf("PROVISIONED", "PAY_PER_REQUEST");
export const tags = list(
  structure({ Key: text({ required: true, min: 1, max: 128 }), Value: text({ required: true, max: 256 }) }),
);
export const arn = text({ required: true, min: 1, max: 1283 });
export const streamArn = text({ required: true, min: 37, max: 1024 });
